import re

import pytest
from matplotlib.markers import MarkerStyle

from bssbench.methods import control_names, method_names
from bssbench.paper import looks
from bssbench.paper.looks import MAIN_METHODS, method_colour, method_marker


@pytest.fixture
def further_methods(monkeypatch):
    """Add two methods without a look of their own."""
    names = [*method_names(), "a-new-method", "another"]
    monkeypatch.setattr(looks, "method_names", lambda: sorted(names))
    looks._looks.cache_clear()
    yield names
    looks._looks.cache_clear()


def test_no_two_methods_look_alike(further_methods):
    pairs = [(method_colour(name), method_marker(name)) for name in further_methods]
    assert len(set(pairs)) == len(pairs)
    for colour, marker in pairs:
        assert re.fullmatch("#[0-9A-F]{6}", colour)
        assert MarkerStyle(marker)


def test_a_new_method_changes_no_others_look_but_one_that_it_collides_with(request):
    before = {name: (method_colour(name), method_marker(name)) for name in method_names()}
    request.getfixturevalue("further_methods")
    after = {name: (method_colour(name), method_marker(name)) for name in before}
    assert sum(after[name] != before[name] for name in before) <= 2
    assert all(after[name] == before[name] for name in MAIN_METHODS)


def test_a_method_of_older_results_has_a_look():
    assert MarkerStyle(method_marker("no-more"))
    assert method_colour("no-more") == method_colour("no-more")


def test_a_variant_looks_like_no_method():
    taken = {(method_colour(name), method_marker(name)) for name in method_names()}
    for number in range(50):
        name = f"variant-{number}"
        assert (method_colour(name), method_marker(name)) not in taken


def test_controls_are_grey():
    assert len({method_colour(name) for name in control_names()}) == 1
