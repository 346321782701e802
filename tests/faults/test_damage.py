"""Damaged files are detected and never used as results."""

import os
import random
import shutil
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.experiment.rounds import join_rounds
from bssbench.files import checksums, read_arrays, read_json, write_arrays, write_json, write_table
from bssbench.reproduction.manifest import read_manifest
from bssbench.scores.held_out import HeldOutRow, read_held_out, write_held_out
from bssbench.scores.table import read_scores, read_timings
from bssbench.scores.training_cost import CostRow, read_costs, write_costs
from bssbench.separation import Separation
from bssbench.statistics.evaluation import read_equivalence, read_rankings

N_DAMAGES = 40


def make_dataset(path):
    observations = np.random.default_rng(0).normal(size=(2, 20, 3))
    Dataset("mine", (0, 1), observations, 3, "linear").save(path)


def make_separation(path):
    Separation(np.random.default_rng(0).normal(size=(2, 20, 3))).save(path)


def make_manifest(path):
    write_json(path, {"tables": {"configuration": "1", "code": "2", "data": "3", "files": {}}})


def make_scores(path):
    row = {"dataset": "gp", "method": "sobi", "seed": 0, "score": "mcc", "value": 0.98765}
    write_table(path, pd.DataFrame([row | {"status": "ok", "reason": ""}] * 3))


def make_timings(path):
    row = {"dataset": "gp", "method": "sobi", "seeds": 2, "converged": 1}
    write_table(path, pd.DataFrame([row | {"solve_wall_seconds": 0.25}]))


def make_costs(path):
    text = {each.name: "a" for each in fields(CostRow) if each.type is str}
    numbers = dict.fromkeys((each.name for each in fields(CostRow)), 1)
    write_costs(path, [CostRow(**numbers | text)])


def make_held_out(path):
    write_held_out(path, [HeldOutRow("which", "gp", "vae", "steps=5", 3, 1.25, "ok", "")])


def make_round(path):
    write_table(path, pd.DataFrame({"core": ["fft"], "seconds": [0.125]}))
    write_json(path.with_suffix(".json"), {"commit": "0123abc"})


def read_round(path):
    join_rounds([path], path.parent / "joined.csv")
    return (path.parent / "joined.csv").read_text()


def make_rankings(path):
    write_json(path, {"rankings": []})


def make_equivalence(path):
    columns = ("p_better", "p_equivalent", "p_worse")
    row = {"ranking": "mcc", "method": "sobi", "other": "jade", **dict.fromkeys(columns, 0.25)}
    write_table(path, pd.DataFrame([row | {"n_datasets": 3}]))


FILES = {
    "data/mine.npz": (make_dataset, Dataset.load),
    "cells/separation.npz": (make_separation, lambda path: Separation.load(path).sources),
    "cells/run.json": (make_manifest, read_json),
    "manifest.json": (make_manifest, lambda path: read_manifest(path.parent)),
    "scores.csv": (make_scores, read_scores),
    "timings.csv": (make_timings, read_timings),
    "training_cost.csv": (make_costs, lambda path: read_costs([path])),
    "selection/choice.csv": (make_held_out, lambda path: read_held_out([path])),
    "cores/round-0.csv": (make_round, read_round),
    "statistics/ranks.json": (make_rankings, lambda path: read_rankings(path.parent)),
    "statistics/equivalence.csv": (make_equivalence, lambda path: read_equivalence(path.parent)),
}


def damages(content, generator):
    """Yield the bytes with one bit flipped, or truncated."""
    for _ in range(N_DAMAGES):
        place = generator.randrange(len(content))
        if generator.random() < 0.25:
            yield content[:place]
        else:
            turned = content[place] ^ 1 << generator.randrange(8)
            yield content[:place] + bytes([turned]) + content[place + 1 :]


def outcome(read, path):
    """Return what is read, as text, or ``refused`` if one line with the path reports an error."""
    try:
        return repr(read(path))
    except InputError as error:
        line = str(error)
    return "refused" if line.startswith(f"{path}: ") and "\n" not in line else line


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_or_a_lost_end_is_reported_in_one_line_with_the_file(
    name, tmp_path, record_property
):
    record_property("tried", 2 * N_DAMAGES)
    make, read = FILES[name]
    path = tmp_path / name
    make(path)
    whole, expected = path.read_bytes(), repr(read(path))
    for damaged in damages(whole, random.Random(name)):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="SHA-256") as raised:
            read(path)
        assert str(raised.value).startswith(f"{path}: ")
        assert "\n" not in str(raised.value)
    path.write_bytes(whole)
    assert repr(read(path)) == expected
    # A damaged checksum causes a false alarm, and no wrong result.
    kept = path.parent / checksums.FOLDER / f"{path.name}.sha256"
    for damaged in damages(kept.read_bytes(), random.Random(name)):
        kept.write_bytes(damaged)
        assert outcome(read, path) in (expected, "refused")


