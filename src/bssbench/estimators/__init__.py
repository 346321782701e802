"""The methods as scikit-learn estimators: `SKRVAE` is the method `skr-vae`.

A class is made when it is asked for, of the method's own dataclass, so that a method that someone
adds has its class by itself. `make_estimator` returns it by the method's name.
"""

from typing import Any

from bssbench.estimators.making import estimator_names, make_estimator
from bssbench.estimators.separator import SourceSeparator
from bssbench.estimators.storage import load

__all__ = ["SourceSeparator", "estimator_names", "load", "make_estimator"]


def __getattr__(name: str) -> Any:
    # By this, too, pickle finds a class again.
    names = {} if name.startswith("_") else estimator_names()
    if name not in names:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return make_estimator(names[name])


def __dir__() -> list[str]:
    return sorted([*__all__, *estimator_names()])
