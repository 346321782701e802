"""The controls, which calibrate the scale of scores and are left out of comparisons."""

from bssbench.methods import control_names

__all__ = ["CONTROLS"]

CONTROLS = tuple(control_names())
"""Names of the controls: the ceiling, which uses the true sources, and the chance level."""
