"""Time, memory and accuracy of every kernel core.

Case by case: core, kernel, what is kept between calls, grid, length, latents, replicates,
precision, device, threads. Sizes beyond a limit are skipped by arithmetic, not by waiting for them
(`bssbench.kernels.limits`).
"""

import math
import os
import shutil
import time

from bssbench.kernels.cases import BATCHED_LENGTHS, PARAMETERS, measured_values
from bssbench.kernels.catalogue import CORES, REFERENCES
from bssbench.kernels.core import load_core, load_function
from bssbench.kernels.limits import exceeded

# Before numpy or torch is there: timings are of one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")
if "BSSBENCH_PRELOAD" in os.environ:
    # In the process that every case is a fork of, so that no case loads them.
    import gpytorch
    import torch

    del gpytorch, torch

# Without one there is nothing to try; torch is not asked, because this module must load at once.
DEVICES = ["cpu", "cuda"] if shutil.which("nvidia-smi") else ["cpu"]
# Length-scales of the latents, in samples, are spread between these.
SHORTEST_SCALE, LONGEST_SCALE = 3.0, 30.0
NOISE_VARIANCE = 0.01
# Beyond, the dense float64 reference takes longer than what is judged by it.
LONGEST_COMPARED = {"inversion": 1024, "regression": 4096}


def _arguments(core, kernel, parameters, grid, length, latents, replicates, dtype, device):
    """Return the tensors of a case: mean, variance, noise variance, parameters, and time stamps."""
    import torch

    torch.set_num_threads(1)
    # The tails of kernels underflow to denormals, which x86 computes many times more slowly.
    torch.set_flush_denormal(True)
    generator = torch.Generator().manual_seed(0)
    shape, kind = (replicates, latents, length), getattr(torch, dtype)
    mean = torch.randn(shape, generator=generator, dtype=torch.float64)
    variance = 0.1 + torch.rand(shape, generator=generator, dtype=torch.float64)
    noise_variance = torch.full(shape[:2], NOISE_VARIANCE, dtype=torch.float64)
    spread = torch.logspace(
        0.0, 1.0, latents, base=LONGEST_SCALE / SHORTEST_SCALE, dtype=torch.float64
    )
    own = [(SHORTEST_SCALE * spread).expand(shape[:2])]
    if kernel == "periodic":
        own = [torch.ones_like(own[0]), 5.0 * own[0]]
    if kernel == "rational-quadratic":
        own.append(torch.ones_like(own[0]))
    tensors = [t.to(device, kind).contiguous() for t in (mean, variance, noise_variance, *own)]
    # A regression's noise variance is no part of what is kept between calls, and always learned.
    fixed = 3 if CORES[core].approach == "regression" else 2
    for tensor in tensors if parameters == "learned" else tensors[:fixed]:
        tensor.requires_grad_()
    gaps = 2.0 * torch.rand(length, generator=generator, dtype=torch.float64)
    times = torch.cumsum(gaps, 0).to(device) if grid == "irregular" else None
    return tensors, times


