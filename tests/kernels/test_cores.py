"""Laws that hold for every kernel core."""

import importlib
import itertools
import statistics
import time

import pytest
import torch

from bssbench.errors import InputError
from bssbench.kernels.catalogue import CORES, core_module
from bssbench.kernels.core import load_core, load_function
from bssbench.kernels.inversion.inducing import factorise
from bssbench.kernels.regression import banded, fft
from bssbench.kernels.stationary import KERNELS, SquaredExponential, make_kernel

EXACT = [name for name, core in CORES.items() if core.exact]
OWN = [name for name, core in CORES.items() if not core.library]
TOLERANCES = {torch.float64: (1e-6, 1e-4), torch.float32: (1e-3, 1e-2)}
EVERY_CASE = [
    (name, kernel, irregular)
    for name in EXACT
    for kernel in CORES[name].kernels
    for irregular in ((False, True) if CORES[name].irregular else (False,))
]
PERIODIC_LAST = sorted(CORES["gpytorch"].kernels, key="periodic".__eq__)
SMOOTH = ("squared-exponential", "matern-3/2")
TWO_PARAMETERS = ("periodic", "rational-quadratic")
cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def assert_close(actual, expected, dtype):
    """Compare values one by one, and each argument's gradient as a vector."""
    for_values, for_gradients = TOLERANCES[dtype]
    torch.testing.assert_close(actual[0], expected[0], rtol=for_values, atol=0.0)
    for gradient, reference in zip(actual[1], expected[1], strict=True):
        assert torch.isfinite(gradient).all()
        assert (gradient - reference).norm() <= for_gradients * reference.norm()


def test_the_catalogue_names_all_kernels_there_are_and_no_other():
    assert {kernel for core in CORES.values() for kernel in core.kernels} == set(KERNELS)


@pytest.mark.parametrize(
    ("name", "kernel", "irregular", "dtype"),
    [(*case, torch.float64) for case in EVERY_CASE]
    + [(*case, torch.float32) for case in EVERY_CASE]
    # In single precision GPyTorch's gradient in a period is wrong by its own size.
    + [("gpytorch-cholesky", k, False, torch.float32) for k in PERIODIC_LAST[:-1]]
    + [("gpytorch-cholesky", k, False, torch.float64) for k in PERIODIC_LAST],
)
def test_agrees_with_the_dense_reference(name, kernel, irregular, dtype, make_case, reference):
    case = make_case(kernel, irregular=irregular, dtype=dtype)
    expected = case.run(reference[CORES[name].approach])
    assert_close(case.run(load_core(name), dtype), expected, dtype)


# The gradient in a period is as noisy as it is large.
@pytest.mark.parametrize("kernel", PERIODIC_LAST[:-1])
def test_gpytorch_on_a_grid_is_right_on_average(kernel, make_case, reference, monkeypatch):
    case = make_case(kernel, dtype=torch.float32)
    module = importlib.import_module(core_module("gpytorch-grid"))
    value, gradients = case.run(reference["inversion"])
    runs = []
    for seed in range(30):
        monkeypatch.setattr(module, "_SEED", seed)
        runs.append(case.run(module.on_grid, torch.float32))
    mean_value = torch.stack([run[0] for run in runs]).mean(0)
    torch.testing.assert_close(mean_value, value, rtol=1e-2, atol=0.0)
    for estimates, expected in zip(
        zip(*(run[1] for run in runs), strict=True), gradients, strict=True
    ):
        error = torch.stack(estimates).mean(0) - expected
        assert error.norm() < 0.1 * expected.norm()


def test_gpytorch_on_a_grid_draws_the_same_and_from_no_generator_of_others(make_case):
    case, core = make_case("matern-3/2"), load_core("gpytorch-grid")
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first, _ = case.run(core)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(case.run(core)[0], first)


@pytest.mark.parametrize("kernel", CORES["banded"].kernels)
def test_banded_agrees_with_the_equally_truncated_reference(kernel, make_case, reference):
    case = make_case(kernel, length=150)
    reach = make_kernel(kernel, case.tensors[3]).reach(banded.DEFAULT_TOLERANCE).ceil().clamp(min=1)

    def truncated(*arguments):
        return reference["regression"](*arguments, reach=reach)

    expected = case.run(truncated)
    assert_close(case.run(load_core("banded")), expected, torch.float64)
    assert_close(case.run(load_core("banded"), torch.float32), expected, torch.float32)


