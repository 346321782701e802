"""`python -m bssbench`: the same as the command `bssbench`."""

import sys

from bssbench.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