class _Case:
    """One core; a subclass has its values of the parameters."""

    param_names = list(PARAMETERS)
    version = "1"
    timeout = 300
    number = 1
    rounds = 1
    repeat = (1, 7, 2.0)
    warmup_time = 0.0
    # The slowest are run once: they were warmed up on a short series.
    min_run_count = 1

    def setup(
        self, core, kernel, parameters, grid, length, latents, replicates, dtype, device, threads
    ):
        import torch

        from bssbench.kernels.regression import divergence_about
        from bssbench.kernels.stationary import make_kernel

        if device == "cuda" and not torch.cuda.is_available():
            raise NotImplementedError("there is no CUDA device")
        if replicates > 1 and length not in BATCHED_LENGTHS:
            raise NotImplementedError("a batch of this length is not measured")
        beyond = exceeded(core, length, latents * replicates, getattr(torch, dtype).itemsize)
        if beyond:
            raise NotImplementedError(beyond.reason)
        if parameters == "fixed" and not CORES[core].keeps:
            raise NotImplementedError("keeps nothing between calls")
        tensors, times = _arguments(
            core, kernel, parameters, grid, length, latents, replicates, dtype, device
        )
        mean, variance, noise_variance, *own = tensors
        self.arguments = [tensor for tensor in tensors if tensor.requires_grad]
        self.tensors, self.times = tensors, times

        def learned():
            prior = make_kernel(kernel, *own)
            return load_core(core)(mean, variance, prior, noise_variance, times).sum()

        self.divergence = learned
        if parameters == "fixed":
            function, prior = load_function(core), make_kernel(kernel, *own)
            if CORES[core].approach == "inversion":
                factor = function(prior, noise_variance, length, mean.dtype, times).detach()
                self.divergence = lambda: factor.divergence(mean, variance).sum()
            else:
                weights = function(prior, length, mean.dtype, times)
                self.divergence = lambda: divergence_about(
                    weights.regress(mean), mean, variance, noise_variance
                ).sum()
        # Warm, but not at the price of a second run of the slowest.
        small = slice(0, min(length, 64))
        warm = [mean[..., small], variance[..., small]]
        prior = make_kernel(kernel, *own)
        load_core(core)(
            *warm, prior, noise_variance, None if times is None else times[small]
        ).sum().backward()

    def time_forward(self, *case):
        self.divergence().item()

    def time_forward_backward(self, *case):
        self._forward_backward()

    def peakmem_forward_backward(self, *case):
        self._forward_backward()

    def _forward_backward(self):
        import torch

        gradients = torch.autograd.grad(self.divergence(), self.arguments)
        if gradients[0].is_cuda:
            torch.cuda.synchronize()
        return gradients

    def track_relative_error(self, core, kernel, parameters, grid, length, *rest):
        """Largest of the relative errors of the divergence and of each gradient, as vectors."""
        import torch

        from bssbench.kernels.stationary import make_kernel

        approach = CORES[core].approach
        # Not a number is how ASV writes "not applicable". The accuracy is that of the learned case.
        if parameters == "fixed" or length > LONGEST_COMPARED[approach]:
            return math.nan
        wide = [tensor.detach().cpu().double().requires_grad_() for tensor in self.tensors]
        times = None if self.times is None else self.times.cpu()
        prior = make_kernel(kernel, *wide[3:])
        exact = load_core(REFERENCES[approach])(wide[0], wide[1], prior, wide[2], times).sum()
        expected = [exact.detach(), *torch.autograd.grad(exact, wide)]
        value = self.divergence()
        actual = [value.detach(), *torch.autograd.grad(value, self.arguments)]
        errors = [
            (ours.cpu().double() - theirs).norm() / theirs.norm()
            for ours, theirs in zip(actual, expected, strict=True)
        ]
        return float(max(errors))

    track_relative_error.unit = "relative error"

    def track_cuda_seconds(self, *case):
        """Median seconds forward and backward, synchronised."""
        import torch

        if case[8] != "cuda":
            return math.nan
        self._forward_backward()
        seconds = []
        for _ in range(7):
            torch.cuda.synchronize()
            began = time.perf_counter()
            self._forward_backward()
            torch.cuda.synchronize()
            seconds.append(time.perf_counter() - began)
        return sorted(seconds)[3]

    track_cuda_seconds.unit = "seconds"

    def track_cuda_peak_bytes(self, *case):
        """Peak memory of the device beyond the data."""
        import torch

        if case[8] != "cuda":
            return math.nan
        self._forward_backward()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        self._forward_backward()
        return torch.cuda.max_memory_allocated() - before

    track_cuda_peak_bytes.unit = "bytes"


def _parameters(core):
    """Return ASV's lists of parameters."""
    values = measured_values(core)
    there = [device for device in values["device"] if device in DEVICES]
    return list((values | {"device": there}).values())


