import numpy as np
import pytest

from bssbench.scores.measures.electrodes import electrode_ceiling, electrode_correlation


@pytest.fixture
def known():
    """Uncorrelated sources, and an electrode that hears 0.6 of one and 0.8 of another."""
    rng = np.random.default_rng(1)
    sources = rng.laplace(size=(500, 4))
    sources = np.linalg.qr(sources - sources.mean(axis=0))[0]
    return sources, 0.6 * sources[:, 0] - 0.8 * sources[:, 2]


def test_the_best_component_counts_whatever_its_sign_and_scale(known):
    sources, electrode = known
    assert electrode_correlation(electrode, sources) == pytest.approx(0.8)
    assert electrode_correlation(5 * electrode + 2, -3 * sources[:, ::-1]) == pytest.approx(0.8)


def test_the_ceiling_is_what_all_observations_say_together(known, rng):
    sources, electrode = known
    mixing_matrix = rng.standard_normal((4, 4))
    assert electrode_ceiling(electrode, sources @ mixing_matrix) == pytest.approx(1)
    assert electrode_ceiling(electrode, sources[:, :2] @ mixing_matrix[:2]) == pytest.approx(0.6)


def test_no_component_exceeds_the_ceiling(known, rng):
    sources, electrode = known
    electrode = electrode + 0.05 * rng.standard_normal(len(electrode))
    ceiling = electrode_ceiling(electrode, sources)
    for _ in range(50):
        components = sources @ rng.standard_normal((4, 4))
        assert electrode_correlation(electrode, components) <= ceiling + 1e-12
    # Reached by the component that is the electrode's own regression.
    own = np.linalg.lstsq(sources, electrode)[0]
    found = electrode_correlation(electrode, (sources @ own)[:, None])
    assert found == pytest.approx(ceiling, rel=1e-3)
