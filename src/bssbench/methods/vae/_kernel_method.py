"""Shared base of the VAEs with kernel priors: the choice of core and its memory limit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from bssbench.errors import NotApplicable
from bssbench.kernels.catalogue import chosen_core, core_module
from bssbench.kernels.limits import held_bytes
from bssbench.methods import Problem, Size
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.parameters import parameter
from bssbench.separation import Separation


@dataclass(frozen=True)
class KernelMethod(VariationalMethod):
    """VAE whose prior computes with kernels, by one of several cores.

    Attributes
    ----------
    core : str
        ``auto`` or the name of a core of `family`.
    max_megabytes : int
        Limit on the memory that the core keeps between steps.
    """

    family: ClassVar[Literal["inversion", "regression"]]
    kernel: ClassVar[str]

    core: str = parameter("auto", "the cheapest exact core; another changes cost, not the prior")
    max_megabytes: int = parameter(
        4000, "chosen by us, not tuned: a limit to what is tried", at_least=0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.chosen_core()

    def chosen_core(self, device: str = "cpu") -> str:
        """Return the core's name; the catalogue's rule replaces ``auto``."""
        # The data sets have regular time grids, for which the rule does not depend on the length.
        return chosen_core(self.core, self.family, self.kernel, length=0, device=device)

    @property
    def loaded_modules(self) -> tuple[str, ...]:
        """The module of the core used on the CPU, which is loaded by name."""
        return (core_module(self.chosen_core()),)

    def kept_megabytes(self, size: Size) -> float:
        """Return the memory that the core keeps between training steps, in megabytes."""
        window = self.recipe(size).window
        return held_bytes(self.chosen_core(), window, self.series(size)) / 1e6

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory, without a core that exceeds its limit."""
        kept = self.kept_megabytes(size)
        return super().megabytes(size) + (int(kept) if kept <= self.max_megabytes else 0)

    def objection(self, size: Size) -> str:
        """Return why this size exceeds a limit; empty if it does not."""
        kept = self.kept_megabytes(size)
        if kept <= self.max_megabytes:
            return ""
        return (
            f"core {self.chosen_core()} at length {self.recipe(size).window} keeps {kept:.0f} MB "
            f"for {self.series(size)} series; the limit is {self.max_megabytes} MB"
        )

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train one VAE per seed and restart; add the core to the diagnostics.

        Raises
        ------
        NotApplicable
            If the size exceeds a limit.
        """
        objection = self.objection(problem.size)
        if objection:
            raise NotApplicable(objection)
        core = self.chosen_core(problem.device)
        separation = super().separate(problem, progress)
        return replace(separation, diagnostics=separation.diagnostics | {"core": core})
