"""A case of a kernel core as it is measured: its data, what is timed, and how exact it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from bssbench.errors import NotApplicable
from bssbench.kernels.cases import BATCHED_LENGTHS, FLOORS, core_of
from bssbench.kernels.catalogue import CORES, REFERENCES, Approach
from bssbench.kernels.core import load_core, load_function
from bssbench.kernels.limits import exceeded
from bssbench.kernels.regression import divergence_about
from bssbench.kernels.regression.banded import DEFAULT_TOLERANCE
from bssbench.kernels.stationary import Kernel, SquaredExponential, make_kernel

__all__ = ["EMPTY", "CaseErrors", "MeasuredCase", "MeasuredFloor", "load_everything", "make_case"]

# Length-scales of the latents, in samples, are spread between these.
_SHORTEST_SCALE, _LONGEST_SCALE = 3.0, 30.0
_NOISE_VARIANCE = 0.01
# Beyond, the dense float64 reference takes longer than what is judged by it.
_LONGEST_COMPARED: dict[Approach, int] = {"inversion": 1024, "regression": 4096}
# What warms a case up, in samples.
_SHORT = 64

EMPTY: dict[str, Any] = {
    **{"core": "fft", "kernel": "squared-exponential", "parameters": "learned"},
    **{"grid": "regular", "length": _SHORT, "latents": 1, "replicates": 1},
    **{"dtype": "float32", "device": "cpu", "threads": 1},
}
"""A case of next to nothing: what a process holds that has loaded all and run this."""


@dataclass(frozen=True)
class CaseErrors:
    """How far a case is from the dense float64 reference on the same data.

    Attributes
    ----------
    relative : float
        The largest of the relative errors of the divergence and of each gradient, as vectors.
    nats : float
        Absolute error of the divergence, summed over series.
    gradient : float
        The largest relative error of a gradient, as a vector.
    """

    relative: float
    nats: float
    gradient: float


def _make_data(
    kernel: str, grid: str, length: int, latents: int, replicates: int, dtype: str
) -> tuple[list[torch.Tensor], torch.Tensor | None]:
    """Return mean, variance, noise variance and the kernel's parameters, and time stamps."""
    torch.set_num_threads(1)
    # The tails of kernels underflow to denormals, which x86 computes many times more slowly.
    torch.set_flush_denormal(True)
    generator = torch.Generator().manual_seed(0)
    shape = (replicates, latents, length)
    mean = torch.randn(shape, generator=generator, dtype=torch.float64)
    variance = 0.1 + torch.rand(shape, generator=generator, dtype=torch.float64)
    noise_variance = torch.full(shape[:2], _NOISE_VARIANCE, dtype=torch.float64)
    ratio = _LONGEST_SCALE / _SHORTEST_SCALE
    spread = torch.logspace(0.0, 1.0, latents, base=ratio, dtype=torch.float64)
    own = [(_SHORTEST_SCALE * spread).expand(shape[:2])]
    if kernel == "periodic":
        own = [torch.ones_like(own[0]), 5.0 * own[0]]
    if kernel == "rational-quadratic":
        own.append(torch.ones_like(own[0]))
    tensors = [t.to(getattr(torch, dtype)) for t in (mean, variance, noise_variance, *own)]
    gaps = 2.0 * torch.rand(length, generator=generator, dtype=torch.float64)
    return tensors, torch.cumsum(gaps, 0) if grid == "irregular" else None


def _value_and_gradients(
    divergence: torch.Tensor, arguments: list[torch.Tensor]
) -> list[torch.Tensor]:
    return [divergence.detach(), *torch.autograd.grad(divergence, arguments)]


@lru_cache(maxsize=2)
def _reference(approach: Approach, kernel: str, *data: Any) -> list[torch.Tensor]:
    """Return the divergence and its gradients in float64, of data in whatever precision."""
    tensors, times = _make_data(kernel, *data)
    wide = [tensor.double().requires_grad_() for tensor in tensors]
    prior = make_kernel(kernel, *wide[3:])
    exact = load_core(REFERENCES[approach])(wide[0], wide[1], prior, wide[2], times).sum()
    return _value_and_gradients(exact, wide)


