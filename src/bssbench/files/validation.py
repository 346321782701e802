"""Validation of YAML files by pydantic models, with errors in one line."""

import json
import reprlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails

from bssbench.errors import InputError
from bssbench.parameters import closest, parse_seeds, with_underscores

__all__ = [
    "Content",
    "Count",
    "Distinct",
    "FilePath",
    "Grid",
    "Name",
    "Named",
    "Parameter",
    "Parameters",
    "Rounds",
    "Seeds",
    "Some",
    "Text",
    "accepted_by",
    "json_schema",
    "one_of",
    "validated",
]

Model = TypeVar("Model", bound="Content")
Value = TypeVar("Value")


def accepted_by(check: Callable[[Any], object]) -> AfterValidator:
    """Return an annotation that validates a value by a check.

    Parameters
    ----------
    check : callable
        Takes the value and raises `InputError` if it is invalid.

    Returns
    -------
    pydantic.AfterValidator
        The annotation.
    """

    def accept(value: Any) -> Any:
        try:
            check(value)
        except InputError as error:
            # pydantic adds the location to a ValueError.
            raise ValueError(str(error)) from None
        return value

    return AfterValidator(accept)


def one_of(kind: str, names: Collection[str]) -> Callable[[str], None]:
    """Return a check, for `accepted_by`, that a text is a known name.

    Parameters
    ----------
    kind : str
        Kind of the names, for messages.
    names : collection of str
        The known names.

    Returns
    -------
    callable
        The check.
    """

    def check(name: str) -> None:
        if name not in names:
            raise InputError(f"unknown {kind} {name!r}; {closest(name, names)}")

    return check


def _fields(content: Any) -> Any:
    """Return content with keys as field names; a missing value is an empty mapping."""
    try:
        mapping = content is None or isinstance(content, Mapping)
        return with_underscores(content or {}, "") if mapping else content
    except InputError as error:
        raise ValueError(str(error).removeprefix(": ")) from None


def _check_scalar(value: Any) -> None:
    if not isinstance(value, bool | int | float | str | None):
        raise InputError(f"expected a number, text, true, false or null, not {value!r}")


def _check_distinct(values: tuple[Any, ...]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise InputError(f"{value!r} is given twice")


Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(strict=True, ge=1, le=10**9)]
# Each round is a job.
Rounds = Annotated[int, Field(strict=True, ge=1, le=1000)]
Some = Annotated[tuple[Value, ...], Field(min_length=1)]
Distinct = Annotated[
    Some[Value], Field(json_schema_extra={"uniqueItems": True}), accepted_by(_check_distinct)
]
# A name that is used for files; matching a longer id would also be slow.
Name = Annotated[str, Field(max_length=200)]
Named = Annotated[dict[Name, Value], Field(min_length=1)]
# Must not begin like an option.
FilePath = Annotated[str, Field(pattern="^[A-Za-z0-9._/][A-Za-z0-9._/-]*$", max_length=200)]
Seeds = Annotated[
    str,
    BeforeValidator(str),
    accepted_by(parse_seeds),
    WithJsonSchema({"type": ["string", "integer"]}),
]
# A parameter of a data set or a method, which validate its type.
Parameter = Annotated[
    Any,
    accepted_by(_check_scalar),
    WithJsonSchema({"type": ["number", "string", "boolean", "null"]}),
]
Parameters = Annotated[dict[str, Parameter], BeforeValidator(_fields)]
# The values of each parameter.
Grid = Annotated[dict[str, Distinct[Parameter]], BeforeValidator(_fields), Field(min_length=1)]


class Content(BaseModel):
    """Base class of models: a mapping with known keys only, with hyphens or underscores.

    The docstring below a field is its description in the JSON schema and in the documentation.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, content: Any) -> Any:
        fields = _fields(content)
        if cls.model_config.get("extra") == "forbid" and isinstance(fields, Mapping):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in fields:
                if key not in known:
                    raise ValueError(f"unknown key {key!r}; {closest(key, known)}")
        return fields


def validated(model: type[Model], content: Any, where: str) -> Model:
    """Validate the content of a file.

    Parameters
    ----------
    model : type
        The model, derived from `Content`.
    content : object
        The content.
    where : str
        Name of the file, for messages.

    Returns
    -------
    Content
        An instance of the model.

    Raises
    ------
    InputError
        If the content is invalid. The message gives the location of the first error and the
        expected content.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(f"{where}: {_place(first, content)}: {_message(first)}") from None


def _place(error: ErrorDetails, content: Any) -> str:
    """Return the dotted path to an error; entries of a list are identified by name, if possible."""
    above = 2 if error["loc"][-1:] == ("[key]",) else error["type"] == "missing"
    steps = []
    for step in error["loc"][: len(error["loc"]) - above]:
        if isinstance(content, Mapping):
            fields = {str(key).replace("-", "_"): value for key, value in content.items()}
            # pydantic's location also contains names of union members.
            if step not in (found := {**fields, **content}):
                continue
            content = found[step]
        elif isinstance(content, Sequence) and isinstance(step, int):
            content = content[step]
            step = content.get("name", step) if isinstance(content, Mapping) else step
        steps.append(str(step))
    return ".".join(steps) or "the top level"


def _message(error: ErrorDetails) -> str:
    """Return the message of an error in the terms of YAML."""
    context, found = error.get("ctx", {}), reprlib.repr(error["input"])
    if error["loc"][-1:] == ("[key]",) and error["type"] == "string_type":
        return f"key {found} must be text; put it in quotes"
    match error["type"]:
        case "missing":
            return f"{error['loc'][-1]!r} is missing"
        case "value_error":
            return str(context["error"])
        case "tuple_type":
            return f"expected a list, not {found}"
        case "dict_type" | "model_type":
            return f"expected keys and values, not {found}"
        case "too_short":
            return f"expected {context['min_length']} or more entries, not {found}"
        case "union_tag_invalid":
            kind, known = context["discriminator"].strip("'"), context["expected_tags"]
            known = known.replace("'", "").split(", ")
            return f"unknown {kind} {context['tag']!r}; {closest(context['tag'], known)}"
    # For instance: Input should be greater than or equal to 1.
    return f"must {error['msg'].partition(' should ')[2]}, not {found}"


def json_schema(model: type[Content]) -> str:
    """Return the JSON schema of a model, with which an editor can validate files.

    Parameters
    ----------
    model : type
        The model, derived from `Content`.

    Returns
    -------
    str
        JSON.
    """
    return json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
