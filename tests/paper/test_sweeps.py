"""Sweeps and efficiency as tables, figures and the page of findings."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.paper.efficiency_table import efficiency_report
from bssbench.paper.findings_page import findings_report
from bssbench.paper.report import write
from bssbench.paper.style import save_drawing
from bssbench.paper.sweep_axes import positions
from bssbench.paper.sweep_lines import draw_lines
from bssbench.paper.sweep_map import draw_map
from bssbench.paper.sweep_table import sweep_report
from bssbench.statistics.efficiency import summarise_efficiency
from bssbench.statistics.sweeps import parse_sweep, read_sweep_table, sweep_table

AXES = {"length": [250, 1000, 4000], "noise": [0, 0.1], "mixing": ["linear", "mlp-1"]}
METHODS = ["sobi", "skr-vae", "oracle"]
LINES = {"kind": "lines", "x": "length", "rows": "noise", "columns": "mixing"}
MAP = {"kind": "map", "x": "length", "y": "noise", "at": {"mixing": "linear"}}
SEEDS = 3


def description(figure, /, **changes):
    """Return the JSON text of a sweep."""
    points = [dict(zip(AXES, values, strict=True)) for values in product(*AXES.values())]
    content = {
        **{"name": "three-ways", "question": "What helps?", "axes": AXES, "figure": figure},
        "points": [{"name": name_of(values), "values": values} for values in points],
        "cells": [["three-ways-001", method] for method in METHODS],
    }
    return json.dumps(content | changes)


def name_of(values):
    return "three-ways/" + ",".join(f"{axis}={value}" for axis, value in values.items())


@pytest.fixture
def interference(rng):
    """Of two methods and the oracle; sobi fails where the mixing is not linear."""
    rows = []
    for values in parse_sweep(description(LINES)).points.values():
        for method, seed in product(METHODS, range(SEEDS)):
            failed = method == "sobi" and values["mixing"] != "linear"
            power = np.nan if failed else 10 * rng.chisquare(2) / values["length"]
            rows.append(
                {
                    **{"dataset": name_of(values), "method": method, "seed": seed},
                    **{"interference": power, "bound": 4 / values["length"]},
                    **{"bound_kind": "innovations", "within_reach": values["noise"] == 0},
                    **{"bound_reason": "", "si_sdr": np.nan if failed else 15.0},
                    "seconds": values["length"] / 1e3,
                    **({"status": "timeout", "reason": "slow"} if failed else {}),
                }
            )
    table = pd.DataFrame(rows)
    return table.fillna({"status": "ok", "reason": ""})


def shown(interference, figure):
    sweep = parse_sweep(description(figure))
    return sweep, sweep_table(sweep, interference)


def test_a_row_for_each_point_and_method_in_the_order_of_the_sweep(interference, tmp_path):
    shuffled = interference.sample(frac=1.0, random_state=1)
    sweep, table = shown(shuffled, LINES)
    wanted = [(*values.values(), m) for values in sweep.points.values() for m in METHODS]
    assert list(table[[*AXES, "method"]].itertuples(index=False, name=None)) == wanted
    csv, markdown = write(sweep_report(sweep, table), tmp_path, formats=("csv", "md"))
    pd.testing.assert_frame_equal(read_sweep_table(csv), table.round(4), check_dtype=False)
    text = markdown.read_text()
    for words in ("What helps?", "- timeout: slow (sobi: 6 points)", " none |", "| bound"):
        assert words in text
    row = table.query("length == 4000 and noise == 0.1 and method == 'skr-vae'").iloc[0]
    entry = "{separation:.1f} [{separation_low:.1f}, {separation_high:.1f}]".format(**row)
    assert entry.replace("-", "−") in text


@pytest.mark.parametrize(
    ("figure", "draw"),
    [
        (LINES, draw_lines),
        (LINES | {"show": ["efficiency", "seconds"]}, draw_lines),
        (MAP, draw_map),
        (MAP | {"show": "efficiency"}, draw_map),
        (MAP | {"show": ["seconds"]}, draw_map),
    ],
)
def test_a_figure_draws_its_numbers_and_states_the_findings(figure, draw, interference, tmp_path):
    sweep, table = shown(interference, figure)
    drawing = draw(sweep, table)
    save_drawing(drawing, sweep.name, tmp_path)
    assert drawing.caption.isascii()
    assert not set(drawing.caption) & set("\n#$%&\\^_{}~")
    assert "skr-vae, within 1 dB" in drawing.caption
    assert "bound" in drawing.caption
    fixed = table[table["mixing"] == "linear"] if draw is draw_map else table
    assert len(drawing.data) == len(fixed)
    for quantity in sweep.figure.show:
        expected = fixed[quantity].to_numpy(dtype=float)
        assert drawing.data[quantity].to_numpy(dtype=float) == pytest.approx(expected, nan_ok=True)


def test_controls_do_not_set_the_limits_of_an_axis(interference):
    interference.loc[interference["method"] == "oracle", "interference"] = 1e-6
    drawing = draw_lines(*shown(interference, LINES))
    highest = drawing.data.groupby("method")["separation"].max()
    for axis in drawing.figure.axes:
        assert highest["skr-vae"] < axis.get_ylim()[1] < highest["oracle"]


def test_cells_without_a_value_are_hatched_and_a_map_shows_the_rest(interference):
    figure = MAP | {"at": {"mixing": "mlp-1"}}
    drawing = draw_map(*shown(interference, figure))
    panels = {axis.get_title(): axis for axis in drawing.figure.axes if axis.get_title()}
    assert list(panels) == METHODS
    hatched = {name: len(axis.patches) for name, axis in panels.items()}
    assert hatched == {"sobi": 6, "skr-vae": 0, "oracle": 0}
    own = drawing.data[drawing.data["method"] == "skr-vae"]
    drawn = np.asarray(panels["skr-vae"].images[0].get_array())
    wanted = own.pivot(index="noise", columns="length", values="separation").to_numpy()
    assert drawn == pytest.approx(wanted)


def test_a_sweep_without_values_has_nothing_to_draw(interference):
    failed = interference.assign(status="failed", reason="it broke", interference=np.nan)
    for figure, draw in ((LINES, draw_lines), (MAP, draw_map)):
        drawing = draw(*shown(failed.assign(si_sdr=np.nan), figure))
        assert drawing.caption == "Nothing to draw."


@pytest.mark.parametrize(
    ("values", "logarithmic"),
    [
        ([250, 1000, 4000], True),
        ([2, 4, 8], True),
        ([2, 3], False),
        ([0, 0.05, 0.4], False),
        ([4, 5.2, 8, 16, 40], True),
        (["linear", "mlp-1"], False),
    ],
)
def test_an_axis_is_logarithmic_where_values_are_multiples_or_widely_spread(values, logarithmic):
    assert positions(values)[1] == logarithmic


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"figure": {"kind": "lines", "x": "length"}}, "each of its axes once"),
        ({"figure": LINES | {"columns": "gap"}}, "each of its axes once"),
        ({"figure": LINES | {"kind": "pie"}}, "lines and map"),
        ({"figure": LINES | {"show": ["mcc"]}}, "can show"),
        ({"figure": MAP | {"show": ["si_sdr", "seconds"]}}, "one quantity"),
        ({"points": [{"name": "a", "values": {"length": 3}}]}, "a value on each axis"),
        ({"cells": None}, "not the description of a sweep"),
        ({"figure": LINES | {"x": 3}}, "not the description of a sweep"),
        ({"figure": LINES | {"show": [["mcc"]]}}, "not the description of a sweep"),
        ({"name": "../../elsewhere"}, "a name has letters, digits"),
    ],
)
def test_a_wrong_description_is_rejected_in_one_line(changes, message):
    with pytest.raises(InputError, match=message) as caught:
        parse_sweep(description(LINES, **changes))
    assert "\n" not in str(caught.value)


def test_a_cell_of_another_sweep_is_rejected(interference):
    with pytest.raises(InputError, match="no point of sweep"):
        shown(interference.assign(dataset="gp-distinct"), LINES)


def test_a_page_of_findings_has_question_sentence_table_and_figure(interference, tmp_path):
    _, table = shown(interference, LINES)
    report = findings_report({"three-ways": table}, {"three-ways": "figures/three-ways.png"})
    (page,) = write(report, tmp_path, formats=("md",))
    text = page.read_text()
    for words in ("## three-ways", "*What helps?*", "![three-ways](figures/three-ways.png)"):
        assert words in text
    assert report.data["finding"].iloc[0] in text
    assert "| *oracle*" in text


def test_the_table_of_efficiency_names_best_bound_and_what_is_missing(tmp_path):
    def rows(dataset, method, power, bound, **changes):
        own = {"dataset": dataset, "method": method, "seed": range(2), "interference": power}
        own |= {"bound": bound, "within_reach": bound == bound, "bound_kind": ""}
        own |= {"bound_reason": "" if bound == bound else "the law has no density"}
        own |= {"si_sdr": 20.0, "seconds": 1.0, "status": "ok", "reason": ""}
        return pd.DataFrame(own | changes)

    failed = {"status": "failed", "reason": "it broke", "si_sdr": np.nan}
    nowhere = "modal-frame"
    table = summarise_efficiency(
        pd.concat(
            [
                rows("gp-distinct", "oracle", 1e-4, 1e-3),
                rows("gp-distinct", "sobi", 4e-3, 1e-3),
                rows("gp-distinct", "skr-vae", 2e-3, 1e-3),
                rows("gp-distinct", "fastica", np.nan, 1e-3, **failed),
                rows("waveforms", "sobi", 1e-2, np.nan),
                rows(nowhere, "sobi", np.nan, np.nan, bound_reason="no true sources"),
            ]
        )
    )
    csv, markdown, latex = write(efficiency_report(table), tmp_path)
    assert len(pd.read_csv(csv)) == len(table)
    text = markdown.read_text()
    assert "**−3.0** [−3.0, −3.0]" in text
    assert "**27.0**" in text
    assert "- no bound: the law has no density: waveforms" in text
    assert "- no bound: no true sources: modal-frame" in text
    assert "- failed: it broke: gp-distinct (fastica)" in text
    grids = text.partition("## Why")[0]
    assert nowhere not in grids
    efficiency = grids.partition("Efficiency, dB")[2]
    assert "waveforms" not in efficiency.partition("\n\n")[0]
    assert "oracle" not in efficiency
    assert r"\label{tab:efficiency-efficiency-1-1}" in latex.read_text()
