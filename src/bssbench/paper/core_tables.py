"""The tables of kernel cores: time, growth, memory and accuracy against length."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from bssbench.kernels.cases import CHOICES
from bssbench.kernels.catalogue import CORES, REFERENCES, cores_of
from bssbench.paper.core_results import Measurement, headline
from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.scaling import fit_scaling

__all__ = ["core_report", "format_slope"]

_REFERENCE = REFERENCES["inversion"]
_INVERSION, _REGRESSION = cores_of("inversion"), cores_of("regression")
_SETTING = "forward and backward, three latents, one replicate"
_NOTE = (
    f"Cores that invert a kernel matrix ({_INVERSION[0]} to {_INVERSION[-1]}) and cores of kernel "
    "regression, which compute a different quantity at the same place of a model. T is the number "
    "of samples. 'Learned' includes the gradient with respect to the kernel's parameters. 'Fixed' "
    "keeps factors, weights or transforms between calls; computing them counts in the memory, not "
    "in the time. The kernel is the squared exponential unless the core's name has another. "
    f"{' '.join(core.note for core in CORES.values() if core.note)} "
    "'Arithmetic' is the precision that a core computes in, which for some is float64 whatever "
    "the precision of the data; compare only cores with the same arithmetic. "
    "The data are white noise. A dash: not measured, with the reason at the end."
)
_CHANGING = ", ".join(name for name, core in CORES.items() if core.changes_above)
_SLOPE = (
    "The slope is the exponent of T by least squares on logarithms, with the 95 % confidence "
    "interval of the scatter about a line. It is fitted to the largest sizes, from the T given, "
    "that take at least five times as long as the smallest "
    f"({_CHANGING}: above its change of solver); an interval needs three sizes. An overhead that "
    "grows with T lowers the slope."
)


_PACKAGES = ("python", "torch", "gpytorch", "numpy", "scipy")
# It needs half as many transforms of the same data.
_SHARED_FLOORS = {"spectral": "fft"}
_SETTINGS = [
    (str(parameters), str(dtype))
    for dtype in CHOICES["dtype"]
    for parameters in CHOICES["parameters"]
]
_ERRORS = {
    "relative_error": "Relative error of the divergence and its gradients, the largest, against a "
    "dense float64 reference",
    "error_nats": "Error of the divergence in nats against that reference",
    "gradient_error": "Relative error of the gradients, the largest, against that reference",
}


def format_slope(rows: pd.DataFrame, interval: bool = True) -> str:
    """Return a core's exponent of T, ``1.02 [0.98, 1.06]``; a dash where none can be fitted."""
    measured = rows[rows["seconds"] > 0]
    # Across a change of method there is no power law.
    changes = measured["core"].map(lambda core: CORES[core].changes_above)
    measured = measured[measured["length"] > changes]
    scaling = fit_scaling(measured["length"].tolist(), measured["seconds"].tolist())
    if scaling is None:
        return "–"
    if not interval:
        return f"{scaling.slope:.2f}"
    start = f"T ≥ {scaling.first:,}"
    if math.isnan(scaling.low):
        return f"{scaling.slope:.2f} (two sizes), {start}"
    return f"{scaling.slope:.2f} [{scaling.low:.2f}, {scaling.high:.2f}], {start}"


def _number(value: float) -> str:
    """Format to three significant digits without an exponent."""
    if not value > 0:
        return "0" if value == 0 else "–"
    digits = max(0, 2 - math.floor(math.log10(value)))
    return f"{value:,.{digits}f}"


def _entries(rows: pd.DataFrame, entries: pd.Series) -> pd.DataFrame:
    """Lay out entries as labels × lengths, in the order of `rows`."""
    lengths = sorted(rows["length"].unique())
    grid = rows.assign(entry=entries).pivot(index="label", columns="length", values="entry")
    grid = grid.loc[list(dict.fromkeys(rows["label"])), lengths].fillna("–")
    return grid.set_axis([f"{length:,}" for length in lengths], axis=1).rename_axis("core")


def _times(rows: pd.DataFrame) -> pd.DataFrame:
    """Return milliseconds at each length, and the slope."""
    entries = (1000 * rows["seconds"]).map(_number)
    grid = _entries(rows, entries.where(rows["status"] != "failed", "failed"))
    slopes = {label: format_slope(group) for label, group in rows.groupby("label")}
    computed_in = dict(zip(rows["label"], rows["arithmetic"], strict=True))
    grid.insert(0, "arithmetic", grid.index.map(computed_in))
    return grid.assign(slope=grid.index.map(slopes))


