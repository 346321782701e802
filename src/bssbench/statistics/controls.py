"""What calibrates the scale of scores and takes no part in comparisons."""

from bssbench.methods import control_names

__all__ = ["CONTROLS"]

CONTROLS = tuple(control_names())
"""The ceiling, which is given the true sources, and the level of chance."""
