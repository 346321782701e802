"""The command `bssbench`: what the workflow's rules call, and what a person can call."""

from bssbench.cli.main import main

__all__ = ["main"]
