"""The charts of the page, as Vega-Lite; the page gives each its data.

A text that begins with ``$`` is a place that the page fills: ``$value`` is the title of the axis of
values. Scales of methods list all of them; the page keeps those that are drawn.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt

__all__ = ["charts"]

Looks = Mapping[str, tuple[str, str]]
# What Altair returns where it puts charts over each other.
Layered = alt.LayerChart | alt.FacetChart

_BLUE, _VERMILLION, _GREY = "#0072B2", "#D55E00", "#BBBBBB"
_FONT = "system-ui, sans-serif"
_CONFIG: dict[str, Any] = {
    "aria": False,
    "background": "transparent",
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "#eeeeee",
        "tickCount": 8,
    },
    "axisY": {"labelLimit": 240},
    "header": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
    "legend": {"labelFontSize": 12, "orient": "bottom", "title": None, "symbolLimit": 0},
}


_FIT = alt.AutoSizeParams(type="fit-x", contains="padding")


def charts(methods: Looks, cores: Looks) -> dict[str, dict[str, Any]]:
    """Return all charts by name, given the looks of methods and cores."""
    drawn = {
        "scores": _scores(methods),
        "map": _map(),
        "pairs": _pairs(methods),
        "differences": _differences(),
        "sources": _over("signals", "$time", "s.d."),
        "spectra": _over("spectra", "$frequency", "dB"),
        "learning": _learning(),
        "cores": _lines("core", cores, logarithmic=True),
        "training": _lines("method", methods, logarithmic=True),
        "sweep": _lines("method", methods, logarithmic=False),
    }
    return {name: chart.configure(**_CONFIG).to_dict() for name, chart in drawn.items()}


def _scale(looks: Looks, which: int) -> alt.Scale:
    # An empty domain is no domain: without methods or cores Vega-Lite takes its own colours.
    if not looks:
        return alt.Scale()
    return alt.Scale(domain=list(looks), range=[look[which] for look in looks.values()])


def _legend() -> alt.Legend:
    return alt.Legend(columns=3, title=None)


def _scores(methods: Looks) -> Layered:
    """Rows of methods, or data sets, with seeds, the median and its interval."""
    y = alt.Y("label:N", sort=None, title=None)
    x = alt.X("value:Q", title="$value", scale=alt.Scale(zero=False, padding=8))
    colour = alt.Color("method:N", scale=_scale(methods, 0), legend=None)
    seeds = (
        alt.Chart(alt.NamedData("seeds"))
        .mark_tick(thickness=1.5, opacity=0.45)
        .encode(y, x, colour, tooltip=["label:N", "seed:Q", "value:Q"])
    )
    summary = alt.Chart(alt.NamedData("summary"))
    interval = summary.mark_rule(strokeWidth=2.5).encode(
        y, alt.X("median_low:Q", title="$value"), alt.X2("median_high:Q"), colour
    )
    named = ["label:N", "value:Q", "median_low:Q", "median_high:Q", "n_ok:Q", "n_seeds:Q"]
    median = summary.mark_point(filled=True, size=70, opacity=1).encode(
        y, x, colour, alt.Shape("method:N", scale=_scale(methods, 1), legend=None), tooltip=named
    )
    return alt.layer(seeds, interval, median).properties(autosize=_FIT, width="container")


def _map() -> alt.Chart:
    """Medians of all methods on all data sets."""
    return (
        alt.Chart(alt.NamedData("summary"))
        .mark_rect()
        .encode(
            alt.X("method:N", sort=None, title=None, axis=alt.Axis(labelAngle=-60)),
            alt.Y("dataset:N", sort=None, title=None),
            alt.Color("value:Q", title="$value", scale=alt.Scale(scheme="viridis")).legend(
                orient="top", title="$value", gradientLength=200
            ),
            tooltip=["dataset:N", "method:N", "value:Q", "median_low:Q", "median_high:Q"],
        )
        .properties(width=alt.Step(20), height=alt.Step(20))
    )


def _pairs(methods: Looks) -> Layered:
    """Two columns of dots, those of a seed joined."""
    base = alt.Chart(alt.NamedData("seeds")).encode(
        alt.X("method:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        alt.Y("value:Q", title="$value", scale=alt.Scale(zero=False)),
    )
    lines = base.mark_line(color=_GREY, strokeWidth=1).encode(detail="seed:N")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        alt.Color("method:N", scale=_scale(methods, 0), legend=None),
        alt.Shape("method:N", scale=_scale(methods, 1), legend=None),
        tooltip=["method:N", "seed:N", "value:Q"],
    )
    return alt.layer(lines, dots).properties(autosize=_FIT, width="container", height=260)


def _differences() -> Layered:
    """Dots of differences by seed, with zero and the interval of the mean where it is known."""
    x = alt.X("difference:Q", title="$difference", scale=alt.Scale(padding=8))
    zero = alt.Chart(alt.NamedData("zero")).mark_rule(color="#555555").encode(x)
    interval = (
        alt.Chart(alt.NamedData("interval"))
        .mark_rect(color=_BLUE, opacity=0.15)
        .encode(alt.X("low:Q", title="$difference"), alt.X2("high:Q"))
    )
    dots = (
        alt.Chart(alt.NamedData("differences"))
        .mark_point(filled=True, size=60, opacity=1, color=_BLUE)
        .encode(alt.Y("seed:O", title="seed"), x, tooltip=["seed:O", "difference:Q"])
    )
    return alt.layer(interval, zero, dots).properties(autosize=_FIT, width="container")


def _over(data: str, x: str, y: str) -> alt.FacetChart:
    """Rows of sources, the estimate drawn over the true one."""
    base = alt.Chart().encode(alt.X("x:Q", title=x, scale=alt.Scale(nice=False)))
    true = base.mark_line(color=_GREY, strokeWidth=3).encode(alt.Y("true:Q", title=y))
    estimate = base.mark_line(color=_BLUE, strokeWidth=1.2).encode(
        alt.Y("estimated:Q", title=y, axis=alt.Axis(tickCount=4))
    )
    layered = alt.layer(true, estimate).properties(width=300, height=90)
    return layered.facet(data=alt.NamedData(data), row=_row("source"), spacing=8)


def _row(name: str) -> alt.Row:
    header = alt.Header(labelOrient="top", labelAnchor="start")
    return alt.Row(f"{name}:N", title=None, sort=None, header=header)


def _learning() -> alt.FacetChart:
    """SI-SDR and loss at each recorded step."""
    line = (
        alt.Chart()
        .mark_line(color=_VERMILLION, point=alt.OverlayMarkDef(size=14, color=_VERMILLION))
        .encode(
            alt.X("step:Q", title="step of the training"),
            alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            tooltip=["quantity:N", "step:Q", "value:Q"],
        )
        .properties(width=300, height=130)
    )
    rows = line.facet(data=alt.NamedData("records"), row=_row("quantity"), spacing=8)
    return rows.resolve_scale(y="independent")


def _lines(name: str, looks: Looks, logarithmic: bool) -> Layered:
    """Lines over a length or an axis of a sweep, with intervals and a bound where there are any."""
    if logarithmic:
        x_scale = alt.Scale(type="log", nice=False, padding=8)
        x = alt.X("x:Q", title="$x", scale=x_scale, axis=alt.Axis(format="~s"))
        # A cost has no natural zero on a logarithmic axis.
        y_scale, y_axis = alt.Scale(type="log"), alt.Axis(format="$format")
        y = alt.Y("value:Q", title="$value", scale=y_scale, axis=y_axis)
    else:
        x = alt.X("x:O", title="$x", axis=alt.Axis(labelAngle=0), sort=None)
        y = alt.Y("value:Q", title="$value", scale=alt.Scale(zero=False))
    colour = alt.Color(f"{name}:N", scale=_scale(looks, 0), legend=_legend())
    base = alt.Chart(alt.NamedData("rows")).encode(x, colour)
    lines = base.mark_line(strokeWidth=1.5).encode(y, detail="series:N")
    points = base.mark_point(filled=True, size=55, opacity=1).encode(
        y,
        alt.Shape(f"{name}:N", scale=_scale(looks, 1), legend=_legend()),
        tooltip=["series:N", "x:Q" if logarithmic else "x:O", "value:Q", "low:Q", "high:Q"],
    )
    layers = [lines, points]
    if not logarithmic:
        intervals = base.mark_rule(strokeWidth=1, strokeOpacity=0.5).encode(
            alt.Y("low:Q", title="$value"), alt.Y2("high:Q")
        )
        bound = (
            alt.Chart(alt.NamedData("bound"))
            .mark_line(color="#000000", strokeDash=[5, 3])
            .encode(x, y)
        )
        layers = [intervals, *layers, bound]
    return alt.layer(*layers).properties(autosize=_FIT, width="container", height=320)
