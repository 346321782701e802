"""What it takes to read a table of numbers from text: encoding, lines, dialect, header, numbers."""