class MeasuredCase:
    """One core on data that are the same for all, warmed up on a short series.

    Parameters
    ----------
    core, kernel, parameters, grid, length, latents, replicates, dtype, device, threads
        See `bssbench.kernels.cases`.

    Raises
    ------
    NotApplicable
        If the size is beyond a limit, the core keeps nothing, or there is no such device.
    """

    def __init__(
        self,
        core: str,
        kernel: str,
        parameters: str,
        grid: str,
        length: int,
        latents: int,
        replicates: int,
        dtype: str,
        device: str,
        threads: int,
    ) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise NotApplicable("there is no CUDA device")
        _check_size(core, length, latents, replicates, dtype)
        own, self._fixed = CORES[core], parameters == "fixed"
        if self._fixed and not own.keeps:
            raise NotApplicable("it keeps nothing between calls")
        self._approach, self._length, self._on_cuda = own.approach, length, device == "cuda"
        self._data = (kernel, grid, length, latents, replicates, dtype)
        tensors, times = _make_data(*self._data)
        tensors = [tensor.to(device).contiguous() for tensor in tensors]
        times = None if times is None else times.to(device)
        # A regression's noise variance is no part of what is kept between calls, and always
        # learned.
        kept = 3 if own.approach == "regression" else 2
        self._arguments = tensors[:kept] if self._fixed else tensors
        for tensor in self._arguments:
            tensor.requires_grad_()
        mean, variance, noise_variance, *scales = tensors
        prior = make_kernel(kernel, *scales)
        compute = load_core(core)
        self._divergence = lambda: compute(
            mean, variance, make_kernel(kernel, *scales), noise_variance, times
        ).sum()
        if self._fixed:
            self._divergence = _kept(core, mean, variance, prior, noise_variance, times)
        # Warm, but not at the price of a second run of the slowest.
        short = slice(0, min(length, _SHORT))
        stamps = None if times is None else times[short]
        compute(
            mean[..., short], variance[..., short], prior, noise_variance, stamps
        ).sum().backward()

    def forward(self) -> None:
        """Compute the divergence, and wait for it."""
        self._divergence().item()

    def forward_backward(self) -> None:
        """Compute the divergence and its gradients, and wait for them."""
        torch.autograd.grad(self._divergence(), self._arguments)
        if self._on_cuda:
            torch.cuda.synchronize()

    def cuda_peak_bytes(self) -> int:
        """Return the peak memory of the CUDA device beyond the data, forward and backward."""
        self.forward_backward()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        self.forward_backward()
        return torch.cuda.max_memory_allocated() - before

    def errors(self) -> CaseErrors | None:
        """Compare with the dense reference; None where that would take too long.

        The accuracy is that of learned parameters, so that fixed ones have none of their own.
        """
        if self._fixed or self._length > _LONGEST_COMPARED[self._approach]:
            return None
        expected = _reference(self._approach, *self._data)
        actual = _value_and_gradients(self._divergence(), self._arguments)
        off = [ours.cpu().double() - theirs for ours, theirs in zip(actual, expected, strict=True)]
        value, *gradients = (
            float(error.norm() / theirs.norm()) for error, theirs in zip(off, expected, strict=True)
        )
        return CaseErrors(max(value, *gradients), float(off[0].abs()), max(gradients))


def _check_size(core: str, length: int, latents: int, replicates: int, dtype: str) -> None:
    if replicates > 1 and length not in BATCHED_LENGTHS:
        raise NotApplicable("batches of this length are not measured")
    beyond = exceeded(core, length, latents * replicates, getattr(torch, dtype).itemsize)
    if beyond:
        raise NotApplicable(f"{beyond.limit}: {beyond.reason}")


