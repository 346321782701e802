from dataclasses import dataclass, fields

import pytest

from bssbench.errors import InputError
from bssbench.methods import load_method, method_names
from bssbench.parameters import check_parameters, from_mapping, parameter, parse_assignments


@dataclass(frozen=True)
class Settings:
    steps: int | None = parameter(None, "a rule", at_least=1)
    rate: float = parameter(0.5, "chosen", above=0)
    weight: float | None = parameter(None, "a rule", at_least=0)
    base: str = parameter("normal", "chosen", choices=("normal", "laplace"))

    def __post_init__(self):
        check_parameters(self)


def settings(**values):
    return from_mapping(Settings, values, "here")


def test_none_is_by_rule_and_zero_is_zero():
    assert settings(steps=None, weight=0) == Settings(weight=0.0)
    assert settings(weight=0).weight == 0.0
    assert settings().weight is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"steps": 0}, "here: steps must be at least 1, not 0; null selects the rule"),
        ({"steps": 1.5}, "here: steps must be of type int or null (by rule), not 1.5"),
        ({"rate": None}, "here: rate must be of type float, not None"),
        ({"rate": 0}, "here: rate must be positive, not 0.0"),
        ({"rate": float("inf")}, "here: rate must be finite, not inf"),
        ({"weight": -1}, "here: weight must be at least 0, not -1.0; null selects the rule"),
        ({"base": "cauchy"}, "here: base must be one of normal, laplace, not 'cauchy'"),
        ({"stepz": 1}, "here: unknown parameter 'stepz'; did you mean 'steps'?"),
        ({"steps": True}, "here: steps must be of type int or null (by rule), not True"),
    ],
)
def test_what_is_wrong_is_one_line(values, message):
    with pytest.raises(InputError) as caught:
        settings(**values)
    assert str(caught.value) == message


def test_assignments():
    words = ["a=1", "b=0.5", "c=1e-3", "d=true", "e=text", "f=null"]
    expected = {"a": 1, "b": 0.5, "c": 0.001, "d": True, "e": "text", "f": None}
    assert parse_assignments(words) == expected
    for word in (
        "a",
        "=1",
        "a=[1]",
        "a=",
        "a={",
        "a=2020-99-99",
        "a=" + "9" * 5000,
        "a=" + "[" * 999,
    ):
        with pytest.raises(InputError, match="KEY=VALUE"):
            parse_assignments([word])


@pytest.mark.parametrize("name", method_names())
def test_every_parameter_of_a_method_says_in_a_line_where_it_comes_from(name):
    for field in fields(load_method(name, {})):
        source = field.metadata["source"]
        assert source.strip()
        assert "\n" not in source
