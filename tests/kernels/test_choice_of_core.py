"""Which core is taken, and what a core refuses with the names of those that can."""

import pytest

from bssbench.errors import InputError
from bssbench.kernels.catalogue import CORES, chosen_core
from bssbench.kernels.core import load_core


@pytest.mark.parametrize(
    ("name", "kernel", "times", "message"),
    [
        ("toeplitz", "squared-exponential", True, "take cholesky"),
        ("gpytorch-grid", "squared-exponential", True, "take gpytorch"),
        ("fft", "squared-exponential", True, "take dense or chunked"),
        ("banded", "squared-exponential", True, "take dense or chunked"),
        ("markovian", "squared-exponential", False, "take toeplitz"),
        ("compiled", "squared-exponential", False, "take toeplitz"),
        ("banded", "rational-quadratic", False, "take fft or dense"),
    ],
)
def test_what_a_core_cannot_do_it_says_and_names_those_that_can(
    name, kernel, times, message, make_case
):
    case = make_case(kernel, 20, irregular=times)
    with pytest.raises(InputError, match=message):
        case.run(load_core(name))


@pytest.mark.parametrize("name", [n for n, core in CORES.items() if core.irregular])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda times: times.flip(0), "must not decrease"),
        (lambda times: times[:-1], "time stamps of shape"),
        (lambda times: times * float("nan"), "must be finite"),
    ],
)
def test_wrong_time_stamps_are_rejected(name, change, message, make_case):
    case = make_case("matern-1/2", 20, irregular=True)
    case.times = change(case.times)
    with pytest.raises(InputError, match=message):
        case.run(load_core(name))


@pytest.mark.parametrize("name", CORES)
def test_a_single_sample_is_rejected(name, make_case):
    with pytest.raises(InputError, match="at least 2 samples"):
        make_case("matern-1/2", 1).run(load_core(name))


@pytest.mark.parametrize("name", ["cholesky", "toeplitz"])
def test_a_singular_matrix_is_one_clear_line(name, make_case):
    case = make_case("squared-exponential", 120, parameters=[(90.0,) * 4])
    case.tensors[2].zero_()
    with pytest.raises(InputError, match="raise the nugget"):
        case.run(load_core(name))


@pytest.mark.parametrize(
    ("approach", "kernel", "length", "irregular", "expected"),
    [
        ("regression", "squared-exponential", 1000, False, "fft"),
        ("regression", "periodic", 1000, True, "dense"),
        ("regression", "matern-1/2", 100_000, True, "chunked"),
        ("inversion", "squared-exponential", 1000, False, "toeplitz"),
        ("inversion", "matern-3/2", 1000, True, "compiled"),
        ("inversion", "squared-exponential", 1000, True, "cholesky"),
    ],
)
def test_auto_is_the_cheapest_exact_core(approach, kernel, length, irregular, expected):
    assert chosen_core("auto", approach, kernel, length, irregular) == expected
    assert CORES[expected].exact


def test_a_core_of_the_cpu_alone_is_not_taken_elsewhere():
    assert chosen_core("auto", "inversion", "matern-3/2", 1000, device="cpu:0") == "compiled"
    assert chosen_core("auto", "inversion", "matern-3/2", 1000, device="cuda:0") == "markovian"
    with pytest.raises(InputError, match="a regular grid on cuda; these can: cholesky"):
        chosen_core("compiled", "inversion", "matern-3/2", 1000, device="cuda")


@pytest.mark.parametrize(
    ("setting", "kernel", "message"),
    [
        ("choleski", "matern-1/2", "did you mean 'cholesky'"),
        ("fft", "matern-1/2", "for a kernel inversion"),
        ("markovian", "periodic", "these can: cholesky"),
    ],
)
def test_a_core_that_does_not_fit_is_rejected_by_name(setting, kernel, message):
    with pytest.raises(InputError, match=message):
        chosen_core(setting, "inversion", kernel, 100)
