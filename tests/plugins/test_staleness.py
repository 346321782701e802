"""What depends on a plug-in's code, and what it says of itself in results."""

import hashlib

import pytest

from bssbench.experiment.configuration import configure
from bssbench.methods import method_module
from bssbench.plugins.description import describe, describe_used
from bssbench.reproduction import code_hashes
from bssbench.reproduction.artefacts import SCORE_MODULES, cell_modules, data_modules, stages
from bssbench.reproduction.code_hashes import code_hash, source_files

from .conftest import FAMILY, METHOD, SCORE

CONTENT = {
    "output": {"results": "results", "figures": "figures"},
    "seeds": "0",
    "plugins": ["."],
    "datasets": {"gp-equal-t100": None, "my-family-t100": None},
    "methods": {"sobi": None, "my-method": None},
}


@pytest.fixture
def folder(write, tmp_path):
    """A folder of plug-ins, one of which imports a file beside it."""
    write("STEP = 1\n", "_shared.py")
    write(METHOD + "    from ._shared import STEP\n", "my_method.py")
    write(FAMILY, "my_family.py")
    return tmp_path


def code(folder, content=CONTENT):
    for kept in (code_hashes._hash_of, code_hashes._code):
        kept.cache_clear()
    experiment = configure(content, folder=folder)
    modules = {
        **{f"cell {name}": cell_modules(experiment, name) for name in experiment.methods},
        **{f"data {name}": data_modules(experiment, name) for name in experiment.datasets},
        "score": SCORE_MODULES,
        **{name: stage.modules for name, stage in stages(experiment).items()},
    }
    return {name: code_hash(own) for name, own in modules.items()}


@pytest.mark.parametrize(
    ("file", "text", "stale"),
    [
        ("my_method.py", "# a comment\n", set()),
        ("my_method.py", "EDITED = True\n", {"cell my-method"}),
        ("_shared.py", "EDITED = True\n", {"cell my-method"}),
        ("my_family.py", "EDITED = True\n", {"data my-family-t100"}),
    ],
)
def test_an_edit_makes_stale_what_depends_on_it_and_no_more(folder, file, text, stale):
    before = code(folder)
    with (folder / file).open("a") as edited:
        edited.write(text)
    after = code(folder)
    assert {name for name in before if before[name] != after[name]} == stale


def test_what_is_inside_has_the_hash_that_it_has_without_plug_ins(folder):
    inside = [name for name in CONTENT["datasets"] if "my" not in name]
    content = {**CONTENT, "plugins": [], "datasets": dict.fromkeys(inside), "methods": {"sobi": {}}}
    alone, beside = code(folder, content), code(folder)
    assert {name: beside[name] for name in alone} == alone


def test_what_a_plug_in_imports_of_bssbench_counts(folder):
    configure(CONTENT, folder=folder)
    found = source_files([method_module("my-method")])
    for end in ("methods/controls/random.py", "methods/__init__.py", "models/whitening.py"):
        assert any(name.endswith(f"bssbench/{end}") for name in found), end
    assert {str(folder / "my_method.py"), str(folder / "_shared.py")} <= set(found)
    assert str(folder / "my_family.py") not in found


def test_a_new_score_makes_the_scores_stale_and_nothing_that_is_scored(folder, write):
    before = code(folder)
    write(SCORE, "elsewhere/my_score.py")
    after = code(folder, CONTENT | {"plugins": [".", "elsewhere/my_score.py"]})
    stale = {name for name in before if before[name] != after[name]}
    assert {"score", "statistics", "tables"} <= stale
    assert not {name for name in stale if name.startswith(("cell", "data"))}


def test_a_moved_folder_is_the_same_code(folder, tmp_path_factory):
    before = code(folder)
    moved = folder.rename(tmp_path_factory.mktemp("moved") / "there")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BSSBENCH_PLUGINS", "")
        assert code(moved) == before


def test_a_result_says_which_file_it_was_made_with(folder):
    configure(CONTENT, folder=folder)
    (one,) = describe([method_module("my-method"), method_module("sobi")])["plugins"]
    assert one == {
        "name": "my-method",
        "path": str(folder / "my_method.py"),
        "package": None,
        "sha256": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in ("_shared.py", "my_method.py")
        },
    }
    assert describe([method_module("sobi")]) == {}
    assert [each["name"] for each in describe_used(CONTENT)["plugins"]] == [
        *("my-family", "my-method")
    ]
    # What is there and plays no part is not recorded.
    assert describe_used({"methods": {"sobi": None}, "datasets": ["gp-equal"]}) == {}
