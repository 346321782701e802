"""The contents of the page are the numbers of the results, all of them."""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.explore.claims import address_of, read_claims_table
from bssbench.explore.packing import columns_of, pack, unpack
from bssbench.files import write_json
from bssbench.scores.table import read_scores

pytest.importorskip("altair")
pytest.importorskip("vl_convert")
from bssbench.explore import page
from bssbench.explore.cells import SEEDS_SHOWN, SIGNAL_STEPS, read_cells

PROJECT = Path(__file__).parents[2]
REFERENCE = PROJECT / "results" / "reference"
PACKED = re.compile(r'<script type="text/plain" data-name="([^"]+)">([^<]*)</script>')


def column(table, name):
    values = table["columns"][name]
    return [values["words"][code] for code in values["codes"]] if "words" in values else values


def frame(table):
    return pd.DataFrame({name: column(table, name) for name in table["columns"]})


@pytest.fixture(scope="module")
def made(results, tmp_path_factory):
    """Return what is in the page itself, and its text."""
    path = tmp_path_factory.mktemp("page") / "explore.html"
    assert main(["explore", str(results), "--out", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    return {name: unpack(packed) for name, packed in PACKED.findall(text)}, text


def test_numbers_come_back_to_the_last_bit():
    table = pd.DataFrame(
        {"x": [0.1 + 0.2, np.nan, -1e-300], "n": [1, 2, 3], "t": ["a", "nan", "a"]}
    )
    back = unpack(pack(columns_of(table)))
    assert back["size"] == 3
    assert column(back, "x") == [0.1 + 0.2, None, -1e-300]
    assert column(back, "n") == [1, 2, 3]
    assert column(back, "t") == ["a", "nan", "a"]


def test_scores_are_those_of_the_table(made, results):
    scores = read_scores(results / "scores.csv")
    own = scores.loc[scores["status"] == "ok", ["dataset", "method", "seed", "score", "value"]]
    shown = frame(made[0]["scores"])
    pd.testing.assert_frame_equal(shown, own.reset_index(drop=True), check_dtype=False, rtol=0)


def test_intervals_are_those_of_the_statistics(made, results):
    summary = pd.read_csv(results / "statistics" / "summary.csv")
    shown = frame(made[0]["summary"])
    for name in ("median", "median_low", "median_high", "n_ok", "n_failed"):
        np.testing.assert_allclose(shown[name].astype(float), summary[name], rtol=1e-15)


def test_estimates_are_matched_and_have_their_sign(results):
    content = dict(read_cells(results))["gp-distinct"]
    dataset = Dataset.load(results / "data" / "gp-distinct.npz")
    assert content["seeds"] == list(dataset.seeds[:SEEDS_SHOWN])
    window = slice(content["first"], content["first"] + 250)
    for index, drawn in enumerate(content["methods"]["sobi"]["estimated"]):
        true = dataset.sources[index]
        true = (true - true.mean(axis=0)) / true.std(axis=0)
        np.testing.assert_allclose(
            np.array(content["true"][index]["signals"]).T / SIGNAL_STEPS,
            true[window],
            atol=0.5 / SIGNAL_STEPS + 1e-12,
        )
        # The noise of these estimates is a tenth of a source.
        assert np.abs(np.array(drawn["signals"]).T / SIGNAL_STEPS - true[window]).max() < 0.6


def test_a_spectrum_has_its_peak_where_the_source_has_it(results):
    content = dict(read_cells(results))["waveforms"]
    dataset = Dataset.load(results / "data" / "waveforms.npz")
    for true, drawn in zip(dataset.sources, content["true"], strict=False):
        power = np.abs(np.fft.rfft(true - true.mean(axis=0), axis=0))
        expected = np.fft.rfftfreq(len(true))[power.argmax(axis=0)]
        found = np.array(content["frequencies"])[np.argmax(drawn["spectra"], axis=1)]
        np.testing.assert_allclose(found, expected, atol=0.008)


def test_a_learning_curve_ends_at_the_records(results):
    content = dict(read_cells(results))["gp-distinct"]
    method = content["methods"]["skr-vae"]
    assert method["steps"] == [0, 10]
    # From a wrong unmixing matrix to the inverse of the mixing.
    assert all(path[1] > path[0] + 3 for path in method["si_sdr"])
    assert "steps" not in content["methods"]["sobi"]


def test_a_cell_that_failed_is_left_out(results):
    assert "sobi" not in dict(read_cells(results))["waveforms"]["methods"]


def test_every_part_of_every_claim_is_there_and_links_to_its_numbers():
    claims = read_claims_table(REFERENCE)
    recorded = pd.read_csv(REFERENCE / "claims.csv", keep_default_na=False)
    assert list(claims["claim"]) == list(recorded["claim"])
    known = page.contents(REFERENCE, [PROJECT / "config" / "claims.yaml"])
    assert set(known["claims"]["sentences"]) >= set(recorded["claim"])
    summary = frame(known["summary"]).set_index(["dataset", "method", "score"])
    for part in claims.to_dict("records"):
        settings = dict(parse_qsl(part["address"].removeprefix("#")))
        if settings["view"] in ("scores", "compare"):
            methods = [settings[key] for key in ("method", "first", "second") if key in settings]
            assert part["of"] in methods
            for method in methods:
                assert (settings["dataset"], method, settings["score"]) in summary.index
        else:
            table = {"cores": "cores", "training": "training_cost"}[settings["view"]]
            assert settings["quantity"] in known[table]["columns"]


def test_a_part_of_a_sweep_links_to_its_point():
    where = "phase-diagram/gap=0,shape=0.7"
    part = {"quantity": "si_sdr", "of": "sobi", "than": "", "where": where, "condition": ""}
    assert address_of(part) == "#view=sweeps&sweep=phase-diagram&quantity=si_sdr&gap=0&shape=0.7"


def test_sweeps_are_found_below_the_results(tmp_path):
    shutil.copytree(PROJECT / "results" / "sweeps", tmp_path / "sweeps")
    sweeps = page.contents(tmp_path, [])["sweeps"]
    table = pd.read_csv(tmp_path / "sweeps" / "tables" / "series-length.csv")
    assert sweeps["series-length"]["table"]["size"] == len(table)
    assert list(sweeps["series-length"]["axes"]) == ["length"]


def test_what_is_not_there_is_left_out_with_how_to_get_it(made):
    content, _ = made
    missing = content["about"]["missing"]
    assert set(missing) == {"claims", "cores", "training_cost", "sweeps"}
    assert "make paper" in missing["claims"]
    assert not set(missing) & set(content)


def test_only_the_pages_own_scripts_may_run(made):
    _, text = made
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    scripts = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_equal_results_give_equal_bytes_and_names_are_escaped(results, tmp_path):
    copy = tmp_path / "a<b>&'c'"
    shutil.copytree(results, copy)
    first, second = tmp_path / "1.html", tmp_path / "2.html"
    for path in (first, second):
        page.write_page(copy, path, [])
    text = first.read_text(encoding="utf-8")
    assert text == second.read_text(encoding="utf-8")
    assert "a<b>" not in text
    assert "a&lt;b&gt;&amp;" in text
    assert "onerror=" not in text.partition("<script")[0]


def test_the_page_is_whole_or_not_there(results, tmp_path, monkeypatch):
    path = tmp_path / "explore.html"
    path.write_text("before")

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", fail)
    assert main(["explore", str(results), "--out", str(path)]) == 2
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["no folder", "an empty folder", "damaged scores"])
def test_bad_results_give_one_line(kind, tmp_path, results, capsys):
    folder = tmp_path / "folder"
    if kind == "an empty folder":
        folder.mkdir()
    elif kind == "damaged scores":
        shutil.copytree(results, folder)
        with (folder / "scores.csv").open("a") as file:
            file.write("x")
    assert main(["explore", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"bssbench: error: {folder}")
    assert error.count("\n") == 1
    assert not (folder / "explore.html").exists()


def test_a_cell_that_is_none_gives_one_line(results, tmp_path):
    shutil.copytree(results, tmp_path / "copy")
    write_json(tmp_path / "copy" / "cells" / "waveforms" / "skr-vae" / "run.json", {"status": "ok"})
    with pytest.raises(InputError, match=r"run\.json: not a cell of waveforms"):
        dict(read_cells(tmp_path / "copy"))


def test_it_does_without_torch():
    program = "import sys, bssbench.explore.page; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
