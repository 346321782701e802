"""Other people's recordings: from a file of whatever kind to a `Table`, and back.

A kind of file is a module in `formats/`, found by its place.
"""

from bssbench.readers.reading import read_table, write_table
from bssbench.readers.table import Request, Table, TimeColumn

__all__ = ["Request", "Table", "TimeColumn", "read_table", "write_table"]
