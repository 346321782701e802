"""The methods as scikit-learn estimators: `SKRVAE` is the method `skr-vae`.

A class is created from the dataclass of its method on first access, so that every new method has
an estimator without further code. `make_estimator` returns the class for the name of a method.
"""

from typing import Any

from bssbench.estimators.making import estimator_names, make_estimator
from bssbench.estimators.separator import SourceSeparator
from bssbench.estimators.storage import load

__all__ = ["SourceSeparator", "estimator_names", "load", "make_estimator"]


def __getattr__(name: str) -> Any:
    # pickle finds classes by this function, too.
    names = {} if name.startswith("_") else estimator_names()
    if name not in names:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return make_estimator(names[name])


def __dir__() -> list[str]:
    return sorted([*__all__, *estimator_names()])
