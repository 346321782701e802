"""What pytest is told of plug-ins, and which of their laws apply."""

from pathlib import Path

import pytest

from bssbench.errors import InputError

__all__ = ["of_kind", "pytest_addoption", "pytest_configure"]

_OPTION = "--bssbench-plugin"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names plug-ins."""
    parser.getgroup("bssbench").addoption(
        _OPTION,
        action="append",
        default=[],
        metavar="PATH",
        help="a Python file, or a folder of such files, whose methods, priors, families, "
        "recordings and scores the tests of bssbench.testing are about",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Use the plug-ins, or end with one line that says what is wrong with them."""
    paths = config.getoption(_OPTION, [])
    if not paths:
        return
    from bssbench.plugins import use

    try:
        use(paths)
    except InputError as error:
        raise pytest.UsageError(f"{_OPTION}: {' '.join(str(error).split())}") from None


def of_kind(config: pytest.Config, kind: str) -> list[str]:
    """Return the names that laws of a kind are about: of the plug-ins named, or else of all.

    Parameters
    ----------
    config : pytest.Config
        Of this run.
    kind : {'method', 'family', 'recording', 'score'}
        Names of scores are those of their modules.
    """
    from bssbench.discovery import modules_below
    from bssbench.plugins.offers import KINDS
    from bssbench.plugins.registry import plugin_modules

    named = [Path(path).resolve() for path in config.getoption(_OPTION, [])]
    if not named:
        return list(modules_below(KINDS[kind]))
    return [
        name
        for name, each in plugin_modules(kind).items()
        if {each.path.resolve(), each.path.resolve().parent} & set(named)
    ]
