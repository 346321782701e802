"""A measured case of a kernel core: its data, the timed computation and its accuracy."""

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

# Range of the latents' length-scales, in samples.
_SHORTEST_SCALE, _LONGEST_SCALE = 3.0, 30.0
_NOISE_VARIANCE = 0.01
# Beyond these lengths, the dense float64 reference takes longer than the measured cores.
_LONGEST_COMPARED: dict[Approach, int] = {"inversion": 1024, "regression": 4096}
# Length of the series that warms a case up, in samples.
_SHORT = 64

EMPTY: dict[str, Any] = {
    **{"core": "fft", "kernel": "squared-exponential", "parameters": "learned"},
    **{"grid": "regular", "length": _SHORT, "latents": 1, "replicates": 1},
    **{"dtype": "float32", "device": "cpu", "threads": 1},
}
"""A minimal case, which measures the memory of a process with all modules loaded."""


@dataclass(frozen=True)
class CaseErrors:
    """Errors of a case relative to the dense float64 reference on the same data.

    Attributes
    ----------
    relative : float
        Largest relative error of the divergence and of the gradients, in Euclidean norm.
    nats : float
        Absolute error of the divergence, summed over series.
    gradient : float
        Largest relative error of a gradient, in Euclidean norm.
    """

    relative: float
    nats: float
    gradient: float


def _make_data(
    kernel: str, grid: str, length: int, latents: int, replicates: int, dtype: str
) -> tuple[list[torch.Tensor], torch.Tensor | None]:
    """Return mean, variance, noise variance and the kernel's parameters, and time stamps."""
    torch.set_num_threads(1)
    # The tails of kernels underflow to denormals, which are many times slower on x86.
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
    """Return the divergence and its gradients in float64 for data of any precision."""
    tensors, times = _make_data(kernel, *data)
    wide = [tensor.double().requires_grad_() for tensor in tensors]
    prior = make_kernel(kernel, *wide[3:])
    exact = load_core(REFERENCES[approach])(wide[0], wide[1], prior, wide[2], times).sum()
    return _value_and_gradients(exact, wide)


class MeasuredCase:
    """One core on the common test data, warmed up on a short series.

    Parameters
    ----------
    core, kernel, parameters, grid, length, latents, replicates, dtype, device, threads
        See `bssbench.kernels.cases`.

    Raises
    ------
    NotApplicable
        If the size exceeds a limit, if the core has nothing to reuse between calls, or if the
        device does not exist.
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
        # The noise variance of a regression is always learned, since it is not part of the object
        # that is reused between calls.
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
        # Warm up on a short series, since a second run of the slowest cases would take too long.
        short = slice(0, min(length, _SHORT))
        stamps = None if times is None else times[short]
        compute(
            mean[..., short], variance[..., short], prior, noise_variance, stamps
        ).sum().backward()

    def forward(self) -> None:
        """Compute the divergence and wait for the result."""
        self._divergence().item()

    def forward_backward(self) -> None:
        """Compute the divergence and its gradients and wait for the results."""
        torch.autograd.grad(self._divergence(), self._arguments)
        if self._on_cuda:
            torch.cuda.synchronize()

    def cuda_peak_bytes(self) -> int:
        """Return the peak CUDA memory of a forward and a backward pass, without the data."""
        self.forward_backward()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        self.forward_backward()
        return torch.cuda.max_memory_allocated() - before

    def errors(self) -> CaseErrors | None:
        """Compare with the dense reference.

        Returns
        -------
        CaseErrors or None
            None if the reference takes too long, or if the parameters are fixed; their accuracy is
            that of learned parameters.
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
    """Prepare a core's reusable object and return a function that computes the divergence."""
    function, length = load_function(core), mean.shape[-1]
    if CORES[core].approach == "inversion":
        factor = function(prior, noise_variance, length, mean.dtype, times).detach()
        return lambda: factor.divergence(mean, variance).sum()
    weights = function(prior, length, mean.dtype, times)
    return lambda: divergence_about(weights.regress(mean), mean, variance, noise_variance).sum()


class MeasuredFloor:
    """The minimum arithmetic of a core, on the same data.

    For ``floor-fft``, it is two forward and two backward transforms; for ``floor-dense``, computing
    all weights and two products with them; for ``floor-banded``, SciPy's Gaussian filter with the
    truncation of the core and without a backward pass. Parameters and errors are those of
    `MeasuredCase`.
    """

    def __init__(self, core: str, length: int, latents: int, replicates: int, dtype: str) -> None:
        _check_size(core_of(core), length, latents, replicates, dtype)
        kernel = "squared-exponential"
        tensors, _ = _make_data(kernel, "regular", length, latents, replicates, dtype)
        self._mean, self._scale = tensors[0], tensors[3]
        self._products = getattr(self, f"_{core_of(core)}")
        self.forward()

    def forward(self) -> None:
        """Perform the minimum arithmetic of a forward pass."""
        self._products(1)

    def forward_backward(self) -> None:
        """Perform the minimum arithmetic of a forward and a backward pass."""
        self._products(2)

    def errors(self) -> None:
        """Return None, since there is no result to compare."""

    def _fft(self, passes: int) -> None:
        for _ in range(passes):
            torch.fft.irfft(torch.fft.rfft(self._mean), n=self._mean.shape[-1])

    def _dense(self, passes: int) -> None:
        time_stamps = torch.arange(self._mean.shape[-1], dtype=self._mean.dtype)
        factor, column = (-0.5 / self._scale**2)[..., None, None], self._mean[..., None]
        # In blocks that fit the processor's cache, each used for both products.
        for rows in time_stamps.split(max(1, 100_000 // len(time_stamps))):
            # Exponentials that underflow to denormals are slow.
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
    """Load all modules and compiled code of the cores by a forward pass of each.

    There is no backward pass, since a process cannot be forked after one.
    """
    for name, own in CORES.items():
        for kernel in own.kernels[:2]:
            (mean, variance, noise, *scales), _ = _make_data(kernel, "regular", 8, 1, 1, "float64")
            prior = make_kernel(kernel, *(scale.requires_grad_() for scale in scales))
            load_core(name)(mean.requires_grad_(), variance, prior, noise)


def make_case(case: Mapping[str, Any]) -> MeasuredCase | MeasuredFloor:
    """Construct a case.

    Parameters
    ----------
    case : mapping of str to object
        A value of each of `bssbench.kernels.cases.PARAMETERS`.

    Returns
    -------
    MeasuredCase or MeasuredFloor
        The case, warmed up.

    Raises
    ------
    NotApplicable
        As for `MeasuredCase`.
    """
    if case["core"] not in FLOORS:
        return MeasuredCase(**case)
    names = ("core", "length", "latents", "replicates", "dtype")
    return MeasuredFloor(**{name: case[name] for name in names})