def truncation_error(kernel, tolerance):
    """Return the share of the weights, (replicate, latent), that is cut off inside a long series.

    The regression changes by at most twice this times the largest |μ|.
    """
    reach = kernel.reach(tolerance).ceil().clamp(min=1.0).to(torch.float64)
    farthest = int(kernel.reach(1e-16).max().ceil()) + 1
    distance = torch.arange(1, farthest + 1, dtype=torch.float64, device=reach.device)
    weights = torch.exp(kernel.to(torch.float64).log_values(distance))
    cut = weights * (distance > reach[..., None])
    return cut.sum(-1) / weights.sum(-1)


def test_banded_moves_no_farther_than_what_it_cuts_off_allows(make_case):
    """The share cut off bounds how far truncation moves the regression, and it is not idle."""
    case = make_case("matern-3/2", length=400)
    mean, kernel = case.tensors[0], make_kernel("matern-3/2", case.tensors[3])
    whole = load_function("dense")(kernel, 400, torch.float64).regress(mean)
    for tolerance in (1e-2, 1e-4):
        cut = banded.weigh(kernel, 400, torch.float64, tolerance=tolerance).regress(mean)
        moved = (cut - whole).abs().amax(-1)
        # At the ends of the series half of the weights are missing.
        bound = 4.0 * truncation_error(kernel, tolerance) * mean.abs().amax(-1)
        assert (moved <= bound + 1e-12).all()
        assert (moved > 1e-3 * bound)[..., -1].all()


