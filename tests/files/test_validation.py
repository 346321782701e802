"""What editors are given to check a file by, and how a place is named."""

import runpy
from pathlib import Path
from typing import Annotated

import pytest

from bssbench.errors import InputError
from bssbench.files.validation import (
    Content,
    Count,
    Distinct,
    Named,
    accepted_by,
    json_schema,
    one_of,
    validated,
)

PROJECT = Path(__file__).parents[2]
SCHEMAS = runpy.run_path(str(PROJECT / "workflow" / "scripts" / "schemas.py"))["SCHEMAS"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_for_editors_are_those_of_the_models(name):
    kept = (PROJECT / "config" / name).read_text()
    assert kept == json_schema(SCHEMAS[name]), "make schemas"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_of_a_file_is_described(name):
    schema = SCHEMAS[name].model_json_schema()
    for model in (schema, *schema["$defs"].values()):
        for field, content in model.get("properties", {}).items():
            assert content.get("description"), f"{model['title']}.{field}"


@pytest.mark.parametrize("path", sorted((PROJECT / "config").glob("*.yaml")))
def test_a_file_that_has_a_schema_names_it(path):
    head = path.read_text().splitlines()[0].partition("$schema=")[2]
    assert head in SCHEMAS or path.stem == "methods"


class Part(Content):
    size_in_mm: Count
    lengths: Distinct[Count] = ()
    colour: Annotated[str, accepted_by(one_of("colour", ["red", "blue"]))] = "red"


class Machine(Content):
    parts: tuple[Part, ...] = ()
    named: Named[Part] | None = None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (3, "the top level: expected keys and values, not 3"),
        ({"parts": 3}, "parts: expected a list, not 3"),
        ({"parts": [{}]}, "parts.0: 'size_in_mm' is missing"),
        ({"parts": [{"size-in-mm": 0}]}, "parts.0.size_in_mm: must be greater than"),
        (
            {"parts": [{"size_in_mm": True}]},
            "must be a valid integer, not True",
        ),
        ({"parts": [{"size_in_mm": "3"}]}, "must be a valid integer, not '3'"),
        ({"parts": [{"size_in_mm": 3, "size-in-mm": 3}]}, "parts.0: 'size_in_mm' is given twice"),
        ({"parts": [{"size_in_mm": 1, "lengths": [2, 2]}]}, "parts.0.lengths: 2 is given twice"),
        (
            {"parts": [{"size_in_mm": 1, "colour": "bleu"}]},
            "unknown colour 'bleu'; did you mean 'blue'",
        ),
        ({"named": {"a-b": {"size_in_mm": 0}}}, "named.a-b.size_in_mm: must"),
        ({"named": {"a-b": {"sise": 0}}}, "named.a-b: unknown key 'sise'"),
        ({"named": {2: {}}}, "named: key 2 must be text"),
        ({"named": {}}, "named: expected 1 or more entries"),
    ],
)
def test_what_is_wrong_has_its_place(content, message):
    with pytest.raises(InputError) as caught:
        validated(Machine, content, "machine.yaml")
    assert str(caught.value).startswith("machine.yaml: ")
    assert message in str(caught.value)


def test_content_stays_as_it_was_read():
    part = validated(Part, {"size-in-mm": 3}, "part.yaml")
    with pytest.raises(ValueError, match="frozen"):
        part.size_in_mm = 4
