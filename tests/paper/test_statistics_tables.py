"""Comparisons and ranks as tables and figure, and the marks that separation tables have of them."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.errors import NotApplicable
from bssbench.paper.equivalence_tables import decided_pairs
from bssbench.paper.figures import Results, equivalence
from bssbench.paper.figures.ranks import draw
from bssbench.paper.looks import method_colour, method_marker
from bssbench.paper.rank_tables import distinguished_pairs
from bssbench.scores.table import read_scores
from bssbench.statistics.evaluation import FILES, evaluate

DATASETS = ("gp-distinct", "waveforms", "regime-ar", "modal-frame")
SHIFTS = {"gp-vae": 0.0, "skr-vae": 0.01, "sobi": 0.3, "oracle": -0.1}


@pytest.fixture
def scores(tmp_path, rng):
    """On all of ten seeds `gp-vae` is best, `sobi` far behind, and `skr-vae` close to the best."""
    rows = []
    for dataset in DATASETS:
        recorded = dataset == "modal-frame"
        base = rng.uniform(0.7, 0.8, size=10)
        for method, shift in SHIFTS.items():
            noise = 0.05 * rng.standard_normal(10) if method == "skr-vae" else np.zeros(10)
            rows += [
                (dataset, method, seed, "modes_found" if recorded else "si_sdr", value, "ok", "")
                for seed, value in enumerate((base - shift + noise)[: 3 if recorded else 10])
            ]
    columns = ["dataset", "method", "seed", "score", "value", "status", "reason"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "scores.csv", index=False)
    return tmp_path / "scores.csv"


def test_the_best_and_what_is_not_distinguished_from_it_are_marked(scores, write_separation):
    _, markdown, latex = write_separation(read_scores(scores))
    rows = {
        cells[1].strip(" *"): cells[2:-1]
        for cells in (line.split("|") for line in markdown.read_text().splitlines())
        if len(cells) == 6
    }
    assert all(re.match(r" +\*\*\.\d+\*\* \[", cell) for cell in rows["gp-vae"])
    assert all("**" not in cell and "°" in cell for cell in rows["skr-vae"])
    assert all("**" not in cell and "°" not in cell for cell in rows["sobi"] + rows["oracle"])
    assert re.search(r"^gp-vae & \\textbf\{\.\d+\} \\aside", latex.read_text(), re.MULTILINE)
    assert re.search(r"^skr-vae & \.\d+ \\aside\{\.\d+\} \$\^\\circ\$", latex.read_text(), re.M)


def test_where_seeds_are_too_few_only_the_best_is_marked(scores, write_separation):
    text = write_separation(read_scores(scores))[1].read_text()
    recording = text.partition("## modal-frame")[2]
    assert recording.count("**") == 2
    assert "°" not in recording


def test_the_command_writes_all_tables_and_warns_of_families_too_large(scores, tmp_path, capsys):
    statistics, tables = tmp_path / "statistics", tmp_path / "tables"
    assert main(["statistics", "--scores", str(scores), "--out", str(statistics)]) == 0
    warning = "bssbench: warning: modal-frame, modes_found: 3 seeds are too few for 3 comparisons\n"
    assert capsys.readouterr().err == warning
    assert {path.name for path in statistics.iterdir() if path.is_file()} == set(FILES)
    assert main(["tables", "--statistics", str(statistics), "--out", str(tables)]) == 0
    written = {path.name for path in tables.iterdir() if path.is_file()}
    suffixes = ("csv", "md", "tex")
    names = ("separation", "comparisons", "ranks", "equivalence")
    assert written == {f"{name}.{end}" for name in names for end in suffixes}
    comparisons = pd.read_csv(tables / "comparisons.csv").set_index(["dataset", "method"])
    assert comparisons["mean_difference"]["waveforms", "sobi"] == pytest.approx(-0.3)
    ranks = pd.read_csv(tables / "ranks.csv").set_index("method")
    assert ranks["mean_rank"]["sobi"] == 3
    assert ranks["n_datasets"].eq(3).all()
    text = (tables / "ranks.md").read_text()
    assert "- modal-frame: a recording" in text
    assert "- oracle: a control" in text
    # In so few decibels all are equivalent.
    pairs = pd.read_csv(tables / "equivalence.csv")
    assert pairs["p_equivalent"].tolist() == [1, 1, 1]
    text = (tables / "equivalence.md").read_text()
    cells = [line.replace(" ", "").split("|")[1:-1] for line in text.splitlines() if "vae" in line]
    assert cells[0] == ["gp-vae", "–", "–", "–", "0", "2", "0", "0"]
    assert cells[1] == ["skr-vae", "0.00", "1.00", "0.00", "0", "2", "0", "0"]


def test_scores_of_one_method_have_nothing_to_compare(tmp_path):
    line = "dataset,method,seed,score,value,status,reason\ngp-equal,sobi,0,mcc,0.5,ok,\n"
    (tmp_path / "scores.csv").write_text(line)
    words = ["--scores", str(tmp_path / "scores.csv"), "--out", str(tmp_path)]
    assert main(["statistics", *words]) == 0
    assert main(["tables", "--statistics", str(tmp_path), "--out", str(tmp_path / "tables")]) == 0
    assert "nothing to compare" in (tmp_path / "tables" / "comparisons.md").read_text()
    assert "to be ranked" in (tmp_path / "tables" / "ranks.md").read_text()
    with pytest.raises(NotApplicable, match="too few methods"):
        draw(Results(tmp_path / "scores.csv", tmp_path, tmp_path, tmp_path))
    assert "to be compared" in (tmp_path / "tables" / "equivalence.md").read_text()
    with pytest.raises(NotApplicable, match="too few methods"):
        equivalence.draw(Results(tmp_path / "scores.csv", tmp_path, tmp_path, tmp_path))


def test_the_figure_has_a_label_for_each_method_and_whole_bars(scores, tmp_path):
    evaluate(read_scores(scores)).save(tmp_path)
    drawing = draw(Results(scores, tmp_path, tmp_path, tmp_path))
    (axis,) = drawing.figure.axes
    assert {text.get_text().strip("()0123456789.\N{NO-BREAK SPACE} ") for text in axis.texts} == {
        "gp-vae",
        "skr-vae",
        "sobi",
    }
    looks = {
        (line.get_color(), line.get_marker()) for line in axis.lines if line.get_marker() != "None"
    }
    assert looks == {(method_colour(m), method_marker(m)) for m in ("gp-vae", "skr-vae", "sobi")}
    means = drawing.data.set_index("method")["mean_rank"]
    bars = [line.get_xdata() for line in axis.lines if len(set(line.get_ydata())) == 1]
    # The critical difference is 2.343 √(3 · 4 / (6 · 3)) = 1.9: neighbours are joined.
    assert sorted(means) == [1, 2, 3]
    assert [list(bar) for bar in bars] == [[1, 2], [2, 3]]
    found = "Nemenyi's test distinguishes 1 of 3 pairs of methods"
    assert axis.get_xlabel().endswith(f"\n{found}")
    assert f"{found}: gp-vae ranks above sobi." in drawing.caption


def test_ranks_that_differ_from_the_same_others_share_a_clause(scores):
    (ranking,) = evaluate(read_scores(scores)).rankings
    p_values = ranking.p_values.copy()
    p_values.loc[["gp-vae", "skr-vae"], "sobi"] = 0.01
    both = dataclasses.replace(ranking, p_values=p_values)
    assert distinguished_pairs(both) == (
        "Nemenyi's test distinguishes 2 of 3 pairs of methods: gp-vae and skr-vae rank above sobi."
    )
    none = dataclasses.replace(ranking, p_values=p_values.clip(lower=0.5))
    assert distinguished_pairs(none) == (
        "Nemenyi's test distinguishes none of the 3 pairs of methods."
    )


def test_decided_pairs_are_counted_by_outcome():
    columns = ["p_better", "p_equivalent", "p_worse"]
    pairs = pd.DataFrame([[0.96, 0, 0.04], [0, 0.02, 0.98], [0, 0.95, 0.05], [0.5, 0.5, 0]])
    assert decided_pairs(pairs.set_axis(columns, axis=1)) == (
        "3 of 4 pairs are decided (2 with one method better, 1 equivalent)"
    )


def test_the_matrix_shows_which_methods_are_better_or_equivalent(scores, tmp_path):
    table = read_scores(scores)
    table.loc[table["method"] == "sobi", "value"] -= 30
    evaluate(table).save(tmp_path)
    drawing = equivalence.draw(Results(scores, tmp_path, tmp_path, tmp_path))
    axis = drawing.figure.axes[0]
    methods = [label.get_text() for label in axis.get_yticklabels()]
    assert methods == [label.get_text() for label in axis.get_xticklabels()]
    assert methods == ["gp-vae", "skr-vae", "sobi"]
    matrix = axis.images[0].get_array()
    pairs = drawing.data.set_index(["method", "other"])
    better = pairs.loc[("gp-vae", "sobi"), "p_better"]
    assert 0.8 < better < 1
    assert matrix[0, 2] == pytest.approx(100 * better)
    assert matrix[2, 0] == 100 * pairs.loc[("gp-vae", "sobi"), "p_worse"]
    assert matrix.mask.diagonal().all()
    written = {text.get_position(): text.get_text() for text in axis.texts}
    assert written[1, 0] == written[0, 1] == "="
    assert written[2, 0] == (str(int(100 * better)) if better >= 0.95 else "")
    assert drawing.caption.isascii()
