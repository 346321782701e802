"""An ablation: methods without each of their additions, and without all of them."""

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
"""Name of the variant without all additions."""


@dataclass(frozen=True)
class Ablation:
    """Methods of an experiment with their variants without an addition.

    Attributes
    ----------
    datasets : tuple of str
        Names of data sets of the experiment.
    variants : dict of str to dict of str to str
        For each method, the name of the variant without each addition.
    methods : dict of str to MethodEntry
        The variants that are not methods of the experiment otherwise, by name.
    """

    datasets: tuple[str, ...]
    variants: dict[str, dict[str, str]]
    methods: dict[str, MethodEntry]

    def cells(self) -> list[tuple[str, str]]:
        """Return the data set and method of each cell, without duplicates.

        Returns
        -------
        list of tuple
            Pairs of data set and method.
        """
        names = [name for full, left in self.variants.items() for name in (full, *left.values())]
        return [(dataset, name) for dataset in self.datasets for name in dict.fromkeys(names)]


def expand_ablation(
    section: AblationSection, datasets: Collection[str], methods: Mapping[str, MethodEntry]
) -> Ablation:
    """Expand the section `ablation` of a configuration.

    A variant without an addition has the other parameters and the time limit of the method. Its
    name is that of the method, followed by ``-without-`` and the addition.

    Parameters
    ----------
    section : AblationSection
        The section of the file.
    datasets : collection of str
        Names of the experiment's data sets.
    methods : mapping of str to MethodEntry
        The experiment's methods.

    Returns
    -------
    Ablation
        All variants.

    Raises
    ------
    InputError
        If the section names an unknown data set or method, if two variants have the same name, or
        if a variant does not differ from its method.
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
                raise InputError(f"{at}: name the variant without everything under 'plain'")
            name = f"{full}-without-{re.sub(r'[^a-z0-9]+', '-', addition.lower()).strip('-')}"
            if name in {**methods, **added}:
                raise InputError(f"{at}: a method {name!r} already exists")
            parameters = {**entry.parameters, **changes}
            added[name] = name_method(
                name, entry.base, parameters, entry.cpu_seconds, at, entry.device
            )
            if load_method(entry.base, parameters) == load_method(entry.base, entry.parameters):
                raise InputError(f"{at}: these are already the values of {full!r}")
            variants[full][addition] = name
        if own.plain is not None:
            _check_known(own.plain, methods, f"{where}.plain", "methods")
            if own.plain == full:
                raise InputError(f"{where}.plain: it must be another method than {full!r} itself")
            variants[full][EVERYTHING] = own.plain
    return Ablation(section.datasets, variants, added)


def _check_known(name: str, known: Collection[str], where: str, kind: str) -> None:
    if name not in known:
        raise InputError(
            f"{where}: {name!r} is not among the experiment's {kind}; {closest(name, known)}"
        )
