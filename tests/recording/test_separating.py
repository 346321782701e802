import base64
import errno
import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.datasets.catalogue import make_dataset
from bssbench.scores.measures.matching import mean_correlation

WRITTEN = ["mixing_matrix.csv", "report.html", "run.json", "sources.csv", "sources.png"]


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("ar-laplace-distinct-t600", [0], {})


def table_of(dataset):
    observations = dataset.observations[0]
    table = pd.DataFrame(observations, columns=["F3 <b>", "Cz", "$x^2$"])
    table.insert(0, "time", np.arange(len(observations)) / 250)
    return table


def separate(*words):
    return main(["separate", *(str(word) for word in words)])


def refused(capsys, *words):
    """Run a separation that must end with code 2 and one line, and return that line."""
    assert separate(*words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("bssbench: error: ")
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.fixture(scope="module")
def sobi(dataset, tmp_path_factory):
    """A recording with a column of time, separated with resampled time; its name is hostile."""
    folder = tmp_path_factory.mktemp("sobi")
    path = folder / os.fsdecode(b"a$x^2$\n<i>\xe9.csv")
    table_of(dataset).to_csv(path, index=False)
    before = path.read_bytes()
    out = folder / "out"
    words = [path, "--method", "SOBI", "--n-sources", 3, "--bootstrap", 12, "--out", out]
    assert separate(*words) == 0
    assert path.read_bytes() == before
    return path, out


def test_a_result_has_all_its_files_and_nothing_else(sobi):
    path, out = sobi
    assert sorted(os.listdir(out)) == sorted([*WRITTEN, "unmixing_matrix.csv"])
    assert sorted(os.listdir(path.parent)) == sorted([path.name, "out"])
    run = json.loads((out / "run.json").read_text())
    assert run["files"] == sorted(os.listdir(out))
    assert (out / "sources.png").read_bytes().startswith(b"\x89PNG")


def test_sources_are_good_and_stand_beside_their_time(sobi, dataset):
    _, out = sobi
    sources = pd.read_csv(out / "sources.csv")
    assert list(sources.columns) == ["time", "source_1", "source_2", "source_3"]
    assert sources["time"].to_numpy() == pytest.approx(np.arange(600) / 250)
    found = sources.iloc[:, 1:].to_numpy()
    assert mean_correlation(dataset.sources[0], found) > 0.97


def test_the_matrices_lead_from_channels_to_sources_and_back(sobi, dataset):
    _, out = sobi
    sources = pd.read_csv(out / "sources.csv").iloc[:, 1:].to_numpy()
    mixing = pd.read_csv(out / "mixing_matrix.csv", index_col=0)
    unmixing = pd.read_csv(out / "unmixing_matrix.csv", index_col=0)
    assert list(mixing.index) == list(unmixing.columns) == ["F3 <b>", "Cz", "$x^2$"]
    assert list(mixing.columns) == list(unmixing.index) == ["source_1", "source_2", "source_3"]
    centred = dataset.observations[0] - dataset.observations[0].mean(axis=0)
    assert centred @ unmixing.to_numpy().T == pytest.approx(sources, abs=1e-6)
    assert sources @ mixing.to_numpy().T == pytest.approx(centred, abs=1e-6)


def test_a_run_says_what_was_read_and_how_stable_it_is(sobi):
    path, out = sobi
    run = json.loads((out / "run.json").read_text())
    assert run["input"] == str(path)
    assert run["recording"]["sampling_rate"] == pytest.approx(250)
    assert run["recording"]["time_column"] == "time"
    assert run["recording"]["channels"] == ["F3 <b>", "Cz", "$x^2$"]
    assert run["stability"]["resampled"] == 12
    assert run["stability"]["trusted"] == [True, True, True]
    assert run["explained_variance"] == sorted(run["explained_variance"], reverse=True)
    assert run["converged"] is True
    assert run["warnings"] == []


def test_the_report_holds_everything_and_nothing_of_names_is_markup(sobi):
    _, out = sobi
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "<i>" not in html
    assert "<b>" not in html
    assert r"a$x^2$\n&lt;i&gt;\udce9.csv" in html
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert len(pictures) == 5
    assert all(base64.b64decode(one).startswith(b"\x89PNG") for one in pictures)
    assert len(re.findall(r"(?:src|href)=", html)) == 5
    assert "bssbench separate" in html
    assert "--bootstrap 12" in html
    for words in ("Spectra", "Sensor patterns", "cluster quality", "How many sources?"):
        assert words in html


def test_a_recording_in_its_results_directory_is_left_alone(sobi, capsys):
    _, out = sobi
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    words = [out / "sources.csv", "--method", "sobi", "--n-sources", 2, "--out", out]
    assert "is the recording itself" in refused(capsys, *words)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_a_full_disk_names_the_file_and_leaves_the_older_result(sobi, capsys, monkeypatch):
    path, out = sobi
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    write = Path.write_text

    def full(self, *arguments, **how):
        if self.name == "mixing_matrix.csv":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return write(self, *arguments, **how)

    monkeypatch.setattr(Path, "write_text", full)
    line = refused(capsys, path, "--method", "sobi", "--n-sources", 2, "--out", out)
    assert f"{out}/mixing_matrix.csv: cannot be written (No space left on device)" in line
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_nothing_stable_comes_of_white_noise_and_that_is_said(rng, tmp_path, capsys):
    path = tmp_path / "noise.npy"
    np.save(path, rng.standard_normal((1000, 3)))
    words = [path, "--method", "fastica", "--n-sources", 3, "--restarts", 1]
    words += ["--seeds", 3, "--bootstrap", 10, "--out", tmp_path / "out"]
    assert separate(*words) == 0
    err = capsys.readouterr().err
    assert re.search("warning: unstable, do not interpret: source 1 .* Gaussian white noise", err)
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["stability"]["trusted"] == [False, False, False]
    assert [entry["seed"] for entry in run["initialisations"]] == [0, 1, 2]
    assert "gaussian-white" in [finding["kind"] for finding in run["recording"]["findings"]]
    # In the recording's own format as well.
    own = np.load(tmp_path / "out" / "sources.npy")
    assert own == pytest.approx(pd.read_csv(tmp_path / "out" / "sources.csv").to_numpy(), abs=1e-5)


def test_white_noise_is_not_trusted_where_all_starts_agree(rng, tmp_path, capsys):
    path = tmp_path / "noise.npy"
    np.save(path, rng.standard_normal((2000, 3)))
    words = [path, "--method", "fastica", "--n-sources", 3, "--seeds", 2, "--out", tmp_path / "out"]
    assert separate(*words) == 0
    assert capsys.readouterr().err.count(", unstable\n") == 3
    assert not any(json.loads((tmp_path / "out" / "run.json").read_text())["stability"]["trusted"])


def test_what_did_not_converge_says_which_setting_to_raise(dataset, tmp_path, capsys):
    path = tmp_path / "mixtures.csv"
    table_of(dataset).to_csv(path, index=False, sep=";", decimal=",")
    words = [path, "--method", "fastica", "--n-sources", "auto", "--out", tmp_path / "out"]
    words += ["--set", "max-iterations=1", "--restarts", 1]
    assert separate(*words) == 0
    err = capsys.readouterr().err
    assert "did not converge within max_iterations=1; raise it with --set max_iterations=2" in err
    assert "decimal comma" in err
    # The recording's own format, beside CSV.
    own = pd.read_csv(tmp_path / "out" / "sources_own_format.csv", sep=";", decimal=",")
    plain = pd.read_csv(tmp_path / "out" / "sources.csv")
    assert own.to_numpy() == pytest.approx(plain.to_numpy())


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(dataset, tmp_path, capsys):
    path = tmp_path / "mixtures.csv"
    table_of(dataset).to_csv(path, index=False)
    assert separate(path, "--dry-run", "--method", "FastICA", "--seeds", 5) == 0
    captured = capsys.readouterr()
    assert "600 samples of 3 channels at 250 Hz" in captured.err
    assert "would run: fastica, 3 sources, 5 seeds" in captured.out
    assert os.listdir(tmp_path) == ["mixtures.csv"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--root-seed", "-1"], "expected an integer of at least 0"),
        (["--seeds", "1000000000"], "more than 1000 runs"),
        (["--bootstrap", "-1"], "--bootstrap must be at least 0"),
        (["--seed", str(2**70)], "less than 2**63"),
        (["--n-sources", "three"], "must be an integer or auto"),
        (["--n-sources", "0"], "must be at least 1"),
        (["--method", "all", "--set", "steps=3"], "--set is for one method"),
        (["--method", "sobi", "--seeds", "5"], "omit --seeds"),
        (["--device", "gpu"], "runs only on the CPU"),
        (["--sampling-rate", "0"], "--sampling-rate must be a positive"),
        (["--band-pass", "1", "40", "--columns", "nothing"], "nothing"),
        (["--jobs-allowed", "2"], "is for data sets"),
    ],
)
def test_bad_options_are_one_line_before_any_work(options, message, dataset, tmp_path, capsys):
    path = tmp_path / "mixtures.csv"
    table_of(dataset).to_csv(path, index=False)
    words = [path, "--method", "fastica", "--n-sources", 3, "--out", tmp_path / "out"]
    assert message in refused(capsys, *words, *options)
    assert os.listdir(tmp_path) == ["mixtures.csv"]
