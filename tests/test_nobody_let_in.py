"""Files from anyone: none of them runs code, writes elsewhere or has other files read."""

import ast
import gzip
import json
import re
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from bssbench.cli.main import main
from bssbench.datasets.recordings import load_recording, recording_names
from bssbench.datasets.remote_files import RemoteFile, locate
from bssbench.errors import InputError, NotApplicable
from bssbench.files import read_arrays, write_json
from bssbench.plugins import using
from bssbench.readers import read_table
from bssbench.reproduction.manifest import read_manifest

PROJECT = Path(__file__).parents[1]
CODE = [
    *sorted((PROJECT / "src").rglob("*.py")),
    *sorted((PROJECT / "workflow").rglob("*.py")),
    *sorted((PROJECT / "benchmarks").rglob("*.py")),
]
# What makes objects of bytes, and with that runs what they say.
RUNNING = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
DIGEST = "0" * 64


def calls(tree, *names):
    """Yield the calls of functions that are called so, whatever they are functions of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield node


def test_code_loads_no_pickle_and_runs_no_text():
    assert len(CODE) > 200
    for path in CODE:
        tree = ast.parse(path.read_bytes())
        imported = {
            name.partition(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not imported & RUNNING, path
        assert not list(calls(tree, "eval", "exec", "torch.load", "pd.read_pickle")), path
        for call in calls(tree, "np.load", "numpy.load"):
            said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert said.get("allow_pickle") == "False", f"{path}, line {call.lineno}"


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize("read", [read_arrays, read_table])
def test_arrays_of_objects_are_never_loaded(read, tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, X=np.array([Trap(), Trap()], dtype=object))
    with pytest.raises(InputError, match=r"x\.npz"):
        read(path)


def test_members_of_an_archive_are_read_and_never_unpacked(tmp_path):
    inner = tmp_path / "inner.npy"
    np.save(inner, np.random.default_rng(0).laplace(size=(30, 2)))
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "x.npz", "w") as archive:
        for name in ("../../out.npy", "/tmp/bssbench-out.npy"):  # noqa: S108 (must not come to be)
            archive.writestr(name, inner.read_bytes())
    before = set(tmp_path.rglob("*"))
    read_arrays(folder / "x.npz")
    with pytest.raises(InputError, match="--array"):
        read_table(folder / "x.npz")
    assert set(tmp_path.rglob("*")) == before
    assert not Path("/tmp/bssbench-out.npy").exists()  # noqa: S108


def test_a_compressed_file_is_unpacked_under_the_name_that_the_user_gave(tmp_path):
    path = tmp_path / "x.csv.gz"
    with path.open("wb") as file, gzip.GzipFile("../../../out.csv", "wb", fileobj=file) as packed:
        packed.write(b"a,b\n" + b"".join(b"%d.5,%d.25\n" % (i, i * i % 7) for i in range(20)))
    assert "b" in read_table(path).names
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("part", ["DataFile", "MarkerFile"])
@pytest.mark.parametrize("name", ["/etc/hostname", "../secret.eeg", "..\\secret.eeg"])
def test_a_header_can_not_name_a_file_elsewhere(part, name, tmp_path):
    path = tmp_path / "x.vhdr"
    path.write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\n"
        f"{part} = {name}\nNumberOfChannels=1\n"
    )
    with pytest.raises(
        InputError, match=f"its {part} is .*; give the name of a file in the same folder"
    ):
        read_table(path)


def test_a_recording_in_hdf5_is_in_its_own_file(tmp_path):
    secret = tmp_path / "secret.h5"
    values = np.random.default_rng(0).laplace(size=(30, 2))
    with h5py.File(secret, "w") as file:
        file["X"] = values
    layout = h5py.VirtualLayout(values.shape, values.dtype)
    layout[:] = h5py.VirtualSource(secret, "X", values.shape)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["linked"] = h5py.ExternalLink(secret, "X")
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("raw", (30, 2), "f8", external=[(str(secret), 0, 480)])
    with pytest.raises(InputError, match=r"x\.h5"):
        read_table(tmp_path / "x.h5")


def test_recordings_come_by_https_with_a_checksum():
    for name in recording_names():
        for file in load_recording(name).FILES:
            assert file.url.startswith("https://")
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)


RECORDING = """
from bssbench.datasets.remote_files import RemoteFile
SUMMARY = CITATION = "None."
FILES = (RemoteFile({folder!r}, {name!r}, {url!r}, {sha256!r}, "CC0"),)
LENGTH = N_CHANNELS = N_SOURCES = 3
def prepare(paths):
    return {{}}