def _kept(
    core: str,
    mean: torch.Tensor,
    variance: torch.Tensor,
    prior: Kernel,
    noise_variance: torch.Tensor,
    times: torch.Tensor | None,
) -> Callable[[], torch.Tensor]:
    """Return the divergence by what a core keeps between calls, which is made here."""
    function, length = load_function(core), mean.shape[-1]
    if CORES[core].approach == "inversion":
        factor = function(prior, noise_variance, length, mean.dtype, times).detach()
        return lambda: factor.divergence(mean, variance).sum()
    weights = function(prior, length, mean.dtype, times)
    return lambda: divergence_about(weights.regress(mean), mean, variance, noise_variance).sum()


class MeasuredFloor:
    """The bare arithmetic that a core can't do without, on the same data.

    For ``floor-fft`` two transforms forward and two backward; for ``floor-dense`` building all
    weights and two products with them; for ``floor-banded`` SciPy's Gaussian filter, cut off where
    the core is, which has no backward pass. Parameters and errors as of `MeasuredCase`.
    """

    def __init__(self, core: str, length: int, latents: int, replicates: int, dtype: str) -> None:
        _check_size(core_of(core), length, latents, replicates, dtype)
        kernel = "squared-exponential"
        tensors, _ = _make_data(kernel, "regular", length, latents, replicates, dtype)
        self._mean, self._scale = tensors[0], tensors[3]
        self._products = getattr(self, f"_{core_of(core)}")
        self.forward()

    def forward(self) -> None:
        """Do what one pass can't do without."""
        self._products(1)

    def forward_backward(self) -> None:
        """Do what both passes can't do without."""
        self._products(2)

    def errors(self) -> None:
        """Return None: it computes nothing that could be wrong."""

    def _fft(self, passes: int) -> None:
        for _ in range(passes):
            torch.fft.irfft(torch.fft.rfft(self._mean), n=self._mean.shape[-1])

    def _dense(self, passes: int) -> None:
        time_stamps = torch.arange(self._mean.shape[-1], dtype=self._mean.dtype)
        factor, column = (-0.5 / self._scale**2)[..., None, None], self._mean[..., None]
        # In blocks that stay in the processor's cache, and built once for both products.
        for rows in time_stamps.split(max(1, 100_000 // len(time_stamps))):
            # The exponential of very small numbers is slow.
            weights = ((rows[:, None] - time_stamps) ** 2 * factor).clamp_(min=-60).exp_()
            for _ in range(passes):
                weights @ column

    def _banded(self, passes: int) -> None:
        from scipy.ndimage import gaussian_filter1d

        reach = SquaredExponential(self._scale[0]).reach(DEFAULT_TOLERANCE).ceil()
        series = zip(self._mean[0].numpy(), self._scale[0], reach, strict=True)
        for values, sigma, radius in series:
            gaussian_filter1d(values, float(sigma), radius=int(radius), mode="constant")


def load_everything() -> None:
    """Load all that cores need, compiled code included, by a forward pass of each.

    No backward pass: a process that has run one can't be forked any more.
    """
    for name, own in CORES.items():
        for kernel in own.kernels[:2]:
            (mean, variance, noise, *scales), _ = _make_data(kernel, "regular", 8, 1, 1, "float64")
            prior = make_kernel(kernel, *(scale.requires_grad_() for scale in scales))
            load_core(name)(mean.requires_grad_(), variance, prior, noise)


def make_case(case: Mapping[str, Any]) -> MeasuredCase | MeasuredFloor:
    """Make a case, by a value of each of `bssbench.kernels.cases.PARAMETERS`.

    Raises
    ------
    NotApplicable
        See `MeasuredCase`.
    """
    if case["core"] not in FLOORS:
        return MeasuredCase(**case)
    names = ("core", "length", "latents", "replicates", "dtype")
    return MeasuredFloor(**{name: case[name] for name in names})
