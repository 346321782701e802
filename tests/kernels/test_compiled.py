"""What the compiled core promises beyond what every core does."""

import numba
import pytest
import torch
from numba.core import caching

from bssbench.errors import InputError
from bssbench.kernels.catalogue import CORES
from bssbench.kernels.core import load_core, load_function
from bssbench.kernels.inversion import _filter
from bssbench.kernels.stationary import make_kernel

every_kernel = pytest.mark.parametrize("kernel", CORES["compiled"].kernels)


def assert_close(actual, expected, tolerance):
    torch.testing.assert_close(actual[0], expected[0], rtol=tolerance, atol=0.0)
    for gradient, reference in zip(actual[1], expected[1], strict=True):
        assert (gradient - reference).norm() <= tolerance * reference.norm()


@every_kernel
@pytest.mark.parametrize("irregular", [False, True])
def test_agrees_with_the_tree_form_on_long_series(kernel, irregular, make_case):
    case = make_case(kernel, 100_000, irregular, [(0.5, 4.0, 90.0, 2000.0)])
    assert_close(case.run(load_core("compiled")), case.run(load_core("markovian")), 1e-8)


@every_kernel
def test_agrees_with_the_dense_reference_where_stamps_repeat(kernel, make_case):
    case = make_case(kernel, irregular=True)
    case.times[40:45] = case.times[40]
    case.times[90:] += 1e3
    assert_close(case.run(load_core("compiled")), case.run(load_core("cholesky")), 1e-6)


@every_kernel
@pytest.mark.parametrize("irregular", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_what_is_kept_is_exact(kernel, irregular, shared, make_case):
    mean, variance, noise_variance, scale = (case := make_case(kernel, 200, irregular)).tensors
    variance = variance[..., :1].clone() if shared else variance
    arguments = (mean.requires_grad_(), variance.requires_grad_())
    factor = load_function("compiled")(
        make_kernel(kernel, scale), noise_variance, 200, torch.float64, case.times
    )
    for whole, kept in zip(
        *(results(f, arguments) for f in (factor, factor.detach())), strict=True
    ):
        torch.testing.assert_close(kept, whole, rtol=1e-10, atol=1e-10)


def results(factor, arguments):
    value = factor.divergence(*arguments)
    return [value, *torch.autograd.grad(value.sum(), arguments)]


@pytest.mark.parametrize("argument", range(4), ids=["mean", "variance", "nugget", "length-scale"])
def test_not_a_number_stays_in_its_series(argument, make_case):
    case = make_case("matern-5/2", 50)
    expected = case.run(load_core("compiled"))
    case.tensors[argument][1, 0] = torch.nan
    value, gradients = case.run(load_core("compiled"))
    others = torch.tensor([[True, True], [False, True]])
    assert torch.isnan(value[~others]).all()
    assert torch.equal(value[others], expected[0][others])
    for gradient, reference in zip(gradients, expected[1], strict=True):
        assert torch.equal(gradient[others], reference[others])


def test_without_a_place_to_keep_compiled_code_it_is_compiled_anew(monkeypatch):
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])

    def doubled(x):
        return 2.0 * x

    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(doubled)
    assert _filter._compiled(doubled)(1.5) == 3.0


def test_tensors_elsewhere_are_rejected_by_naming_the_core_for_them():
    elsewhere = torch.ones(1, 1, device="meta")
    kernel = make_kernel("matern-1/2", elsewhere)
    with pytest.raises(InputError, match="take markovian"):
        load_function("compiled")(kernel, elsewhere, 10, torch.float32)