"""
GOOD = {"folder": "mine", "name": "x.npy", "url": "https://example.org/x", "sha256": DIGEST}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "http://example.org/x"}, "no address that begins with https://"),
        ({"url": "file:///etc/passwd"}, "no address that begins with https://"),
        ({"sha256": ""}, "no SHA-256"),
        ({"name": "../x.npy"}, "outside the folder of recordings"),
        ({"folder": "/etc"}, "outside the folder of recordings"),
    ],
)
def test_a_recording_of_ones_own_does_so_as_well(wrong, message, tmp_path):
    path = tmp_path / "my_recording.py"
    path.write_text(RECORDING.format(**GOOD))
    with using([path]):
        pass
    path = tmp_path / "my_other_recording.py"
    path.write_text(RECORDING.format(**GOOD | wrong))
    with pytest.raises(InputError, match=message), using([path]):
        pass


def test_a_download_with_another_checksum_is_removed(tmp_path, monkeypatch):
    import pooch

    def download(*arguments):
        _, output_file, _ = arguments
        Path(output_file).write_bytes(b"something else")

    monkeypatch.delenv("BSSBENCH_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(pooch.core, "choose_downloader", lambda *_, **__: download)
    with pytest.raises(NotApplicable, match=r"x\.npy is neither in .* nor could it be downloaded"):
        locate([RemoteFile(**GOOD, licence="CC0")])
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


PLUGIN = """
from dataclasses import dataclass
from pathlib import Path
from bssbench.methods.controls.random import Method as Random

Path(__file__).with_suffix(".ran").touch()

@dataclass(frozen=True)
class Method(Random):
    "A method of someone else's."
"""


@pytest.fixture
def received(tmp_path, monkeypatch):
    """Results from someone else, which name a plug-in that comes with them."""
    folder = tmp_path / "received"
    folder.mkdir()
    (folder / "theirs.py").write_text(PLUGIN)
    content = {
        "output": {"results": "received", "figures": "figures"},
        "seeds": "0",
        "plugins": ["theirs.py"],
        "datasets": {"gp-distinct-t50": {}},
        "methods": {"theirs": {}},
    }
    write_json(folder / "own.yaml", content)
    provenance = {"configuration": content, "parameters": {"theirs": {}}}
    write_json(folder / "provenance.json", provenance | {"configuration_file": "received/own.yaml"})
    (folder / "manifest.json").write_text("{}")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "methods.yaml").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "received", "--cell", "gp-distinct-t50/theirs"],
        ["verify", "received", "--fresh-seeds", "200-201", "--out", "fresh"],
        ["merge", "received", "received", "--out", "merged"],
        ["check", "received"],
    ],
    ids=" ".join,
)
def test_results_name_no_code_that_runs(words, received, capsys):
    assert main(words) == 2
    assert "look at it, and name it by --plugin" in capsys.readouterr().err
    assert not (received / "theirs.ran").exists()


@pytest.mark.parametrize(
    "naming", [["--plugin", "received/theirs.py"], ["--configuration", "received/own.yaml"]]
)
def test_a_user_may_name_it(naming, received):
    main(["check", "received", *naming])
    assert (received / "theirs.ran").exists()


@pytest.mark.parametrize("name", ["../../secret.csv", "/etc/passwd", "figures/../../x.png"])
def test_a_manifest_is_of_files_of_its_run(name, tmp_path):
    entry = {"configuration": "", "code": "", "data": "", "files": {name: ""}}
    (tmp_path / "manifest.json").write_text(json.dumps({"tables": entry}))
    with pytest.raises(InputError, match="not the manifest of results"):
        read_manifest(tmp_path)
