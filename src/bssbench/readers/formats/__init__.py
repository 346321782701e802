"""Kinds of files, one per module, which `bssbench.readers` finds by their location.

A module has

- ``SUFFIXES``, such as ``(".csv", ".tsv")``, in small letters;
- ``recognises(head: bytes) -> bool``: whether a file that begins so (its first 512 bytes or more)
  is of this kind, used if the suffix does not decide;
- ``read(path, request) -> Table``;
- ``write(path, signals, names, like)``: writes signals (time, channel) as a file of the kind that
  the table `like` came from, with its time column and sampling rate, and returns in words what
  is not as in `signals`, ``""`` where nothing is; or ``write = None`` where a kind can't be
  written. It writes the very `path` it is given: whoever calls makes it whole or absent.

Libraries are imported where they are used. One that is not installed is an `InputError` that names
the extra: ``pip install 'bssbench[recordings]'``.
"""