def test_a_flipped_bit_by_which_an_archive_loses_its_arrays_without_an_error(tmp_path):
    """The CRC-32 of a ZIP archive covers its members, but not their list."""
    path = tmp_path / "a.npz"
    write_arrays(path, {"first": np.arange(3), "second": np.arange(4)})
    content = bytearray(path.read_bytes())
    # The high byte of the length of the first entry's comment.
    content[content.index(b"PK\x01\x02") + 33] ^= 1
    path.write_bytes(content)
    with np.load(path) as archive:
        assert archive.files == ["first"]
    with pytest.raises(InputError, match="SHA-256"):
        read_arrays(path)


def test_an_archive_without_a_checksum_is_read_or_rejected(tmp_path, record_property):
    """Whatever zipfile, zlib and NumPy raise for damaged bytes."""
    record_property("tried", N_DAMAGES)
    path = tmp_path / "a.npz"
    write_arrays(path, {"first": np.arange(3), "second": np.arange(4)})
    whole = path.read_bytes()
    checksums.forget(path)
    outcomes = []
    for damaged in damages(whole, random.Random(0)):
        path.write_bytes(damaged)
        outcomes.append(outcome(read_arrays, path))
    assert outcomes.count("refused") > N_DAMAGES / 2


def test_a_checksum_has_the_format_of_sha256sum_and_is_removed_with_its_file(tmp_path):
    path = tmp_path / "müller & co.json"
    write_json(path, {"a": 1})
    kept = tmp_path / checksums.FOLDER / f"{path.name}.sha256"
    assert kept.read_text(encoding="utf-8") == f"{checksums.digest(path)}  {path.name}\n"
    # Written by a program that keeps no checksum.
    write_json(path, {"a": 2}, checksum=False)
    assert not kept.exists()
    assert read_json(path) == {"a": 2}


def test_a_rewritten_file_is_never_compared_with_an_older_checksum(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    replace, seen = os.replace, []

    def slow(source, target):
        # A reader finds the old file or the new one at any time.
        seen.append(read_json(path))
        replace(source, target)
        seen.append(read_json(path))

    monkeypatch.setattr(os, "replace", slow)
    write_json(path, {"a": 2})
    assert [one["a"] for one in seen] == [1, 2, 2, 2]


def test_only_damaged_files_are_set_aside(tmp_path):
    for name in ("scores.csv", "timings.csv", "cells/gp/sobi/run.json", "other/run.json"):
        write_json(tmp_path / name, {"a": name})
        (tmp_path / name).write_text(name)
    write_json(tmp_path / "timings.csv", {"a": "whole"})
    moved = checksums.set_aside_damaged(tmp_path, ("", "cells/*/*"))
    names = ("scores.csv", "cells/gp/sobi/run.json")
    assert moved == {tmp_path / name: tmp_path / f"{name}.damaged" for name in names}
    for name in names:
        assert not (tmp_path / name).exists()
        assert (tmp_path / f"{name}.damaged").read_text() == name
    assert checksums.set_aside_damaged(tmp_path, ("", "cells/*/*")) == {}


def test_a_command_that_reads_a_damaged_file_names_a_remedy_that_works(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    generate = [
        "generate",
        "gp-distinct-t100",
        "--seeds",
        "0",
        "--out",
        "data/gp-distinct-t100.npz",
    ]
    separate = ["separate", generate[-1], "--method", "sobi", "--out", "cell"]
    assert main(generate) == main(separate) == 0
    whole = Path("cell/separation.npz").read_bytes()
    Path("cell/separation.npz").write_bytes(whole[:-1] + b"x")
    score = ["score", "cell/run.json", "--data", "data", "--out", "scores.csv"]
    capsys.readouterr()
    assert main(score) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("bssbench: error: cell/separation.npz: damaged")
    assert not Path("scores.csv").exists()
    Path("cell/separation.npz").unlink()
    assert main(separate) == main(score) == 0
    assert Path("cell/separation.npz").read_bytes() == whole
    # A copy has no checksum, so it is accepted.
    shutil.copy("scores.csv", "copy.csv")
    assert len(read_scores(Path("copy.csv"))) == len(read_scores(Path("scores.csv")))
