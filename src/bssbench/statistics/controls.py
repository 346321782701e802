"""What calibrates the scale of scores and takes no part in comparisons."""

__all__ = ["CONTROLS", "NEGATIVE_CONTROLS"]

# Methods: the ceiling, which is told the true sources, and the floor.
CONTROLS = ("oracle", "random")
# Families of data sets that no method can separate, whatever its prior.
NEGATIVE_CONTROLS = ("gp-equal",)
