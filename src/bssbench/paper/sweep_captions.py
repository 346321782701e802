"""The captions of the figures of sweeps: what is drawn, from how many seeds, and what it shows."""

from collections.abc import Iterable

import pandas as pd

from bssbench.paper.drawing import enumerated
from bssbench.paper.sweep_axes import heading
from bssbench.statistics.findings import find
from bssbench.statistics.sweeps import Sweep

__all__ = ["name_quantities", "sweep_caption"]

_QUANTITIES = {
    "efficiency": "efficiency (mean Cramer-Rao bound over mean power of interference, in dB; 0 is "
    "the best that is possible)",
    "separation": "separation (signal over mean power of interference, in dB)",
    "si_sdr": "mean SI-SDR in dB",
    "seconds": "CPU seconds of solving for one seed",
}


def name_quantities(quantities: Iterable[str]) -> str:
    """Return the quantities of `bssbench.statistics.efficiency.QUANTITIES` in words."""
    return enumerated(_QUANTITIES[quantity] for quantity in quantities)


def sweep_caption(sweep: Sweep, table: pd.DataFrame, drawn: str, marks: Iterable[str]) -> str:
    """Return the caption of a sweep's figure.

    Parameters
    ----------
    sweep : Sweep
        Its description.
    table : pandas.DataFrame
        From `bssbench.statistics.sweeps.sweep_table`.
    drawn : str
        What is drawn over which axes, without a full stop.
    marks : iterable of str
        Sentences about what marks mean.
    """
    fixed = [heading(axis, value) for axis, value in sweep.figure.at.items()]
    where = f" at {enumerated(fixed)}" if fixed else ""
    seeds = sorted(set(table["n_seeds"]))
    counted = str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
    sentences = [f"Sweep {sweep.name}: {drawn}{where}.", f"Number of seeds: {counted}.", *marks]
    return " ".join([*sentences, find(table).lead])
