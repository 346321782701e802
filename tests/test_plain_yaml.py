"""YAML from outside: what it may say, and what is refused before anything is made of it."""

from pathlib import Path

import pytest
import yaml

from bssbench.plain_yaml import parse_yaml

CONFIG = Path(__file__).parents[1] / "config"


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.yaml")), ids=lambda path: path.name)
def test_what_is_plain_is_what_pyyaml_says(path):
    text = path.read_text(encoding="utf-8")
    assert parse_yaml(text) == yaml.safe_load(text)


def test_references_and_merges_are_understood():
    text = "base: &base {steps: 1, order: 2}\nown: {<<: *base, order: 3}\nother: *base\n"
    said = parse_yaml(text)
    assert said["own"] == {"steps": 1, "order": 3}
    assert said["other"] == said["base"] == {"steps": 1, "order": 2}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' is given twice"),
        ("a: [", "expected the node content"),
        ("a: \0", "special characters are not allowed"),
        ("a: " + "9" * 41, "more than 40 digits"),
        ("a: 0x" + "f" * 5000, "more than 40 digits"),
        ("a: " + "[" * 60 + "]" * 60, "deep"),
        ("a: " + "[" * 5000, "deep"),
        ("&a [*a]", "recursive"),
        ("a: 2020-99-99", "month must be"),
        ("a: !!bool x", "does not match its tag or escape"),
        ("a: !!int ''", "does not match its tag or escape"),
        ("a: !!timestamp x", "does not match its tag or escape"),
        ('a: "\\UFFFFFFFF"', "does not match its tag or escape"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("a: !own x", "could not determine a constructor"),
        ("{[1]: 2}", "unhashable key"),
    ],
)
def test_what_is_not_plain_is_a_value_error(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_yaml(text)


def test_a_few_lines_that_stand_for_very_many_values_are_refused():
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    with pytest.raises(ValueError, match="more than 10,000 values"):
        parse_yaml("\n".join(lines))
