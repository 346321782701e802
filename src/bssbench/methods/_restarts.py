"""Default number of restarts, the same for all methods that select a restart by its loss."""

__all__ = ["RESTARTS_RULE", "restarts_by_rule"]

_FEW, _MANY, _MANY_SOURCES = 3, 9, 10

RESTARTS_RULE = (
    f"rule: the VAEs' training recipe's {_FEW}; with ten sources or more {_MANY}, by their loss, "
    "which more than three still lower there"
)
"""Origin of the default."""


def restarts_by_rule(n_sources: int) -> int:
    """Return the default number of initialisations per seed."""
    return _MANY if n_sources >= _MANY_SOURCES else _FEW
