"""The table of training costs: seconds to the same separation and peak memory, against length."""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.scores.training_cost import SEPARATED, SEPARATED_DECIBELS
from bssbench.statistics.rounds import FEWEST_ROUNDS, ratio_over_rounds

__all__ = ["training_cost_report"]

_BASELINE = "skr-vae"
_TO_SEPARATION = f"s to MCC {SEPARATED}"
_RATIO = f"ratio to {_BASELINE}"
_TITLE = "Training cost on gp-distinct"
_TRIAL = ["method", "parameters", "sources", "seeds"]
_MEDIANS = [
    "seconds_to_separation",
    "seconds_to_decibels",
    "seconds_of_training",
    "mcc",
    "si_sdr",
    "peak_bytes",
]


def _each(values: Iterable[Any]) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in values if value))


def _note(costs: pd.DataFrame) -> str:
    """Describe what was measured, and on which machine."""
    return (
        f"Wall seconds, without start-up, until the MCC (median over {_each(costs['seeds'])} "
        f"seeds) first reaches {SEPARATED} and the mean SI-SDR first reaches "
        f"{SEPARATED_DECIBELS:g} dB, evaluated 60 times during training with a fixed schedule. All "
        "seeds are in one batch, with one initialisation each unless the parameter 'restarts' is "
        "given. Peak memory is that of the process, with interpreter and libraries. Numbers are "
        "medians over the given number of processes, each alone on the machine, those of one T in "
        f"turn. {_RATIO}: of the seconds to that MCC at the same T, the geometric mean over "
        f"rounds, with its 99 % interval by Student's t from {FEWEST_ROUNDS} rounds on. Threads: "
        f"{_each(costs['threads'])}; device: "
        f"{_each(costs['device'])}."
    )


def _summary(costs: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each trial and length: its rounds' medians, and the ratio to the baseline.

    Trials are in the order of their first rows.
    """
    rows = []
    for _, trial in costs.groupby(_TRIAL, sort=False):
        for _, rounds in trial.groupby("length"):
            finished = rounds[rounds["status"] == "ok"]
            first = (finished if len(finished) else rounds).iloc[0]
            missing = rounds.loc[rounds["status"] != "ok", "reason"].tolist()
            rows.append(
                {
                    **first[["method", "core", "length_scales", "parameters"]],
                    **first[["length", "sources", "seeds"]],
                    "processes": len(finished),
                    **finished[_MEDIANS].astype("float64").median(),
                    **_ratio(costs, rounds),
                    "status": first["status"],
                    "reason": _each([first["reason"], *missing]),
                    **first[["threads", "device"]],
                }
            )
    return pd.DataFrame(rows).astype({"peak_bytes": "Int64"})


def _ratio(costs: pd.DataFrame, rounds: pd.DataFrame) -> dict[str, float]:
    """Return how many times as long a trial takes to separate as the baseline's first one."""
    like = ["length", "sources", "seeds", "device"]
    baseline = costs[costs["method"] == _BASELINE].merge(rounds[like].head(1), on=like)
    baseline = baseline.drop_duplicates("round")
    seconds = (own.set_index("round")["seconds_to_separation"] for own in (rounds, baseline))
    found = ratio_over_rounds(*seconds)
    return {"ratio": found.estimate, "ratio_low": found.low, "ratio_high": found.high}


def _number(value: float) -> str:
    """Format seconds or a ratio with two or three significant digits; a dash for none."""
    if math.isnan(value):
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _ratio_entry(row: pd.Series) -> str:
    interval = f" [{_number(row['ratio_low'])}, {_number(row['ratio_high'])}]"
    return _number(row["ratio"]) + ("" if pd.isna(row["ratio_low"]) else interval)


def _entries(costs: pd.DataFrame) -> pd.DataFrame:
    """Return entries, a row for each method and length."""
    seconds = costs["seconds_to_separation"]
    # The status replaces the number of a failed method; a dash means a limit, or no MCC.
    named = costs["status"].where(costs["status"].isin(["failed", "timeout"]), "–")
    return pd.DataFrame(
        {
            "method": costs["method"],
            "core": costs["core"],
            "length-scales": costs["length_scales"],
            "parameters": costs["parameters"],
            "sources": costs["sources"].astype(str),
            "T": costs["length"].map("{:,}".format),
            _TO_SEPARATION: seconds.map(_number).where(seconds.notna(), named),
            _RATIO: costs.apply(_ratio_entry, axis=1),
            f"s to {SEPARATED_DECIBELS:g} dB": costs["seconds_to_decibels"].map(_number),
            "s of training": costs["seconds_of_training"].map(_number),
            "MCC": costs["mcc"].map(lambda value: "–" if pd.isna(value) else f"{value:.3f}"),
            "dB": costs["si_sdr"].map(lambda value: "–" if pd.isna(value) else f"{value:.1f}"),
            "MB": costs["peak_bytes"].map(lambda b: "–" if pd.isna(b) else f"{b / 1e6:.0f}"),
            "processes": costs["processes"].astype(str),
        }
    )


def _reasons(costs: pd.DataFrame) -> str:
    """List why values are missing, each reason once for a method."""
    missing = costs[costs["reason"] != ""]
    lines = []
    for (method, core, reason), group in missing.groupby(["method", "core", "reason"], sort=False):
        lengths = ", ".join(group["length"].map("{:,}".format))
        lines.append(f"- {f'{method} ({core})' if core else method}, T = {lengths}: {reason}")
    return "\n".join(lines) or "No value is missing."


def training_cost_report(costs: pd.DataFrame) -> Report:
    """Return the table, of the rounds that `read_costs` returns."""
    summary = _summary(costs)
    missing = Section("Why values are missing", remarks=_reasons(summary))
    table = Section(grids=(Grid(_entries(summary), text_columns=4),))
    return Report("training_cost", _TITLE, _note(costs), summary, (table, missing))