# A class for each core, so that ASV's names are those of the cores: GpytorchCholesky, …
for _core in CORES:
    _name = _core.title().replace("-", "")
    globals()[_name] = type(_name, (_Case,), {"params": _parameters(_core), "__module__": __name__})


class _Floor:
    """The bare arithmetic that a core can't do without, on the same data."""

    param_names = _Case.param_names
    version = "1"
    timeout = _Case.timeout
    number, rounds, repeat, warmup_time, min_run_count = 1, 1, _Case.repeat, 0.0, 1

    def setup(self, core, kernel, parameters, grid, length, *rest):
        latents, replicates, dtype, device, _ = rest
        core = core.removeprefix("floor-")
        beyond = exceeded(core, length, latents * replicates)
        if beyond:
            raise NotImplementedError(beyond.reason)
        case = (core, kernel, parameters, grid, length, latents, replicates, dtype, device)
        tensors, _ = _arguments(*case)
        self.mean, self.scale = tensors[0].detach(), tensors[3].detach()
        self.products = getattr(self, f"_{core}")
        self.products(1)


def _floor_grid(cores, replicates=1):
    kernel, _, grid, lengths = _parameters("fft")[1:5]
    lengths = lengths if replicates == 1 else list(BATCHED_LENGTHS)
    rest = [[3], [replicates], ["float32"], ["cpu"], [1]]
    return [cores, kernel, ["learned"], grid, lengths, *rest]


class Floors(_Floor):
    """Two forward and two backward transforms, as long as the data; weights and two products."""

    params = _floor_grid(["floor-fft", "floor-dense"])

    def _fft(self, passes):
        import torch

        for _ in range(passes):
            torch.fft.irfft(torch.fft.rfft(self.mean), n=self.mean.shape[-1])

    def _dense(self, passes):
        import torch

        time_stamps = torch.arange(self.mean.shape[-1], dtype=self.mean.dtype)
        factor, column = (-0.5 / self.scale**2)[..., None, None], self.mean[..., None]
        # In blocks that stay in the processor's cache, and built once for both products.
        for rows in time_stamps.split(max(1, 100_000 // len(time_stamps))):
            # The exponential of very small numbers is slow.
            weights = ((rows[:, None] - time_stamps) ** 2 * factor).clamp_(min=-60).exp_()
            for _ in range(passes):
                weights @ column

    def time_forward(self, *case):
        self.products(1)

    def time_forward_backward(self, *case):
        self.products(2)


class BatchFloors(Floors):
    """The transforms of many replicates."""

    params = _floor_grid(["floor-fft"], replicates=30)


class FilterFloor(_Floor):
    """SciPy's Gaussian filter, cut off where the core is; it has no backward pass."""

    params = _floor_grid(["floor-banded"])

    def _banded(self, passes):
        from scipy.ndimage import gaussian_filter1d

        from bssbench.kernels.regression.banded import DEFAULT_TOLERANCE
        from bssbench.kernels.stationary import SquaredExponential

        scale = self.scale[0]
        reach = SquaredExponential(scale).reach(DEFAULT_TOLERANCE).ceil()
        for series, sigma, radius in zip(self.mean[0].numpy(), scale, reach, strict=True):
            gaussian_filter1d(series, float(sigma), radius=int(radius), mode="constant")

    def time_forward(self, *case):
        self.products(1)


class Empty:
    """The memory floor: what a process holds that has loaded all and done nothing."""

    version = "1"

    def setup(self):
        from bssbench.kernels.stationary import make_kernel

        case = ("fft", "squared-exponential", "learned", "regular", 64, 1, 1, "float32", "cpu")
        (mean, variance, noise_variance, scale), _ = _arguments(*case)
        kernel = make_kernel("squared-exponential", scale)
        load_core("fft")(mean, variance, kernel, noise_variance).sum().backward()

    def peakmem_empty(self):
        pass
