"""What the VAEs add to what the abstracts name: each can be taken away alone."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError
from bssbench.methods import load_method

QUICK = {"steps": 12, "restarts": 1}


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-t200", [0, 1], {})


def separation(problem, name, **parameters):
    return load_method(name, QUICK | parameters).separate(problem)


@pytest.mark.parametrize(
    ("name", "without", "nonlinear"),
    [
        ("skr-vae", {"rotation": False}, False),
        ("skr-vae", {"uncorrelated": False}, False),
        ("skr-vae", {"posterior": "full"}, False),
        ("skr-vae", {"posterior": "diagonal"}, True),
        ("skr-vae", {"spacing": 3}, False),
        ("skr-vae", {"scale": "closed"}, False),
        ("skr-vae", {"scale": "closed"}, True),
        ("skr-vae-shared", {"scale": "free"}, False),
        ("gp-vae", {"rotation": False}, False),
        ("gp-vae", {"smoothing": False}, False),
        ("gp-vae", {"posterior": "diagonal"}, True),
        ("gp-vae", {"start_factor": 4.0}, False),
        ("gp-vae-shared", {"scale": "free"}, False),
        ("ar-flow-vae", {"smoothing": False}, False),
        ("ar-flow-vae", {"network_scale": 0.0}, False),
        ("ar-flow-vae", {"octaves": 0}, False),
        ("ar-flow-vae", {"base": "normal"}, False),
        ("ar-flow-vae-shared", {"scale": "free"}, True),
        ("slow-vae", {"posterior": "full"}, True),
    ],
)
def test_an_option_makes_a_difference_for_every_seed(
    name, without, nonlinear, dataset, make_problem
):
    problem = make_problem(dataset, nonlinear=nonlinear)
    usual, changed = separation(problem, name), separation(problem, name, **without)
    assert np.isfinite(changed.loss).all()
    assert (usual.loss != changed.loss).all()


@pytest.mark.parametrize("nonlinear", [False, True])
@pytest.mark.parametrize(
    ("name", "plain", "taken_away"),
    [
        (
            "skr-vae",
            "skr-vae-plain",
            {
                "rotation": False,
                "posterior": "diagonal",
                "uncorrelated": False,
                "spacing": 1,
                "regularisation": 1.0,
            },
        ),
        (
            "ar-flow-vae",
            "ar-flow-vae-plain",
            {
                "rotation": False,
                "smoothing": False,
                "posterior": "diagonal",
                "spacing": 1,
                "network_scale": 0.0,
                "octaves": 0,
                "base": "normal",
            },
        ),
    ],
)
def test_a_plain_reading_is_the_method_with_all_additions_taken_away(
    name, plain, taken_away, nonlinear, dataset, make_problem
):
    problem = make_problem(dataset, nonlinear=nonlinear)
    bare = separation(problem, name, observation_variance=0.01, **taken_away)
    default = load_method(plain, {"steps": QUICK["steps"]}).separate(problem)
    np.testing.assert_array_equal(bare.loss, default.loss)
    np.testing.assert_array_equal(bare.sources, default.sources)


def test_diagnostics_say_what_departs_from_the_usual_form(dataset, make_problem):
    problem = make_problem(dataset)
    form = {"rotation": False, "smoothing": False, "posterior": "full", "scale": "closed"}
    usual = separation(problem, "gp-vae-spectral").diagnostics
    assert not form.keys() & usual.keys()
    changed = separation(problem, "gp-vae-spectral", start_factor=0.5, **form).diagnostics
    assert form.items() <= changed.items()
    assert (usual["start_factor"], changed["start_factor"]) == (1.0, 0.5)
    regression = separation(problem, "skr-vae", uncorrelated=False, spacing=2).diagnostics
    assert regression["regression"]["uncorrelated"] is False
    assert regression["spacing"] == [2, 2]


def test_a_factor_moves_where_every_length_scale_starts(dataset, make_problem):
    problem = make_problem(dataset)
    starts = {
        factor: separation(problem, "gp-vae", start_factor=factor).history["length_scale"][:, 0]
        for factor in (0.25, 1.0, 4.0)
    }
    for factor, start in starts.items():
        np.testing.assert_allclose(start, factor * starts[1.0], rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("factor", [4.0, 0.25])
def test_length_scales_end_where_they_would_from_the_rule(factor, make_problem):
    """With the scale closed; a latent of a free one can shrink until its nugget explains it."""
    problem = make_problem(make_dataset("gp-distinct", [0, 1, 2], {}))
    octaves = []
    for start in (1.0, factor):
        chosen = {"restarts": 1, "scale": "closed", "start_factor": start}
        way = load_method("gp-vae-spectral", chosen).separate(problem).history["length_scale"]
        octaves.append(np.log2(np.sort(way[:, [0, -1]], axis=-1)))
    began, ended = np.median(np.abs(octaves[1] - octaves[0]), axis=(0, 2))
    assert began == pytest.approx(2.0)
    assert ended < 0.2


def test_a_shared_process_has_one_length_scale_all_the_way(dataset, make_problem):
    way = separation(make_problem(dataset), "gp-vae-shared").history["length_scale"]
    np.testing.assert_array_equal(way, np.broadcast_to(way[..., :1], way.shape))
    assert (way[:, 0] != way[:, -1]).all()


def test_a_spacing_that_leaves_no_neighbour_is_one_clear_line(dataset, make_problem):
    with pytest.raises(InputError, match=r"spacing 101: in 200 samples .* at most 100"):
        separation(make_problem(dataset), "skr-vae", spacing=101)
    assert np.isfinite(separation(make_problem(dataset), "skr-vae", spacing=100).loss).all()
