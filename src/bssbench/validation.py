"""Content of YAML files, held to pydantic models: what is wrong with it becomes one line."""

import json
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from bssbench.errors import InputError
from bssbench.parameters import closest, parse_seeds, with_underscores

__all__ = [
    "Content",
    "Count",
    "Counts",
    "FilePath",
    "Named",
    "Names",
    "OneOf",
    "Parameter",
    "Parameters",
    "Seeds",
    "Text",
    "json_schema",
    "located",
    "validated",
]

Model = TypeVar("Model", bound="Content")
Value = TypeVar("Value")


def _fields(content: Any) -> Any:
    """Return content with keys as fields are named; nothing after a key is an empty mapping."""
    if content is None or isinstance(content, Mapping):
        return with_underscores(content or {}, "")
    return content


def located(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `check`, whose `InputError` pydantic then reports with the place that it is about."""

    def checked(value: Any) -> Any:
        try:
            return check(value)
        except InputError as error:
            raise ValueError(str(error).removeprefix(": ")) from None

    return checked


def _text_keys(content: Any) -> Any:
    for key in content if isinstance(content, Mapping) else ():
        if not isinstance(key, str):
            raise InputError(f"key {key!r} must be text; put it in quotes")
    return content


def _scalar(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str | None):
        raise InputError(f"expected a number, text, true, false or null, not {value!r}")
    return value


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise InputError(f"{value!r} stands twice")
    return values


def _seeds(value: Any) -> str:
    parse_seeds(value)
    return str(value)


@dataclass(frozen=True)
class OneOf:
    """Annotates a text that must be one of some names.

    Attributes
    ----------
    kind : str
        What they name, in the singular.
    names : sequence of str
        Those there are.
    """

    kind: str
    names: Sequence[str]

    def _check(self, name: str) -> str:
        if name not in self.names:
            raise InputError(f"unknown {self.kind} {name!r}; {closest(name, self.names)}")
        return name

    def __get_pydantic_core_schema__(self, of: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(located(self._check), handler(of))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema) | {"enum": list(self.names)}


_UNIQUE = Field(min_length=1, json_schema_extra={"uniqueItems": True})

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(strict=True, ge=1)]
Names = Annotated[tuple[Text, ...], _UNIQUE, AfterValidator(located(_distinct))]
Counts = Annotated[tuple[Count, ...], _UNIQUE, AfterValidator(located(_distinct))]
FilePath = Annotated[str, Field(pattern="^[A-Za-z0-9._/-]+$")]
Seeds = Annotated[
    str, BeforeValidator(located(_seeds)), WithJsonSchema({"type": ["string", "integer"]})
]
# Of a data set or a method, which know their own types.
Parameter = Annotated[
    Any,
    AfterValidator(located(_scalar)),
    WithJsonSchema({"type": ["number", "string", "boolean", "null"]}),
]
Parameters = Annotated[dict[str, Parameter], BeforeValidator(located(_fields))]
Named = Annotated[dict[str, Value], Field(min_length=1), BeforeValidator(located(_text_keys))]


class Content(BaseModel):
    """What a file says at one place: fields, with hyphens or underscores, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, content: Any) -> Any:
        fields = located(_fields)(content)
        if cls.model_config.get("extra") == "forbid" and isinstance(fields, Mapping):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in fields:
                if key not in known:
                    raise ValueError(f"unknown key {key!r}; {closest(key, known)}")
        return fields


def validated(model: type[Model], content: Any, where: str) -> Model:
    """Return `content` as `model`.

    Parameters
    ----------
    model : type
        What it should be.
    content : object
        What a file says.
    where : str
        How to name the file in a message.

    Raises
    ------
    InputError
        With the place of the first thing that is wrong, and what should be there.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(f"{where}: {_place(first, content)}: {_message(first)}") from None


def _place(error: ErrorDetails, content: Any) -> str:
    """Return the dotted path to what is wrong; an entry of a list by its name, if any."""
    steps = []
    for step in error["loc"][: -1 if error["type"] == "missing" else None]:
        if isinstance(content, Mapping):
            as_written = [key for key in content if str(key).replace("-", "_") == step]
            key = next(iter(as_written), step)
            # pydantic also names the kind of what it tries.
            if key not in content:
                continue
            content = content[key]
        elif isinstance(content, Sequence) and isinstance(step, int):
            content = content[step]
            if isinstance(content, Mapping) and isinstance(content.get("name"), str):
                step = content["name"]
        steps.append(str(step))
    return ".".join(steps) or "the top level"


def _message(error: ErrorDetails) -> str:
    """Return what is wrong in words of YAML."""
    context = error.get("ctx", {})
    found = reprlib.repr(error["input"])
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
            known = context["expected_tags"].replace("'", "").split(", ")
            kind = context["discriminator"].strip("'")
            return f"unknown {kind} {context['tag']!r}; {closest(context['tag'], known)}"
        case "union_tag_not_found":
            return f"{context['discriminator']} is missing"
    # For instance: Input should be greater than or equal to 1.
    return f"must {error['msg'].partition(' should ')[2]}, not {found}"


def json_schema(model: type[Content]) -> str:
    """Return the JSON schema by which an editor checks what should be a `model`."""
    return json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
