"""One page, without network or server, in which finished results are explored in a browser."""
