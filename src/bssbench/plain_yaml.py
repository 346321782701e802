"""YAML from outside: plain values alone, not so many or so deep that checking them takes long."""

from typing import Any

import yaml

__all__ = ["parse_yaml"]

# A configuration has some hundred values, three to six deep.
_MOST_VALUES = 10_000
_DEEPEST = 50
# More than any generator's state holds; Python itself prints no number of more than 4,300.
_MOST_DIGITS = 40


def parse_yaml(text: str) -> Any:
    """Return what a YAML document says.

    References count as often as they are used: forty lines of them can stand for more values than
    there are atoms.

    Raises
    ------
    ValueError
        If it isn't YAML, a tag makes something else of a value, a key stands twice, or it is too
        large, too deep, or within itself.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _check(node, {}, 0)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    except RecursionError:
        raise ValueError(f"nested more than {_DEEPEST} deep") from None
    # PyYAML itself trips over what tags and escapes promise: "!!bool x", "!!int ''".
    except (AttributeError, LookupError, OverflowError, TypeError) as error:
        raise ValueError(f"a value is not what its tag or escape says ({error!r})") from None


class _Loader(yaml.SafeLoader):
    """Makes plain values alone, and no number that can't be printed."""

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        if len(node.value) > _MOST_DIGITS:
            raise yaml.constructor.ConstructorError(
                None, None, f"a number of more than {_MOST_DIGITS} digits", node.start_mark
            )
        return super().construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def _check(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    """Return how many values a node stands for, the references in it written out."""
    if depth > _DEEPEST:
        raise ValueError(f"nested more than {_DEEPEST} deep, or within itself")
    if id(node) not in known:
        inner: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            inner = node.value
        elif isinstance(node, yaml.MappingNode):
            _check_keys([key for key, _ in node.value])
            inner = [each for pair in node.value for each in pair]
        known[id(node)] = 1 + sum(_check(each, known, depth + 1) for each in inner)
        if known[id(node)] > _MOST_VALUES:
            raise ValueError(f"it stands for more than {_MOST_VALUES:,} values")
    return known[id(node)]


def _check_keys(keys: list[yaml.Node]) -> None:
    """Refuse a key that stands twice, of which PyYAML would take the last."""
    seen = set()
    for key in keys:
        said = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)
        if said in seen:
            line = key.start_mark.line + 1
            raise ValueError(f"line {line}: the key {key.value!r} stands twice")
        seen.add(said)
