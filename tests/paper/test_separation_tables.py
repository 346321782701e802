"""Which data sets and scores the separation tables show together, and how."""

import pytest

from bssbench.errors import InputError
from bssbench.paper.latex import escape
from bssbench.paper.separation_tables import grouped
from bssbench.scores.table import read_scores

HEADER = "dataset,method,seed,score,value,status,reason\n"


def grids(path):
    """The tables of a Markdown file, as lists of rows of cells."""
    tables, inside = [], False
    for line in path.read_text().splitlines():
        if line.startswith("|"):
            if not inside:
                tables.append([])
            tables[-1].append([cell.strip() for cell in line.split("|")[1:-1]])
        inside = line.startswith("|")
    return tables


@pytest.fixture
def tables(tmp_path, write_separation):
    def write(*lines):
        (tmp_path / "scores.csv").write_text(HEADER + "\n".join(lines) + "\n")
        return write_separation(read_scores(tmp_path / "scores.csv"))

    return write


def test_data_sets_of_a_kind_are_together():
    names = ["modal-frame", "gp-equal-mlp-1", "waveforms", "gp-distinct-5", "gp-equal-4", "gp-tp"]
    names += ["gp-distinct-4x", "waveforms-noise0", "speech-mixed-4x", "waveforms-post-nonlinear"]
    names += ["shot-noise-mlp-1", "stochastic-volatility", "gp-distinct-cond30"]
    assert list(grouped(names).values()) == [
        ["waveforms", "gp-equal-4", "gp-tp"],
        ["gp-distinct-5", "gp-distinct-4x", "waveforms-noise0", "gp-distinct-cond30"],
        ["gp-equal-mlp-1", "waveforms-post-nonlinear"],
        ["shot-noise-mlp-1", "stochastic-volatility"],
        ["modal-frame"],
        ["speech-mixed-4x"],
    ]
    with pytest.raises(InputError, match="unknown data set"):
        grouped(["foo"])


def test_a_recording_is_one_table_of_its_scores(tables):
    heart = "no component beats like a fetal heart"
    _, markdown, latex = tables(
        "fetal-ecg,sobi,0,mcc,,skipped,the true sources are not known",
        "fetal-ecg,sobi,0,fetal_heart_found,1,ok,",
        "fetal-ecg,sobi,0,beat_purity,0.81,ok,",
        "fetal-ecg,sobi,1,fetal_heart_found,0,ok,",
        f"fetal-ecg,sobi,1,beat_purity,,skipped,{heart}",
        "fetal-ecg,vae,0,fetal_heart_found,0,ok,",
        f"fetal-ecg,vae,0,beat_purity,,skipped,{heart}",
    )
    # The number of seeds with a heart, for a median of ones and zeros would hide the misses.
    assert grids(markdown) == [
        [
            ["method", "fetal_heart_found", "beat_purity"],
            [":---------", "--------------------:", "--------------:"],
            ["sobi", "1/2", ".810 (1/2)"],
            ["vae", "0/1", "–"],
        ]
    ]
    assert f"- skipped: {heart}: fetal-ecg (all methods)" in markdown.read_text()
    assert r"\shortstack[r]{fetal heart\\found}" in latex.read_text()


def test_no_table_is_wider_than_a_page(tables):
    lines = [f"gp-distinct-t{length},sobi,0,mcc,0.9,ok," for length in range(500, 520)]
    _, markdown, latex = tables(*lines)
    assert [len(grid[0]) - 1 for grid in grids(markdown)] == [6, 7, 7]
    assert latex.read_text().count(r"\begin{tabular}") == 3
    labels = [line for line in latex.read_text().splitlines() if line.startswith(r"\label")]
    assert len(set(labels)) == 3


def test_signs_and_directions(tables):
    _, markdown, latex = tables(
        *(f"gp-equal,sobi,{seed},si_sdr,{value},ok," for seed, value in enumerate((-1.2, -0.3, 4))),
        *(f"gp-equal,sobi,{seed},rmse,{value},ok," for seed, value in enumerate((0.1, 0.2, 1.234))),
    )
    assert [grid[2][1] for grid in grids(markdown)] == ["−.3 [−1.2]", ".200 [1.234]"]
    assert r"$-$.3 \aside{$-$1.2}" in latex.read_text()


def test_text_is_text_to_latex():
    assert escape(r"50 % of a_b & {c} \ #1") == (r"50 \% of a\_b \& \{c\} \textbackslash{} \#1")
