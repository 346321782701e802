from bssbench.methods import method_names
from bssbench.paper.style import method_colour, method_marker


def test_no_two_methods_look_alike():
    looks = [(method_colour(name), method_marker(name)) for name in method_names()]
    assert len(set(looks)) == len(looks)