@pytest.mark.parametrize("name", OWN)
def test_gradcheck(name, make_case):
    for kernel in CORES[name].kernels:
        scale, other = (0.8, 1.5, 2.0, 4.0), (3.0, 5.0, 2.5, 7.0)
        parameters = [scale, other] if kernel in TWO_PARAMETERS else [scale]
        case = make_case(kernel, length=7, parameters=parameters)

        def divergence(mean, variance, noise_variance, *own, kernel=kernel):
            return load_core(name)(mean, variance, make_kernel(kernel, *own), noise_variance)

        arguments = [tensor.requires_grad_() for tensor in case.tensors]
        assert torch.autograd.gradcheck(divergence, arguments, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("length", [2, 3, 511, 512, 5000])
@pytest.mark.parametrize("scales", [(0.3, 1.0, 2.9, 3.1), (8.0, 90.0, 700.0, 2500.0)])
def test_fft_is_exact_at_every_padding_and_form_of_transform(length, scales, make_case):
    """Sampled and closed-form transforms, with and without images; short and long padding."""
    case = make_case("squared-exponential", length=length, parameters=[scales])
    expected = case.run(load_core("chunked"))
    assert_close(case.run(load_core("fft")), expected, torch.float64)
    assert_close(case.run(load_core("fft"), torch.float32), expected, torch.float32)


@pytest.mark.parametrize("kernel", SMOOTH)
@pytest.mark.parametrize("length", [4096, 5000])
def test_fft_is_exact_in_blocks(kernel, length, make_case, monkeypatch):
    """The last of them whole or not, and beside series whose kernel is too long to be cut."""
    monkeypatch.setattr(fft, "_MARGINS", (32, 256))
    monkeypatch.setattr(fft, "_SHORTEST_CUT", 0)
    case = make_case(kernel, length=length, parameters=[(0.3, 1.0, 3.0, 20.0)])
    kernels = make_kernel(kernel, case.tensors[3])
    groups = load_function("fft")(kernels, length, torch.float64).groups
    assert {group.lead for group in groups} == {0, 32}
    expected = case.run(load_core("chunked"))
    assert_close(case.run(load_core("fft")), expected, torch.float64)
    assert_close(case.run(load_core("fft"), torch.float32), expected, torch.float32)


@pytest.mark.parametrize("name", CORES)
def test_one_variance_for_all_times_is_that_variance_at_each(name, make_case):
    mean, variance, noise_variance, scale = make_case("matern-3/2", length=40).tensors
    kernel, one = make_kernel("matern-3/2", scale), variance[..., :1]
    every = one.expand(mean.shape).clone()
    divergences = [load_core(name)(mean, v, kernel, noise_variance) for v in (one, every)]
    torch.testing.assert_close(*divergences)


@pytest.mark.parametrize(
    ("name", "length", "kernel"),
    [(name, 300, "matern-3/2") for name in EXACT]
    + [(name, 4500, "matern-3/2") for name in ("fft", "markovian", "compiled")]
    + [("banded", length, "matern-3/2") for length in (300, 2000)]
    + [("fft", length, "squared-exponential") for length in (300, 1024, 4500, 70_000)],
)
def test_a_batch_equals_its_members_to_the_bit(name, length, kernel, make_case):
    """Else a seed's result would depend on the seeds that it is trained beside."""
    # A band of 700 samples' kernel is as wide as the series, and as slow as the dense form.
    longest = 70.0 if (name, length) == ("banded", 4500) else 700.0
    parameters = [(1.5, 40.0, 2.0, longest)]
    tensors = make_case(kernel, length, parameters=parameters, dtype=torch.float32).tensors
    # Many: a batch of a few is dealt with at once by what would split a larger one.
    mean, variance, noise_variance, scale = (t.repeat(5, *[1] * (t.dim() - 1)) for t in tensors)

    def run(rows):
        arguments = [
            t[rows].float().requires_grad_() for t in (mean, variance, noise_variance, scale)
        ]
        prior = make_kernel(kernel, arguments[3])
        value = load_core(name)(arguments[0], arguments[1], prior, arguments[2])
        return [value, *torch.autograd.grad(value.sum(), arguments)]

    together = run(slice(0, 10))
    for member in (0, 3):
        for batch, alone in zip(together, run(slice(member, member + 1)), strict=True):
            assert torch.equal(batch[member : member + 1], alone)


@pytest.mark.parametrize("name", CORES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
def test_extreme_length_scales_stay_finite(name, dtype, make_case):
    length = 200
    for kernel in CORES[name].kernels:
        for scale in (0.3, 1.0, length / 2):
            own = [(scale,) * 4, (7.0,) * 4] if kernel in TWO_PARAMETERS else [(scale,) * 4]
            if kernel == "periodic":
                # A pure number, of which a tenth is as extreme.
                own[0] = (0.1 * scale,) * 4
            for irregular in (False, True) if CORES[name].irregular else (False,):
                case = make_case(kernel, length, irregular, own)
                if irregular:
                    case.times[length // 2 :] += 1e4
                try:
                    value, gradients = case.run(load_core(name), dtype)
                except InputError:
                    # A clear error; only GPyTorch, in single precision, has to resort to it.
                    assert (CORES[name].library, dtype) == ("gpytorch", torch.float32)
                    continue
                assert torch.isfinite(value).all()
                assert all(torch.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("kernel", CORES["inducing"].kernels)
@pytest.mark.parametrize("irregular", [False, True])
def test_inducing_approaches_cholesky_from_above(kernel, irregular, make_case):
    mean, variance, noise_variance, *own = (case := make_case(kernel, 120, irregular)).tensors
    prior = make_kernel(kernel, *own)
    exact = load_core("cholesky")(mean, variance, prior, noise_variance, case.times)
    bounds = [
        factorise(prior, noise_variance, 120, torch.float64, case.times, m).divergence(
            mean, variance
        )
        for m in (6, 30, 90, 120)
    ]
    for bound in bounds:
        assert (bound >= exact * (1.0 - 1e-9)).all()
    for fewer, more in itertools.pairwise(bounds):
        assert (more <= fewer * (1.0 + 1e-9)).all()
    torch.testing.assert_close(bounds[-1], exact, rtol=1e-3, atol=0.0)


@pytest.mark.parametrize("name", [n for n, core in CORES.items() if core.keeps])
def test_what_is_kept_gives_the_same_and_teaches_the_kernel_nothing(name, make_case):
    mean, variance, noise_variance, scale = make_case("matern-5/2", 60, dtype=torch.float32).tensors
    mean, variance = mean.float().requires_grad_(), variance.float().requires_grad_()
    noise_variance, scale = noise_variance.float().requires_grad_(), scale.float().requires_grad_()
    kernel = make_kernel("matern-5/2", scale)
    whole = load_core(name)(mean, variance, kernel, noise_variance)
    expected = torch.autograd.grad(whole.sum(), (mean, variance))
    if CORES[name].approach == "inversion":
        factor = load_function(name)(kernel, noise_variance, 60, torch.float32).detach()
        again = factor.divergence(mean, variance)
        of_kernel = torch.autograd.grad(
            again.sum(), (noise_variance, scale), allow_unused=True, retain_graph=True
        )
        assert of_kernel == (None, None)
    else:
        weights = load_function(name)(kernel.detach(), 60, torch.float32)
        residual = mean - weights.regress(mean)
        noise = noise_variance.detach()[..., None]
        terms = (residual**2 + variance) / noise - torch.log(variance) + torch.log(noise) - 1.0
        again = 0.5 * terms.sum(-1)
    torch.testing.assert_close(again, whole, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(
        torch.autograd.grad(again.sum(), (mean, variance)), expected, rtol=1e-3, atol=1e-3
    )


def test_a_constant_is_its_own_regression_and_the_own_point_has_no_weight():
    kernel = SquaredExponential(torch.tensor([[0.3, 4.0, 40.0]], dtype=torch.float64))
    constant = torch.full((1, 3, 150), 2.5, dtype=torch.float64)
    impulse = torch.zeros(1, 3, 150, dtype=torch.float64)
    impulse[..., 70] = 1.0
    for name in ("dense", "chunked", "banded", "fft"):
        weights = load_function(name)(kernel, 150, torch.float64)
        torch.testing.assert_close(weights.regress(constant), constant)
        assert weights.regress(impulse)[..., 70].abs().max() < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kernel"),
    [(name, kernel) for name in CORES for kernel in SMOOTH if kernel in CORES[name].kernels],
)
def test_time_does_not_depend_on_denormals(name, kernel, make_case):
    """With the processor's flushing of denormals off and on, on kernels that would underflow."""
    length = 4096 if name in ("fft", "banded", "markovian", "compiled") else 700
    scales = [(0.3, 3.0, 10.0, 30.0)]
    case = make_case(kernel, length=length, parameters=scales, dtype=torch.float32)
    core = load_core(name)

    def seconds(flush):
        torch.set_flush_denormal(flush)
        began = time.perf_counter()
        case.run(core, torch.float32)
        return time.perf_counter() - began

    try:
        for _ in range(3):
            seconds(True)
            pairs = [(seconds(False), seconds(True)) for _ in range(5)]
            ratio = statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
            if ratio <= 1.5:
                break
    finally:
        torch.set_flush_denormal(False)
    assert ratio <= 1.5


@pytest.mark.parametrize("name", [n for n, core in CORES.items() if core.irregular])
def test_when_a_series_began_does_not_matter(name, make_case):
    """As with seconds since 1970, in single precision."""
    case = make_case("matern-1/2", 60, irregular=True, dtype=torch.float32)
    now = case.run(load_core(name), torch.float32)
    case.times = case.times + 2.0**30
    later = case.run(load_core(name), torch.float32)
    # The stamps' own rounding is enough to move GPyTorch's answer by half a per cent.
    torch.testing.assert_close(later[0], now[0], rtol=2e-2, atol=0.0)


@pytest.mark.parametrize("name", OWN)
def test_a_diverged_series_is_nobody_elses_trouble(name, make_case):
    case = make_case("matern-3/2", 40)
    core = load_core(name)
    expected, _ = case.run(core)
    case.tensors[3][0, 1] = torch.nan
    value, _ = case.run(core)
    assert torch.isnan(value[0, 1])
    torch.testing.assert_close(value[1], expected[1])
    torch.testing.assert_close(value[0, 0], expected[0, 0])


@cuda
@pytest.mark.cuda
@pytest.mark.parametrize(
    ("name", "kernel", "irregular"), [case for case in EVERY_CASE if not CORES[case[0]].cpu_only]
)
def test_cuda_agrees_with_the_dense_reference(name, kernel, irregular, make_case, reference):
    case = make_case(kernel, irregular=irregular)
    expected = case.run(reference[CORES[name].approach])
    assert_close(case.run(load_core(name), device="cuda"), expected, torch.float64)


@cuda
@pytest.mark.cuda
def test_a_core_of_the_cpu_alone_says_so(make_case):
    with pytest.raises(InputError, match="take markovian"):
        make_case("matern-3/2").run(load_core("compiled"), device="cuda")
