import numpy as np
import pytest
import torch

from bssbench.models.smoothing import Smoother


def perturbed(replicates, spacing, latents=2):
    smoother = Smoother(replicates, latents, spacing)
    with torch.no_grad():
        smoother.weights += torch.randn(
            smoother.weights.shape, generator=torch.Generator().manual_seed(0)
        )
    return smoother


def test_it_starts_by_changing_nothing():
    mean = torch.randn(2, 3, 50)
    torch.testing.assert_close(Smoother(2, 3, 1)(mean), mean)


@pytest.mark.parametrize("spacing", [1, 3])
def test_it_is_a_convolution_with_zeros_beyond_the_ends(spacing):
    smoother, mean = perturbed(1, spacing), torch.randn(1, 2, 90)
    smoothed = smoother(mean).detach().numpy()[0]
    for latent in range(2):
        kernel = np.zeros(16 * spacing + 1)
        kernel[::spacing] = 0.1 * smoother.weights.detach().numpy()[0, latent]
        kernel[8 * spacing] += 1.0
        # A weight belongs to the time it looks at: a correlation, so the kernel is turned round.
        expected = np.convolve(mean.numpy()[0, latent], kernel[::-1], mode="same")
        np.testing.assert_allclose(smoothed[latent], expected, atol=1e-5)


def test_replicates_are_smoothed_each_alone():
    smoother, mean = perturbed(3, 2), torch.randn(3, 2, 60)
    together = smoother(mean)
    for row in range(3):
        alone = Smoother(1, 2, 2)
        alone.weights.data = smoother.weights.data[row : row + 1]
        torch.testing.assert_close(alone(mean[row : row + 1])[0], together[row])
