"""How often a method starts anew: one rule for all that have something to choose a start by."""

__all__ = ["RESTARTS_RULE", "restarts_by_rule"]

_FEW, _MANY, _MANY_SOURCES = 3, 9, 10

RESTARTS_RULE = (
    f"rule: the VAEs' training recipe's {_FEW}; with ten sources or more {_MANY}, by their loss, "
    "which more than three still lower there"
)
"""Where the default comes from."""


def restarts_by_rule(n_sources: int) -> int:
    """Return the number of initialisations of a seed, the same for every method."""
    return _MANY if n_sources >= _MANY_SOURCES else _FEW
