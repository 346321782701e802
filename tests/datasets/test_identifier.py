import itertools

import pytest

from bssbench.datasets.catalogue import dataset_names, dataset_shape
from bssbench.datasets.identifier import Identifier, default_length, parse_identifier
from bssbench.errors import InputError

PARTS = {
    "stem": ["gp-distinct", "ar-laplace-equal", "gp-tp"],
    "n_sources": [None, 1, 5, 12],
    "mixing": ["linear", "post-nonlinear", "mlp-1", "mlp-2", "mlp-9"],
    "condition": [None, 1, 30],
    "n_channels": [None, 30],
    "noise": [None, 0, 20],
    "outliers": [None, 1],
    "length": [None, 500, 100_000],
    "upsampled": [False, True],
}


def test_ids_are_taken_apart_as_they_were_put_together():
    written = set()
    for values in itertools.product(*PARTS.values()):
        identifier = Identifier(**dict(zip(PARTS, values, strict=True)))
        assert parse_identifier(str(identifier)) == identifier
        assert str(identifier.base) + "-4x" * identifier.upsampled == str(identifier)
        written.add(str(identifier))
    assert len(written) == len(list(itertools.product(*PARTS.values())))


def test_the_ids_of_families_and_recordings_are_their_names():
    # None of them may end in what would be taken for a part.
    for name in dataset_names():
        assert parse_identifier(name) == Identifier(name)
        assert parse_identifier(f"{name}-4x") == Identifier(name, upsampled=True)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("gp-distinct-3", "gp-distinct"),
        ("gp-distinct-linear", "gp-distinct"),
        ("gp-distinct-5-linear-m6", "gp-distinct-5-m6"),
        ("gp-distinct-m3", "gp-distinct"),
        ("gp-distinct-5-m5", "gp-distinct-5"),
        ("gp-distinct-noise5", "gp-distinct"),
        ("gp-distinct-t1000", "gp-distinct"),
        ("gp-distinct-5-t2000", "gp-distinct-5"),
        ("waveforms-4", "waveforms"),
        ("gp-distinct-mlp-1-5", "gp-distinct-5-mlp-1"),
        ("gp-distinct-t500-noise20", "gp-distinct-noise20-t500"),
        ("gp-distinct-4x-m12", "gp-distinct-m12-4x"),
        ("gp-distinct-m6-cond30", "gp-distinct-cond30-m6"),
        ("gp-distinct-outliers1-noise20", "gp-distinct-noise20-outliers1"),
        ("mixed-5", "mixed"),
        ("gp-distinct-5-5", "gp-distinct-5"),
    ],
)
def test_a_data_set_has_one_name(name, canonical):
    with pytest.raises(InputError, match=f"is called '{canonical}'") as caught:
        parse_identifier(name)
    assert "\n" not in str(caught.value)
    parse_identifier(canonical)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gp-distnct-5", "unknown data set 'gp-distnct'; did you mean 'gp-distinct'"),
        ("gp-distinkt-post-nonlinear-4x", "did you mean 'gp-distinct'"),
        ("modal-fame", "did you mean 'modal-frame'"),
        ("", "choose from ar-generalised"),
        ("gp-distinct-post-nonlinaer", "has the form FAMILY"),
        ("gp-distinct-mlp-0", "has the form FAMILY"),
        ("gp-distinct-mlp", "has the form FAMILY"),
        ("gp-distinct-05", "has the form FAMILY"),
        ("gp-distinct-0", "has the form FAMILY"),
        ("gp-distinct-noise", "has the form FAMILY"),
        ("gp-distinct-2x", "has the form FAMILY"),
        ("gp-distinct-5\n", "has the form FAMILY"),
        ("gp-distinct-" + "9" * 5000, "has the form FAMILY"),
        ("modal-frame-5", "no part but -4x"),
        ("modal-frame-mlp-1", "no part but -4x"),
        ("modal-frame-cond30", "no part but -4x"),
        ("gp-distinct-cond0", "has the form FAMILY"),
        ("gp-distinct-outliers", "has the form FAMILY"),
        ("gp-distinct-1-cond5", "one source has condition number 1"),
        ("mixed-38", "too many"),
        ("gp-distinct-m2", "data set 'gp-distinct-m2': 2 channels are fewer than 3"),
        ("gp-distinct-t8-4x", "'gp-distinct-t8-4x': length must be at least 16"),
        ("waveforms-9", "too many"),
        ("gp-distinct-1001", "at most 1,000 sources, not 1,001"),
        ("gp-distinct-m1001", "at most 1,000 channels, not 1,001"),
        ("gp-distinct-noise1001", "at most 1,000 percent of noise, not 1,001"),
        ("gp-distinct-t100000001", "at most 100,000,000 samples, not 100,000,001"),
        ("gp-distinct-t999999999999", "at most 100,000,000 samples"),
        ("gp-distinct-mlp-10", "at most 9 layers, not 10"),
        ("gp-distinct-cond1000001", "at most 1,000,000 for a condition number, not 1,000,001"),
        ("gp-distinct-outliers51", "at most 50 percent of outliers, not 51"),
    ],
)
def test_what_is_no_id_is_refused_in_one_line(name, message):
    with pytest.raises(InputError, match=message) as caught:
        dataset_shape(name, {})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("gp-distinct", {}, (1000, 3, 3, False)),
        ("gp-distinct-4", {}, (1000, 4, 4, False)),
        ("gp-distinct-5", {}, (2000, 5, 5, False)),
        ("gp-distinct-8", {}, (4000, 8, 8, False)),
        ("gp-distinct-5-t1000", {}, (1000, 5, 5, False)),
        ("gp-distinct-m12", {}, (1000, 12, 3, False)),
        ("gp-distinct-mlp-2-m12", {}, (1000, 12, 3, True)),
        ("gp-distinct-8-4x", {}, (16_000, 8, 8, False)),
        ("modal-frame-4x", {}, (4 * 6827, 5, 5, False)),
        # What no id says.
        ("gp-distinct-5", {"noise": 0.125}, (2000, 5, 5, False)),
    ],
)
def test_the_id_says_the_size(name, parameters, expected):
    shape = dataset_shape(name, parameters)
    assert (shape.length, shape.n_channels, shape.n_sources, shape.nonlinear) == expected


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("gp-distinct", {"n_sources": 5}, "says n_sources; write 'gp-distinct-5'"),
        ("gp-distinct", {"n-sources": 5}, "says n_sources; write 'gp-distinct-5'"),
        ("gp-distinct-5", {"n_sources": 3}, "write 'gp-distinct'"),
        ("gp-distinct-5", {"n_sources": 5}, "write 'gp-distinct-5'"),
        ("gp-distinct-5", {"n_sources": 0}, "write 'gp-distinct'"),
        ("gp-distinct-mlp-1-t500-4x", {"n_channels": 4}, "write 'gp-distinct-mlp-1-m4-t500-4x'"),
        ("gp-distinct", {"length": 1000}, "write 'gp-distinct'"),
        ("gp-distinct", {"length": 300, "n_sources": 4}, "write 'gp-distinct-4-t300'"),
        ("gp-distinct", {"noise": 0.2}, "write 'gp-distinct-noise20'"),
        ("gp-distinct", {"noise": 0}, "write 'gp-distinct-noise0'"),
        ("gp-distinct-noise20", {"noise": 0.05}, "write 'gp-distinct'"),
        ("gp-distinct-noise20-t50", {"noise": 0.125}, "'gp-distinct-t50' and keep noise=0.125"),
        ("gp-distinct", {"noise": 12.345}, "at most 10"),
        ("gp-distinct", {"condition": 30}, "write 'gp-distinct-cond30'"),
        ("gp-distinct", {"condition": -3}, "condition must not be negative"),
        ("gp-distinct-t50", {"outliers": 1}, "write 'gp-distinct-outliers1-t50'"),
        ("gp-distinct-outliers2", {"outliers": 0}, "write 'gp-distinct'"),
    ],
)
def test_what_an_id_can_say_no_parameter_says(name, parameters, message):
    with pytest.raises(InputError, match=message) as caught:
        dataset_shape(name, parameters)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("percent", range(101))
def test_a_whole_percent_of_noise_is_recognised(percent):
    with pytest.raises(InputError, match="the id alone says noise"):
        dataset_shape("gp-distinct", {"noise": float(f"{percent / 100:.2f}")})


def test_more_sources_get_more_samples():
    assert [default_length(n) for n in (1, 4, 5, 7, 8, 30)] == [1000, 1000, 2000, 2000, 4000, 4000]
