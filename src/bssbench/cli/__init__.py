"""The command `bssbench`, called by users and by the rules of the workflow."""

import sys

try:
    from bssbench.cli.main import main
except KeyboardInterrupt:
    # Interrupted during the imports, before anything was started.
    sys.exit(130)

__all__ = ["main"]
