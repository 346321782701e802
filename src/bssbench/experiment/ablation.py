"""An ablation: methods without each of their additions alone, and without all of them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bssbench.errors import InputError
from bssbench.experiment.configuration_file import AblationSection
from bssbench.experiment.named_methods import MethodEntry, name_method
from bssbench.methods import load_method
from bssbench.parameters import closest

__all__ = ["EVERYTHING", "Ablation", "expand_ablation"]

EVERYTHING = "everything"
"""What is taken away of a method that leaves it plain."""


@dataclass(frozen=True)
class Ablation:
    """Methods of an experiment, and what is left of them.

    Attributes
    ----------
    datasets : tuple of str
        Names of data sets of the experiment.
    variants : dict
        By method, by what is taken away from it, the name of the method that is left.
    methods : dict
        By name the methods that are left and that the experiment does not have otherwise.
    """

    datasets: tuple[str, ...]
    variants: dict[str, dict[str, str]]
    methods: dict[str, MethodEntry]

    def cells(self) -> list[tuple[str, str]]:
        """Return data set and method of all that is compared, each once."""
        names = [name for full, left in self.variants.items() for name in (full, *left.values())]
        return [(dataset, name) for dataset in self.datasets for name in dict.fromkeys(names)]


def expand_ablation(
    section: AblationSection, datasets: Collection[str], methods: Mapping[str, MethodEntry]
) -> Ablation:
    """Return what a configuration's section `ablation` asks for.

    What is left of a method without an addition has its other parameters and its limit. Its name is
    the method's with ``-without-`` and the addition's.

    Parameters
    ----------
    section : AblationSection
        As its file has it.
    datasets, methods : collection and mapping
        The experiment's own, by name.

    Raises
    ------
    InputError
        If it names what the experiment has not, gives two variants one name, or takes away nothing.
    """
    place = "configuration: ablation"
    for dataset in section.datasets:
        _check_known(dataset, datasets, f"{place}.datasets", "data sets")
    variants: dict[str, dict[str, str]] = {}
    added: dict[str, MethodEntry] = {}
    for full, own in section.methods.items():
        where = f"{place}.methods.{full}"
        _check_known(full, methods, f"{place}.methods", "methods")
        variants[full] = {}
        for addition, changes in own.without.items():
            entry, at = methods[full], f"{where}.without.{addition}"
            if addition == EVERYTHING:
                raise InputError(f"{at}: what is left of everything is named by 'plain'")
            name = f"{full}-without-{re.sub(r'[^a-z0-9]+', '-', addition.lower()).strip('-')}"
            if name in {**methods, **added}:
                raise InputError(f"{at}: there is a method {name!r} already")
            parameters = {**entry.parameters, **changes}
            added[name] = name_method(
                name, entry.base, parameters, entry.cpu_seconds, at, entry.device
            )
            if load_method(entry.base, parameters) == load_method(entry.base, entry.parameters):
                raise InputError(f"{at}: {full!r} has it not, so nothing is taken away")
            variants[full][addition] = name
        if own.plain is not None:
            _check_known(own.plain, methods, f"{where}.plain", "methods")
            if own.plain == full:
                raise InputError(f"{where}.plain: that is {full!r} itself, which is whole")
            variants[full][EVERYTHING] = own.plain
    return Ablation(section.datasets, variants, added)


def _check_known(name: str, known: Collection[str], where: str, kind: str) -> None:
    if name not in known:
        raise InputError(
            f"{where}: {name!r} is not among the experiment's {kind}; {closest(name, known)}"
        )
