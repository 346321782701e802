import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.files import read_arrays, read_json, replacing, write_arrays, write_json
from bssbench.randomness import generator, random_rotation, seed_sequence

PROJECT = Path(__file__).parents[1]


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "folder" / "file.txt"
    with replacing(path) as temporary:
        temporary.write_text("old")

    def break_off():
        with replacing(path) as temporary:
            temporary.write_text("half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["file.txt"]


def test_arrays_keep_the_name_they_are_given(tmp_path):
    write_arrays(tmp_path / "noend", {"a": np.arange(3)})
    assert (tmp_path / "noend").is_file()
    np.testing.assert_array_equal(read_arrays(tmp_path / "noend")["a"], np.arange(3))


def test_json_has_no_nan(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"a": float("nan")})
    assert not (tmp_path / "a.json").exists()
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(InputError, match="expected a JSON object"):
        read_json(tmp_path / "list.json")


def test_streams_are_the_same_on_every_machine_and_for_ever():
    """A number written down here: were it to change, every published result would."""
    assert generator(0, "gp-distinct", "sources", 3).integers(10**9) == 751112633


def test_streams_of_different_axes_are_different():
    axes = [(r, d, a, s) for r in (0, 1) for d in "xy" for a in ("mixing", "noise") for s in (0, 1)]
    states = {tuple(seed_sequence(*axis).generate_state(4)) for axis in axes}
    assert len(states) == len(axes)


def test_rotations_are_orthogonal_and_uniform():
    rotations = np.stack([random_rotation(np.random.default_rng(i), 3) for i in range(3000)])
    products = rotations @ np.swapaxes(rotations, 1, 2)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(3), products.shape), atol=1e-12)
    # Every entry has mean 0 and variance 1/3, the diagonal too: without the signs it would not.
    np.testing.assert_allclose(rotations.mean(0), 0, atol=0.05)
    np.testing.assert_allclose((rotations**2).mean(0), 1 / 3, atol=0.03)


@pytest.mark.slow
def test_provenance_knows_a_changed_tree_from_a_run(tmp_path):
    shutil.copytree(PROJECT / "src", tmp_path / "src")

    def git(*words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    def dirty():
        program = (
            "import json; from bssbench.experiment.provenance import provenance as p\n"
            "print(json.dumps(p()))"
        )
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "src")}
        command = [sys.executable, "-B", "-c", program]
        out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return json.loads(out.stdout)["dirty"]

    git("init", "-q")
    (tmp_path / ".gitignore").write_text("__pycache__/\n*.egg-info/\n")
    git("add", "-A")
    git("commit", "-qm", "all")
    assert dirty() is False
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "scores.csv").write_text("x")
    assert dirty() is False
    mine = tmp_path / "src" / "bssbench" / "methods" / "mine.py"
    mine.write_text('"""A method not committed yet."""\n')
    assert dirty() is True
