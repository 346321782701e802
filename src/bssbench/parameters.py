"""Parameters: fields of dataclasses with bounds, and the conversion of input to their values."""

import contextlib
import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from bssbench.errors import InputError
from bssbench.plain_yaml import parse_yaml

__all__ = [
    "MOST_SEEDS",
    "check_parameters",
    "closest",
    "from_mapping",
    "parameter",
    "parse_assignments",
    "parse_seeds",
    "with_underscores",
]

MOST_SEEDS = 100_000
_MOST_DIGITS = 18

Settings = TypeVar("Settings")


def parameter(
    default: Any,
    source: str,
    *,
    at_least: float | None = None,
    above: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """Return a field of a dataclass, with the source of its default and its bounds.

    Parameters
    ----------
    default : int, float, bool, str or None
        The default. None means that a rule sets the value; the class documents the rule.
    source : str
        One line that states where the default comes from.
    at_least, above : float, optional
        Inclusive and exclusive lower bound.
    choices : sequence of str, optional
        The valid values.

    Returns
    -------
    dataclasses.Field
        The field.
    """
    bounds = {"at_least": at_least, "above": above, "choices": tuple(choices)}
    return dataclasses.field(default=default, metadata={"source": source, **bounds})


def check_parameters(settings: Any) -> None:
    """Check the fields of a dataclass against their bounds; None is always valid.

    Parameters
    ----------
    settings : object
        An instance of a dataclass with fields from `parameter`.

    Raises
    ------
    ValueError
        For the first invalid value.
    """
    for field in dataclasses.fields(settings):
        value, said = getattr(settings, field.name), field.metadata
        if value is None or "source" not in said:
            continue
        # Some users write 0 for an automatic choice.
        rule = "; null selects the rule" if field.default is None else ""
        if said["at_least"] is not None and value < said["at_least"]:
            least = f"at least {said['at_least']:g}"
            raise ValueError(f"{field.name} must be {least}, not {value}{rule}")
        if said["above"] is not None and value <= said["above"]:
            above = "positive" if said["above"] == 0 else f"more than {said['above']:g}"
            raise ValueError(f"{field.name} must be {above}, not {value}{rule}")
        if said["choices"] and value not in said["choices"]:
            known = ", ".join(said["choices"])
            raise ValueError(f"{field.name} must be one of {known}, not {value!r}")


def closest(name: str, known: Iterable[str]) -> str:
    """Return a hint with the most similar known name, or with all known names.

    Parameters
    ----------
    name : str
        An unknown name.
    known : iterable of str
        The known names.

    Returns
    -------
    str
        A text such as ``did you mean 'sobi'?``.
    """
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return "choose from " + ", ".join(choices) if choices else "there are none"


def with_underscores(values: Mapping[Any, Any], where: str) -> dict[str, Any]:
    """Replace hyphens in keys by underscores.

    Parameters
    ----------
    values : mapping
        Values by key.
    where : str
        Location, for messages.

    Returns
    -------
    dict of str to object
        Values by the names of fields.

    Raises
    ------
    InputError
        If a key is not text, or if two keys name the same field.
    """
    fields: dict[str, Any] = {}
    for key, value in values.items():
        if not isinstance(key, str):
            raise InputError(f"{where}: key {key!r} must be text; put it in quotes")
        field = key.replace("-", "_")
        if field in fields:
            raise InputError(f"{where}: {field!r} is given twice, with and without hyphens")
        fields[field] = value
    return fields


def from_mapping(kind: type[Settings], values: Mapping[str, Any], where: str) -> Settings:
    """Construct a dataclass from values by field names, which may have hyphens.

    The fields must be int, float, bool or str, or one of these or None. Missing fields keep their
    defaults.

    Parameters
    ----------
    kind : type
        The dataclass.
    values : mapping of str to object
        Values by field name.
    where : str
        Location for messages, for instance ``method 'skr-vae'``.

    Returns
    -------
    object
        An instance of the dataclass.

    Raises
    ------
    InputError
        If a key is unknown, or a value is invalid or has the wrong type.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    types = get_type_hints(kind)
    accepted: dict[str, Any] = {}
    for name, value in with_underscores(values, where).items():
        if name not in fields:
            raise InputError(f"{where}: unknown parameter {name!r}; {closest(name, fields)}")
        accepted[name] = _converted(value, types[name], f"{where}: {name}")
    try:
        return kind(**accepted)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None


def _converted(value: Any, wanted: Any, where: str) -> Any:
    """Convert a value to a type, which may be optional, if the conversion is exact."""
    choices = get_args(wanted) or (wanted,)
    if value is None and NoneType in choices:
        return None
    wanted = next(choice for choice in choices if choice is not NoneType)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not wanted:
        rule = " or null (by rule)" if NoneType in choices else ""
        raise InputError(f"{where} must be of type {wanted.__name__}{rule}, not {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{where} must be finite, not {value!r}")
    return value


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """Parse assignments of the form ``key=value``.

    Parameters
    ----------
    assignments : iterable of str
        Field names, which may have hyphens, and values as YAML scalars; ``null`` is None.

    Returns
    -------
    dict of str to object
        Values by field name.

    Raises
    ------
    InputError
        If an assignment has no ``=``, a value is not a scalar, or a field is given twice.
    """
    values: dict[str, Any] = {}
    for word in assignments:
        key, _, text = word.partition("=")
        try:
            value = parse_yaml(text)
        except ValueError:
            value = []
        if isinstance(value, str):
            # YAML 1.1 reads 1e-3 as text, but a number is meant.
            with contextlib.suppress(ValueError):
                value = float(value)
        if not (key and text) or not isinstance(value, bool | int | float | str | None):
            raise InputError(f"--set {word!r}: expected KEY=VALUE, for instance --set steps=600")
        field = key.strip().replace("-", "_")
        if field in values:
            raise InputError(f"--set {word!r}: {field!r} is given twice")
        values[field] = value
    return values


def parse_seeds(text: str) -> list[int]:
    """Parse a list of seeds.

    Parameters
    ----------
    text : str
        For example ``0-9``, ``3`` or ``0-4,100``.

    Returns
    -------
    list of int
        The seeds, in the order given.

    Raises
    ------
    InputError
        If the text is invalid or a seed is given twice.
    """
    seeds: list[int] = []
    for part in str(text).split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise InputError(f"seeds {text!r}: expected ranges such as 0-9 or 0-4,100")
        if max(len(first), len(last)) > _MOST_DIGITS:
            raise InputError(f"seeds {text[:20]!r}…: a seed has at most {_MOST_DIGITS} digits")
        chosen = range(int(first), int(last or first) + 1)
        if len(seeds) + len(chosen) > MOST_SEEDS:
            raise InputError(f"seeds {text!r}: more than the limit of {MOST_SEEDS} seeds")
        seeds += chosen
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(f"seeds {text!r}: a range is empty, or a seed is given twice")
    return seeds
