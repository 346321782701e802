"""bssbench: a reproducible benchmark of blind source separation with structured-prior VAEs.

Every method is a scikit-learn estimator: ``from bssbench import SKRVAE, SOBI``. `bssbench.load`
loads a saved estimator.
"""

from typing import Any

__version__ = "0.2.0"


# Imports are delayed until a name is used, because importing scikit-learn alone takes a second.
def __getattr__(name: str) -> Any:
    if name == "__all__":
        return __dir__()
    if name == "load" or (name[:1].isupper() and name.isidentifier()):
        import bssbench.estimators

        try:
            return getattr(bssbench.estimators, name)
        except AttributeError:
            pass
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    from bssbench.estimators.naming import class_name
    from bssbench.methods import control_names, method_names

    controls = control_names()
    classes = [class_name(name) for name in method_names() if name not in controls]
    return ["__version__", "load", *sorted(classes)]
