"""What the family of generalised Gaussian innovations alone promises."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gennorm, kurtosis

from bssbench.datasets.families.ar_generalised import Family


@pytest.mark.parametrize("shape", [0.7, 1.0, 2.0, 4.0])
def test_information_and_kurtosis_are_those_of_the_density(shape: float) -> None:
    family = Family(shape=shape)
    deviation = gennorm.std(shape)

    def weighed(x: float) -> float:
        slope = shape * abs(x) ** (shape - 1.0)
        return float(slope**2 * gennorm.pdf(x, shape))

    # From zero, where a slope may be without limit.
    expected = 2.0 * deviation**2 * quad(weighed, 0.0, np.inf)[0]
    assert family.innovation_information(2)[0] == pytest.approx(expected, rel=1e-3)
    stated = family.laws(2)["innovation_kurtosis"][0]
    assert stated == pytest.approx(3.0 + gennorm.stats(shape, moments="k"))


def test_draws_have_the_kurtosis_that_is_stated() -> None:
    family = Family(shape=1.5)
    drawn = family.innovations(np.random.default_rng(0), (1, 200_000))
    expected = family.laws(1)["innovation_kurtosis"][0]
    assert kurtosis(drawn[0], fisher=False) == pytest.approx(expected, rel=0.03)


def test_it_has_the_laws_of_other_families_at_its_corners() -> None:
    np.testing.assert_allclose(Family(shape=2.0).innovation_information(3), 1.0)
    np.testing.assert_allclose(Family(shape=1.0).innovation_information(3), 2.0)
    assert Family(gap=0.0).laws(2)["coefficient"] == [0.5, 0.5]


@pytest.mark.parametrize("wrong", [{"shape": 0.5}, {"gap": 1.0}, {"centre": 1.0}])
def test_what_has_no_law_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"shape|coefficients"):
        Family(**wrong)
