"""The command `bssbench`: what the workflow's rules call, and what a person can call."""

import sys

try:
    from bssbench.cli.main import main
except KeyboardInterrupt:
    # While it starts nothing has begun.
    sys.exit(130)

__all__ = ["main"]
