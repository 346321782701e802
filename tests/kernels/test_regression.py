import pytest
import torch

from bssbench.kernels.regression import leave_one_out_mean, regression_weights


def dense_mean(mean, bandwidth):
    """The definition, in float64; bandwidth (replicate, latent)."""
    time = torch.arange(mean.shape[-1], dtype=torch.float64)
    exponent = -0.5 * ((time[:, None] - time) / bandwidth.double()[..., None, None]) ** 2
    exponent = exponent.masked_fill(torch.eye(len(time), dtype=torch.bool), -torch.inf)
    return (torch.softmax(exponent, dim=-1) @ mean.double()[..., None])[..., 0]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-3)])
@pytest.mark.parametrize("length", [2, 3, 17, 200])
def test_fft_agrees_with_the_definition(dtype, tolerance, length):
    bandwidth = torch.tensor([[0.3, 1.0, length / 2], [2.0, 5.0, 0.5]])
    mean = torch.randn(2, 3, length, dtype=dtype, generator=torch.Generator().manual_seed(0))
    fast = leave_one_out_mean(mean, regression_weights(bandwidth, length, dtype))
    torch.testing.assert_close(
        fast.double(), dense_mean(mean, bandwidth), rtol=tolerance, atol=tolerance
    )


def test_gradient_agrees_with_the_definition():
    bandwidth = torch.tensor([[0.4, 3.0]])
    mean = torch.randn(1, 2, 60, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(1, 2, 60, dtype=torch.float64)
    kept = regression_weights(bandwidth, 60, torch.float64)
    assert torch.autograd.gradcheck(lambda x: leave_one_out_mean(x, kept), mean)
    (fast,) = torch.autograd.grad((leave_one_out_mean(mean, kept) * weights).sum(), mean)
    (slow,) = torch.autograd.grad((dense_mean(mean, bandwidth) * weights).sum(), mean)
    torch.testing.assert_close(fast, slow, rtol=1e-9, atol=1e-9)


def test_a_constant_is_its_own_regression():
    weights = regression_weights(torch.tensor([[0.3, 4.0, 100.0]]), 150, torch.float64)
    constant = torch.full((1, 3, 150), 2.5, dtype=torch.float64)
    torch.testing.assert_close(leave_one_out_mean(constant, weights), constant)


def test_the_own_point_has_no_weight():
    impulse = torch.zeros(1, 1, 101, dtype=torch.float64)
    impulse[..., 50] = 1.0
    weights = regression_weights(torch.tensor([[3.0]]), 101, torch.float64)
    assert leave_one_out_mean(impulse, weights)[0, 0, 50].abs() < 1e-12