def _speed_ups(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many times faster than the reference each core is, where both were measured."""
    reference = rows[rows["core"] == _REFERENCE].set_index("length")["seconds"]
    ratios = rows["length"].map(reference).astype("float64") / rows["seconds"]
    return _entries(rows, ratios.map(_number))


def _floor_ratios(table: pd.DataFrame) -> pd.DataFrame | None:
    """Return each core's time as a multiple of the least that its arithmetic could take.

    A floor and its core are compared at equal sizes, and at equal kernels and parameters where the
    floor has these; a floor of no core is compared with none.
    """
    floors = table[table["core"].str.startswith("floor-", na=False)]
    floors = floors.assign(core=floors["core"].str.removeprefix("floor-"))
    shared = [floors[floors["core"] == of].assign(core=core) for core, of in _SHARED_FLOORS.items()]
    floors = pd.concat([floors, *shared])
    same = ["core", "length", "latents", "replicates", "pass", "dtype", "device", "threads"]
    pairs = table.merge(floors, on=same, suffixes=("", "_floor"))
    for column in ("kernel", "parameters", "grid"):
        has_own = pairs[column].isin(set(floors[column]))
        pairs = pairs[~has_own | (pairs[column] == pairs[f"{column}_floor"])]
    pairs = pairs[(pairs["seconds"] > 0) & (pairs["seconds_floor"] > 0)]
    found = []
    for (parameters, a_pass, dtype, replicates), group in pairs.groupby(
        ["parameters", "pass", "dtype", "replicates"], sort=False
    ):
        forward_too = group.assign(**{"pass": "forward+backward"})
        count = int(str(replicates))
        chosen = headline(forward_too, str(parameters), str(dtype), count)
        many = f", {count} replicates" if count > 1 else ""
        found.append(chosen.assign(label=f"{parameters}, {a_pass}, {dtype}{many}"))
    if not found or not sum(map(len, found)):
        return None
    rows = pd.concat(found)
    rows["label"] = rows["core"] + ", " + rows["label"]
    return _entries(rows, (rows["seconds"] / rows["seconds_floor"]).map(_number))


def _sections(table: pd.DataFrame) -> Iterator[Section]:
    """Yield the tables that have something in them."""
    for parameters, dtype in _SETTINGS:
        rows = headline(table, parameters, dtype)
        if rows.empty:
            continue
        what = f"{_SETTING}, {dtype} data, parameters {parameters}"
        name = f"{parameters}-{dtype}"
        yield _section(f"time-{name}", f"Milliseconds ({what})", _times(rows))
        if (rows["core"] == _REFERENCE).any():
            caption = f"Times as fast as {_REFERENCE} at the same T ({what})"
            yield _section(f"speed-up-{name}", caption, _speed_ups(rows))
        if rows["peak_bytes"].notna().any():
            megabytes = rows["peak_bytes"].astype("float64") / 1e6
            # Less is not resolved: the empty process's own peak varies by about as much.
            entries = megabytes.map(lambda x: "<1" if x < 1 else _number(x))
            caption = f"Peak memory in MB beyond that of an empty process ({what})"
            yield _section(f"memory-{name}", caption, _entries(rows, entries))
        for column, caption in _ERRORS.items():
            if rows[column].notna().any():
                errors = rows[column].map(lambda x: "–" if math.isnan(x) else f"{x:.1e}")
                label = f"{column.replace('_', '-')}-{name}"
                yield _section(label, f"{caption} ({what})", _entries(rows, errors))
    ratios = _floor_ratios(table)
    if ratios is not None:
        caption = (
            "Time as a multiple of the bare arithmetic on the same data: two transforms forward "
            "and two backward (fft, and spectral, which needs half of them), weights computed once "
            "in blocks and their products (dense), SciPy's Gaussian filter (banded)"
        )
        yield _section("floors", caption, ratios)


def _section(name: str, caption: str, entries: pd.DataFrame) -> Section:
    texts = 1 + ("arithmetic" in entries)
    return Section(caption, grids=(Grid(entries.reset_index(), label=name, text_columns=texts),))


def _conclusions(table: pd.DataFrame) -> list[str]:
    """State how much faster than the reference the fastest is, and compare both approaches."""
    found = []
    for parameters, dtype in _SETTINGS:
        rows = headline(table, parameters, dtype)
        what = f"Parameters {parameters}, {dtype} data"
        # A core that computes a bound gives another answer.
        bounds = [name for name, core in CORES.items() if core.bound]
        rows = rows[(rows["seconds"] > 0) & ~rows["core"].isin(bounds)]
        reference = rows[rows["core"] == _REFERENCE]
        if len(reference) and len(reference) < len(rows):
            length = reference["length"].max()
            there = rows[rows["length"] == length].set_index("label")["seconds"]
            best = str(there.drop(_REFERENCE).idxmin())
            ratio = _number(there[_REFERENCE] / there[best])
            found.append(
                f"{what}: at T = {length:,}, the largest at which {_REFERENCE} "
                f"was measured, {best} is the fastest other core, {ratio} times as fast."
            )
        exact = rows[rows["core"].isin([name for name, core in CORES.items() if core.exact])]
        for kind, own in (("exact inversion", exact), ("inversion, exact or not,", rows)):
            pairs = _fastest(own)
            if pairs:
                found.append(
                    f"{what}: time of the fastest {kind} as a multiple of that of the fastest "
                    f"regression at the same T: {'; '.join(pairs)}."
                )
    return found


def _fastest(rows: pd.DataFrame) -> list[str]:
    """Return, at each length, the time of the fastest inversion over that of regression."""
    pairs = []
    for length in sorted(rows["length"].unique()):
        there = rows[rows["length"] == length]
        inversion, regression = (
            there[there["core"].isin(cores)].sort_values("seconds").head(1)
            for cores in (_INVERSION, _REGRESSION)
        )
        if len(inversion) and len(regression):
            ratio = _number(inversion["seconds"].item() / regression["seconds"].item())
            names = f"{inversion['label'].item()}, {regression['label'].item()}"
            pairs.append(f"{ratio} at {length:,} ({names})")
    return pairs


def _header(measurement: Measurement) -> str:
    """Describe what was measured, where and how."""
    origins, table = measurement.origins, measurement.table

    def each(found: Iterable[Any]) -> str:
        return ", ".join(dict.fromkeys(map(str, found)))

    parts = [
        "Commit "
        + each(
            f"{(origin['commit'] or 'unknown')[:12]}"
            + (", with uncommitted changes" if origin["dirty"] else "")
            for origin in origins
        ),
        each(
            f"{origin['processor'] or 'unknown processor'}, {origin['processors']} processors, "
            f"{origin['memory_bytes'] / 2**30:.0f} GiB of memory"
            for origin in origins
        ),
        f"threads: {each(sorted(table['threads'].unique()))}",
        f"device: {each(sorted(table['device'].unique()))}",
        "denormal numbers flushed to zero",
        each(f"{name} {origin['versions'][name]}" for origin in origins for name in _PACKAGES),
    ]
    return "; ".join(parts) + "."


def _repetitions(table: pd.DataFrame) -> str:
    """State how often times were measured, and how far they differ."""
    measured = table[table["processes"] > 0]
    if measured.empty:
        return ""
    most = measured["processes"].max()
    fewer = " (fewer for cases that take seconds)" if (measured["processes"] < most).any() else ""
    text = (
        f"A time is the median over {most} processes{fewer}, each alone on the machine; in each "
        "process it is the median of runs that alternate with those of the other cores."
    )
    spread = measured["spread"].dropna()
    if spread.empty:
        return text
    return (
        f"{text} The longest and the shortest time over processes differ by a factor of "
        f"{spread.median():.2f} in the median case and of {spread.max():.2f} at most."
    )


def _missing(table: pd.DataFrame) -> str:
    """List why values are missing, for each core once for each kind of reason."""
    incomplete = table[table["reason"] != ""]
    kinds = incomplete["reason"].str.split(":").str[0]
    lines = []
    for (core, status, _), group in incomplete.groupby(["core", "status", kinds], sort=False):
        # The reason at the smallest length is given for all.
        first = group.sort_values("length", kind="stable").iloc[0]
        lengths = ", ".join(f"{length:,}" for length in sorted(group["length"].unique()))
        place = f"{core} at T = {lengths}"
        state = "" if status == "ok" else f"{status}, "
        lines.append(f"- {place}: {state}{first['reason']}")
    return "\n".join(lines) or "No value is missing."


def core_report(measurement: Measurement) -> Report:
    """Return a table for each quantity that was measured."""
    table = measurement.table
    conclusions = "\n".join(f"- {line}" for line in _conclusions(table))
    preface = (_header(measurement), _NOTE, _repetitions(table), _SLOPE, conclusions)
    missing = Section("Why values are missing", remarks=_missing(table))
    return Report(
        "cores",
        "Kernel cores",
        "Columns are numbers of samples T.",
        table,
        (*_sections(table), missing),
        tuple(filter(None, preface)),
    )
