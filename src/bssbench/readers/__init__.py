"""Reading recordings from files of many kinds into a `Table`, and writing them.

Each kind of file is a module in `formats/`, which is found by its location.
"""

from bssbench.readers.reading import read_table, write_table
from bssbench.readers.table import Request, Table, TimeColumn

__all__ = ["Request", "Table", "TimeColumn", "read_table", "write_table"]
