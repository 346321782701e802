import pytest
import torch

from bssbench.kernels.stationary import KERNELS, covariance, make_kernel

DISTANCE = torch.tensor([0.0, 0.1, 0.7, 1.0, 3.0, 10.0, 40.0], dtype=torch.float64)


def parameters_of(name):
    scale = torch.tensor([[0.7, 3.0]], dtype=torch.float64)
    other = torch.tensor([[5.0, 2.0]], dtype=torch.float64)
    return [scale, other] if name in ("periodic", "rational-quadratic") else [scale]


@pytest.mark.parametrize("name", KERNELS)
def test_slopes_are_the_derivatives(name):
    parameters = parameters_of(name)
    slopes = make_kernel(name, *parameters).log_slopes(DISTANCE)
    for index, slope in enumerate(slopes):
        tangents = [torch.zeros_like(p) for p in parameters]
        tangents[index] = torch.ones_like(tangents[index])
        _, expected = torch.func.jvp(
            lambda *p: make_kernel(name, *p).log_values(DISTANCE),
            tuple(parameters),
            tuple(tangents),
        )
        torch.testing.assert_close(slope, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_is_one_at_zero_and_ends_within_its_reach(name):
    kernel = make_kernel(name, *parameters_of(name))
    assert (kernel.log_values(DISTANCE)[..., 0] == 0).all()
    for tolerance in (1e-2, 1e-9):
        reach = kernel.reach(tolerance)
        if name == "periodic":
            assert torch.isinf(reach).all()
            continue
        at_reach = torch.stack(
            [
                kernel.log_values(reach[0, i] * torch.tensor([1.0, 0.8]))[0, i].exp()
                for i in range(2)
            ]
        )
        assert (at_reach[:, 0] <= 1.001 * tolerance).all()
        assert (at_reach[:, 1] > tolerance).all(), "no farther than it must"


@pytest.mark.parametrize("name", KERNELS)
def test_covariances_are_positive_definite_and_free_of_denormals(name):
    kernel = make_kernel(name, *(p.float() for p in parameters_of(name)))
    time = torch.arange(300, dtype=torch.float32)
    matrix = covariance(kernel, (time[:, None] - time).abs())
    assert (matrix >= torch.finfo(torch.float32).tiny).all()
    assert torch.linalg.eigvalsh(matrix.double()).min() > -1e-4
