"""The table of training costs: seconds to the same separation and peak memory, against length."""

import math

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.scores.training_cost import SEPARATED

__all__ = ["training_cost_report"]

_BASELINE = "skr-vae"
_TO_SEPARATION = f"s to MCC {SEPARATED}"
_RATIO = f"ratio to {_BASELINE}"
_TITLE = "Training cost on gp-distinct"


def _note(costs: pd.DataFrame) -> str:
    """Say what was measured, and on what."""

    def each(column: str) -> str:
        return ", ".join(dict.fromkeys(str(value) for value in costs[column] if value))

    return (
        f"Wall seconds, start-up excluded, until the MCC (median over {each('seeds')} seeds) first "
        f"reaches {SEPARATED}, looked at 60 times during a training whose schedule is fixed; all "
        "seeds in one batch, one initialisation of each unless 'restarts' says otherwise; "
        f"{_RATIO}: of these seconds, at the same T. Peak memory is the process's, interpreter and "
        "libraries included. Each measured once, alone on the machine; "
        f"threads: {each('threads')}; device: {each('device')}."
    )


def _number(value: float) -> str:
    """Format seconds or a ratio with two or three significant digits; a dash for none."""
    if math.isnan(value):
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _entries(costs: pd.DataFrame) -> pd.DataFrame:
    """Return entries, a row for each method and length."""
    baseline = costs[costs["method"] == _BASELINE].drop_duplicates("length")
    divisors = dict(zip(baseline["length"], baseline["seconds_to_separation"], strict=True))
    seconds = costs["seconds_to_separation"]
    # A method that failed says so where its number would be; a dash alone is a limit, or no MCC.
    named = costs["status"].where(costs["status"].isin(["failed", "timeout"]), "–")
    return pd.DataFrame(
        {
            "method": costs["method"],
            "core": costs["core"],
            "length-scales": costs["length_scales"],
            "parameters": costs["parameters"],
            "T": costs["length"].map("{:,}".format),
            _TO_SEPARATION: seconds.map(_number).where(seconds.notna(), named),
            _RATIO: (seconds / costs["length"].map(divisors)).map(_number),
            "s of training": costs["seconds_of_training"].map(_number),
            "MCC": costs["mcc"].map(lambda value: "–" if pd.isna(value) else f"{value:.3f}"),
            "MB": costs["peak_bytes"].map(lambda b: "–" if pd.isna(b) else f"{b / 1e6:.0f}"),
        }
    )


def _reasons(costs: pd.DataFrame) -> str:
    """List why seconds are missing, each reason once for a method."""
    missing = costs[costs["seconds_to_separation"].isna()]
    lines = []
    for (method, core, reason), group in missing.groupby(["method", "core", "reason"], sort=False):
        lengths = ", ".join(group["length"].map("{:,}".format))
        lines.append(f"- {f'{method} ({core})' if core else method}, T = {lengths}: {reason}")
    return "\n".join(lines) or "None is."


def training_cost_report(costs: pd.DataFrame) -> Report:
    """Return the table, in the order of `read_costs`."""
    missing = Section("Why values are missing", remarks=_reasons(costs))
    table = Section(grids=(Grid(_entries(costs), text_columns=4),))
    return Report("training_cost", _TITLE, _note(costs), costs, (table, missing))
