"""Whatever a configuration or a file of claims says: it is understood, or refused in one line."""

import copy
from functools import partial
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bssbench.errors import InputError
from bssbench.experiment.configuration import changed_hyperparameters, configure
from bssbench.files import read_yaml
from bssbench.statistics.claims_file import check_methods, read_claims

FUZZ = settings.get_profile("fuzz")

CONFIG = Path(__file__).parents[2] / "config"
EXPERIMENTS = {
    name: yaml.safe_load((CONFIG / name).read_text(encoding="utf-8"))
    for name in ("paper.yaml", "smoke.yaml", "extended.yaml")
}
CLAIMS = {
    name: yaml.safe_load((CONFIG / name).read_text(encoding="utf-8"))
    for name in ("claims.yaml", "claims-smoke.yaml")
}

NUMBERS = (0, -1, 1, 2, 10**9, 10**30, -(10**400), 0.5, -0.0, 1e308, float("nan"), float("inf"))
TEXTS = (
    *("", " ", "-", "..", "../../x", "/", "~", "x" * 300, "é", "\u202e", "\0", "a\nb", "0-9"),
    *("9-0", "0-99999999", "1,,2", "sobi", "skr-vae", "gp-distinct", "gp-distinct-t50"),
    *("modal-frame", "null", "mcc", "si_sdr", "si_sdr_start", "cuda", "--help", "$(id)"),
    *("{seed}", "x.py", "9" * 400, "٣"),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.text(max_size=8)
)
contents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(scalars), inner, max_size=3),
    ),
    max_leaves=6,
)


def places(content, path=()):
    """Yield the paths to all that a content has."""
    yield path
    if isinstance(content, dict):
        inner = content.items()
    elif isinstance(content, list):
        inner = enumerate(content)
    else:
        return
    for key, value in inner:
        yield from places(value, (*path, key))


@st.composite
def edited(draw, contents_of_files):
    """A file with some of its entries replaced, removed, renamed, added, nested or exchanged."""
    content = copy.deepcopy(contents_of_files[draw(st.sampled_from(sorted(contents_of_files)))])
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(list(places(content))[1:] or [()])) or (None,)
        if last is None:
            break
        parent = content
        for step in above:
            parent = parent[step]
        edit = draw(st.sampled_from(("replace", "remove", "rename", "add", "nest", "move")))
        if edit == "replace":
            parent[last] = draw(contents)
        elif edit == "remove":
            del parent[last]
        elif edit == "nest":
            parent[last] = [parent[last]]
        elif edit == "move":
            parent[last] = copy.deepcopy(at(content, draw(st.sampled_from(list(places(content))))))
        elif isinstance(parent, list):
            parent.append(draw(contents))
        elif edit == "rename":
            parent[draw(scalars)] = parent.pop(last)
        else:
            parent[draw(scalars)] = draw(contents)
    return content


def at(content, path):
    for step in path:
        content = content[step]
    return content


def understood(read, guarded):
    """Return whether `read` returns; if it does not, hold its refusal to one line."""
    try:
        with guarded():
            read()
    except InputError as error:
        refusal = " ".join(str(error).split())
    else:
        return True
    assert refusal, "a refusal that says nothing"
    return False


@FUZZ
@given(content=edited(EXPERIMENTS))
def test_an_experiment_with_any_edit(content, guarded, tmp_path):
    understood(lambda: configure(content, {}, tmp_path), guarded)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("yaml") / "file.yaml"


def read_all(path):
    """Read a file as each kind of YAML that there is."""
    configure(read_yaml(path), {}, path.parent)


@FUZZ
@given(content=edited(CLAIMS))
def test_claims_with_any_edit(content, guarded, file):
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    understood(lambda: check_methods(read_claims(file), ()), guarded)


PIECES = (
    *("a: ", "- ", "? ", ": ", "[", "]", "{", "}", ", ", "\n", "\n  ", "\t", "#", "&a ", "*a "),
    *("<<: *a", "!!python/object/apply:os.system ['touch outside']", "!!python/name:os.system"),
    *("!!set {a}", "!!binary x", "!!timestamp x", "!!float x", "!!int x", "!x "),
    *("!<tag:yaml.org,2002:int> 0x", "2020-99-99", "2020-01-01", "12:99:99", "190:20:30", "0b"),
    *("0x", "0x_", "0_", "1_0", "1e3", ".", "-.inf", "---", "...", "%YAML 9.9\n---", "|", ">"),
    *("|9", "'", '"', '"\\x"', '"\\ud800"', '"\\0"', "\ufeff", "\x85", "9" * 5000, "[" * 500),
    *("{a: " * 300, "- " * 500, "=", "~", "yes", "No", "methods", "datasets", "seeds: 0"),
)


@FUZZ
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12))
def test_pieces_of_yaml(pieces, guarded, file):
    file.write_bytes("".join(pieces).encode("utf-8", "surrogatepass"))
    for read in (read_all, read_claims, changed_hyperparameters):
        understood(partial(read, file), guarded)


@FUZZ
@given(data=st.data(), name=st.sampled_from(("smoke.yaml", "claims-smoke.yaml", "methods.yaml")))
def test_a_file_with_a_wound(data, name, guarded, file):
    content = bytearray((CONFIG / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content)))
        wound = data.draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from(PIECES).map(lambda piece: piece.encode("utf-8", "surrogatepass")),
            )
        )
        content[place : place + data.draw(st.integers(0, 9))] = wound
    file.write_bytes(bytes(content))
    for read in (read_all, read_claims, changed_hyperparameters):
        understood(partial(read, file), guarded)


BOMBS = {
    "references": "\n".join(
        [
            "a0: &a0 [x, x]",
            *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)),
        ]
    ),
    "references as keys": "&a {x: &b [*a, *b]}",
    "itself": "&a {output: *a, seeds: *a, datasets: *a, methods: *a}",
    "depth": "a: " + "[" * 100_000,
    "closed depth": "methods: " + "[" * 400 + "]" * 400,
    "digits": "seeds: " + "9" * 100_000,
    "a long number in a sum": "root_seed: 0x" + "f" * 100_000,
    "base 60": "seeds: 1" + ":59" * 20_000,
    "no date": "seeds: 2020-99-99",
    "bytes": b"\xff\xfe\xfd",
    "surrogate": b"a: \xed\xa0\x80",
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("read", [read_all, read_claims, changed_hyperparameters])
def test_what_is_meant_to_break_a_reader_is_refused_at_once(bomb, read, guarded, file):
    content = BOMBS[bomb]
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    assert not understood(lambda: read(file), guarded)
