"""Every public name has a docstring in numpydoc's form, with all parameters, types and results."""

import dataclasses
import inspect

import pytest
from generated_pages.interface import public_names, resolved
from numpydoc.validate import validate

NAMES = [name for names in public_names().values() for name in names]
# numpydoc's checks: there is a docstring whose first line is a sentence, in the imperative, and
# parameters stand in their order with types and descriptions.
CHECKS = {"GL08", "SS03", "SS05", "PR02", "PR03", "PR04", "PR07"}
# All parameters and the result are described.
COMPLETE = {"PR01", "RT01"}


def members(name):
    """Return the public methods and properties that a class defines itself, by dotted names."""
    found = resolved(name)
    if not inspect.isclass(found):
        return []
    fields = {each.name for each in dataclasses.fields(found)} if is_record(found) else set()
    kinds = (property, classmethod, staticmethod)
    return [
        f"{name}.{member}"
        for member, value in vars(found).items()
        if not member.startswith("_") and member not in fields
        if inspect.isfunction(value) or isinstance(value, kinds)
    ]


def is_record(found):
    return inspect.isclass(found) and dataclasses.is_dataclass(found)


def is_inherited(name):
    """Return whether a class above documents the method already."""
    owner, _, member = name.rpartition(".")
    bases = resolved(owner).__mro__[1:]
    return any(hasattr(vars(base).get(member), "__doc__") for base in bases)


def takes_arguments(found):
    if isinstance(found, property):
        return False
    signature = inspect.signature(getattr(found, "__func__", found))
    return bool(set(signature.parameters) - {"self", "cls"})


def undescribed_fields(found):
    """Return the fields of a dataclass that neither its docstring nor those of its bases have."""
    documents = [inspect.cleandoc(vars(base).get("__doc__") or "") for base in found.__mro__]
    lines = "\n".join(documents).splitlines()
    described = {
        name for line in lines if " : " in line for name in line.split(" : ")[0].split(", ")
    }
    fields = {each.name for each in dataclasses.fields(found)}
    return sorted(name for name in fields - described if not name.startswith("_"))


def problems(name, checks):
    return [f"{code} {text}" for code, text in validate(name)["errors"] if code in checks]


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_documented(name):
    found = resolved(name)
    if inspect.ismodule(found):
        assert found.__doc__
    elif is_record(found):
        assert undescribed_fields(found) == []
        assert problems(name, {"GL08", "SS03"}) == []
    elif inspect.isclass(found):
        assert problems(name, CHECKS - {"SS05"}) == []
    else:
        assert problems(name, CHECKS | COMPLETE if takes_arguments(found) else CHECKS) == []


@pytest.mark.parametrize("name", [member for name in NAMES for member in members(name)])
def test_a_public_method_is_documented(name):
    owner, _, member = name.rpartition(".")
    found = inspect.getattr_static(resolved(owner), member)
    short = is_inherited(name) or not takes_arguments(found)
    assert problems(name, CHECKS if short else CHECKS | COMPLETE) == []
