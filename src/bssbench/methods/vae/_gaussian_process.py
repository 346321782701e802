"""What the GP-VAEs share: everything but kernel and core."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bssbench.errors import NotApplicable
from bssbench.kernels.catalogue import CORES, chosen_core, core_module
from bssbench.kernels.limits import OPERATIONS_PER_SECOND, held_bytes, operations
from bssbench.methods import Problem, Size
from bssbench.methods.vae._variational import VariationalMethod, check
from bssbench.parameters import parameter
from bssbench.separation import Separation

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior

__all__ = ["GaussianProcessMethod"]

EXACT_CORE = "the cheapest exact core; another one changes cost, not the prior"
TRIED = "chosen by us, not tuned: a limit to what is tried"


@dataclass(frozen=True)
class GaussianProcessMethod(VariationalMethod):
    """A VAE with a Gaussian process on each latent.

    The length-scales start spread between those that the half-decay lags of the fastest and the
    slowest source suggest (see `bssbench.models.time_scales`) and are learned at every k-th step.

    Attributes
    ----------
    core : str
        How divergence and gradient are computed: ``auto`` or a core by kernel inversion.
    update_every : int
        k; 0 keeps the length-scales where they start.
    max_minutes : float
        Longest training to try, by the number of operations that its factorisations take.
    max_megabytes : int
        Largest memory of what is kept of them.
    """

    kernel: ClassVar[str]
    length_scale_per_half_decay: ClassVar[float]

    core: str = parameter("auto", EXACT_CORE)
    update_every: int = parameter(10, "chosen by us, not tuned on scores: each update costs T²")
    max_minutes: float = parameter(10.0, TRIED)
    max_megabytes: int = parameter(4000, TRIED)

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self, at_least={"update_every": 0, "max_minutes": 0, "max_megabytes": 0})
        self._chosen_core()

    def _chosen_core(self) -> str:
        # The data sets' grids are regular; there the rule does not ask for the length.
        return chosen_core(self.core, "inversion", self.kernel, length=0)

    @property
    def loaded_modules(self) -> tuple[str, ...]:
        """The core's module, which is loaded by name."""
        return (core_module(self._chosen_core()),)

    def prior(self, batch: "Batch") -> "Prior":
        """Return the process prior of this batch's latents."""
        import torch

        from bssbench.models.time_scales import spread
        from bssbench.priors.gaussian_process import GaussianProcessPrior

        bounds = self.length_scale_per_half_decay * batch.half_decay_lags
        scales = torch.tensor(spread(bounds, batch.latents), dtype=torch.float32)
        return GaussianProcessPrior(scales, batch.length, self.kernel, self.core, self.update_every)

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """State kernel, core and how often length-scales move."""
        k = self.update_every
        learned = f"learned once in {k} steps" if k > 1 else "learned at every step"
        return {
            "kernel": self.kernel,
            "core": self._chosen_core(),
            "length_scales": learned if k else "fixed",
        }

    def _kept_megabytes(self, size: Size) -> int:
        window = self.recipe(size).window
        return int(held_bytes(self._chosen_core(), window, self.series(size)) / 1e6)

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory: nothing much where a limit forbids it."""
        kept = self._kept_megabytes(size)
        return super().megabytes(size) + (kept if kept <= self.max_megabytes else 0)

    def _objection(self, size: Size) -> str:
        """Return the arithmetic that forbids this size; empty if nothing does."""
        core, series, recipe = self._chosen_core(), self.series(size), self.recipe(size)
        steps, length = recipe.steps, recipe.window
        updates = 1 + ((steps - 1) // self.update_every if self.update_every else 0)
        if not CORES[core].keeps:
            updates = steps
        needed = operations(core, length) * series * updates
        minutes = needed / OPERATIONS_PER_SECOND / 60.0
        kept = self._kept_megabytes(size)
        if minutes <= self.max_minutes and kept <= self.max_megabytes:
            return ""
        return (
            f"Gaussian process at length {length} by core {core}: {series} kernels factorised "
            f"{updates} times are {needed:.1e} operations ({minutes:.3g} min at "
            f"{OPERATIONS_PER_SECOND:.0e} per second), and {kept} MB are held; the limits are "
            f"{self.max_minutes:g} min and {self.max_megabytes} MB"
        )

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train as the other VAEs do, unless a limit forbids it.

        Raises
        ------
        NotApplicable
            With the arithmetic, if training takes too many operations or holds too much.
        """
        objection = self._objection(problem.size)
        if objection:
            raise NotApplicable(objection)
        return super().separate(problem, progress)
