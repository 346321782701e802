"""The pytest option that names plug-ins, and the names that each test file runs on."""

from pathlib import Path

import pytest

from bssbench.errors import InputError

__all__ = ["of_kind", "pytest_addoption", "pytest_configure"]

_OPTION = "--bssbench-plugin"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--bssbench-plugin``."""
    parser.getgroup("bssbench").addoption(
        _OPTION,
        action="append",
        default=[],
        metavar="PATH",
        help="a Python file, or a folder of such files, whose methods, priors, families, "
        "recordings and scores the tests of bssbench.testing check",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the plug-ins; a plug-in that cannot be loaded is a usage error of one line."""
    paths = config.getoption(_OPTION, [])
    if not paths:
        return
    from bssbench.plugins import use

    try:
        use(paths)
    except InputError as error:
        raise pytest.UsageError(f"{_OPTION}: {' '.join(str(error).split())}") from None


def of_kind(config: pytest.Config, kind: str) -> list[str]:
    """Return the names that the tests of one kind run on.

    Parameters
    ----------
    config : pytest.Config
        The configuration of this run.
    kind : {'method', 'family', 'recording', 'score'}
        What is tested.

    Returns
    -------
    list of str
        The names that the plug-ins given by ``--bssbench-plugin`` provide; without the option, all
        names. For scores these are the names of their modules.
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
