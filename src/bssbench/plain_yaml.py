"""Safe YAML: plain values only, with limits on their number and depth."""

from typing import Any

import yaml

__all__ = ["parse_yaml"]

# A configuration has some hundred values at a depth of three to six.
_MOST_VALUES = 10_000
_DEEPEST = 50
# More than any seed needs; Python does not print numbers of more than 4,300 digits.
_MOST_DIGITS = 40


def parse_yaml(text: str) -> Any:
    """Parse a YAML document.

    References count as often as they are used, because a few lines with references can expand to an
    astronomical number of values.

    Parameters
    ----------
    text : str
        The document.

    Returns
    -------
    object
        Its content.

    Raises
    ------
    ValueError
        If the document is not valid YAML, has values other than plain ones, has a duplicate key, or
        is too large, too deep or recursive.
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
    # PyYAML raises these for values that do not match their tags or escapes: "!!bool x".
    except (AttributeError, LookupError, OverflowError, TypeError) as error:
        raise ValueError(f"a value does not match its tag or escape ({error!r})") from None


class _Loader(yaml.SafeLoader):
    """Loader of plain values, without numbers that cannot be printed."""

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        if len(node.value) > _MOST_DIGITS:
            raise yaml.constructor.ConstructorError(
                None, None, f"a number of more than {_MOST_DIGITS} digits", node.start_mark
            )
        return super().construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def _check(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    """Return the number of values of a node, with all references expanded."""
    if depth > _DEEPEST:
        raise ValueError(f"nested more than {_DEEPEST} deep, or recursive")
    if id(node) not in known:
        inner: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            inner = node.value
        elif isinstance(node, yaml.MappingNode):
            _check_keys([key for key, _ in node.value])
            inner = [each for pair in node.value for each in pair]
        known[id(node)] = 1 + sum(_check(each, known, depth + 1) for each in inner)
        if known[id(node)] > _MOST_VALUES:
            raise ValueError(f"it has more than {_MOST_VALUES:,} values")
    return known[id(node)]


def _check_keys(keys: list[yaml.Node]) -> None:
    """Reject duplicate keys, of which PyYAML would use the last."""
    seen = set()
    for key in keys:
        said = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)
        if said in seen:
            line = key.start_mark.line + 1
            raise ValueError(f"line {line}: the key {key.value!r} is given twice")
        seen.add(said)
