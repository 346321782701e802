"""The report: one HTML file with embedded pictures, which needs no network."""

import base64
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bssbench.paper.recording_picture import draw_patterns, draw_spectra, draw_stability
from bssbench.recording.printing import printable
from bssbench.recording.result import Result
from bssbench.recording.stability import TRUSTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Section", "SectionTable", "embedded", "page", "picture", "png", "sections_of"]

_RESOLUTION = 130


@dataclass(frozen=True)
class SectionTable:
    """A table of a section, with cells as text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """A part of the report: paragraphs, an optional table and an optional picture (PNG, base64)."""

    title: str
    paragraphs: Sequence[str] = ()
    table: SectionTable | None = None
    picture: str = ""


def png(figure: "Figure", resolution: int = _RESOLUTION) -> bytes:
    """Return a figure as PNG; characters missing in the font become boxes, without a warning."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
        figure.savefig(buffer, format="png", dpi=resolution, metadata={"Software": None})
    return buffer.getvalue()


def embedded(image: bytes) -> str:
    """Return an image in base64, to embed it in the page."""
    return base64.b64encode(image).decode("ascii")


def picture(figure: "Figure") -> str:
    """Return a figure as PNG in base64, to embed it in the page."""
    return embedded(png(figure))


def page(
    title: str,
    understood: Sequence[str],
    doubts: Sequence[str],
    sections: Sequence[Section],
    provenance: dict[str, Any],
) -> str:
    """Return the HTML page.

    Parameters
    ----------
    title : str
        The recording and the method.
    understood, doubts : sequence of str
        How the recording was read, and the warnings.
    sections : sequence of Section
        The sections, in order.
    provenance : dict
        From `bssbench.experiment.provenance.provenance`.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        # Escapes bytes of a file name that are not text, and other unprintable characters.
        finalize=lambda value: printable(value) if isinstance(value, str) else value,
    )
    versions, commit = provenance["versions"], provenance["commit"] or "unknown"
    # Markup is a str too, but is created after this step.
    return environment.get_template("report.html.j2").render(
        title=title,
        understood=understood,
        warnings=doubts,
        sections=sections,
        folder=str(Path.cwd()),
        command=provenance["command"],
        versions=(
            f"bssbench {versions['bssbench']} (commit {commit}), Python "
            f"{versions['python']}, NumPy {versions['numpy']}, torch {versions['torch']}; "
            f"{provenance['time']}"
        ),
    )


def sections_of(result: Result, estimates: str, eigenvalues: str) -> list[Section]:
    """Return the sections for one method's result, given two pictures in base64."""
    arranged, method = result.arranged, result.asked.method
    rate, channels = result.understood.sampling_rate, result.understood.prepared.names
    return [
        Section(
            "Sources",
            [
                "Each source has mean zero and unit variance. Sources are ordered by the share of "
                "the variance of the channels that they explain, with every channel scaled to unit "
                "variance. Each sign is such that the largest weight on a channel is positive.",
            ],
            _summary(result),
            estimates,
        ),
        Section(
            "Spectra",
            ["Power spectral density of each source, by Welch's method."],
            picture=picture(draw_spectra(arranged.sources, method, rate)),
        ),
        Section(
            "Sensor patterns",
            [
                "The weight of each source on each channel, in the units of the file: the columns "
                "of the mixing matrix, by least squares of the channels on the sources.",
            ],
            picture=picture(draw_patterns(arranged.mixing_matrix, channels)),
        ),
        _stability_section(result),
        Section("How many sources?", [_counted(result)], picture=eigenvalues),
    ]


def _summary(result: Result) -> SectionTable:
    arranged, judged = result.arranged, result.stability
    columns = ["source", "explained variance"]
    cells = [
        [str(index + 1) for index in range(result.n_sources)],
        [f"{share:.2%}" for share in arranged.explained],
    ]
    if judged is not None:
        columns += ["cluster quality I_q", "found in runs", "stable"]
        cells += [
            [f"{value:.3f}" for value in judged.quality],
            [f"{share:.0%}" for share in judged.found_in],
            ["yes" if trusted else "no" for trusted in judged.trusted],
        ]
    if arranged.uncertainty is not None:
        columns.append("posterior standard deviation")
        cells.append([f"{value:.3g}" for value in arranged.uncertainty])
    return SectionTable(columns, list(zip(*cells, strict=True)))


def _stability_section(result: Result) -> Section:
    judged, asked = result.stability, result.asked
    if judged is None:
        options = [] if asked.load().deterministic else ["--seeds 10"]
        options += [] if asked.nonlinear else ["--bootstrap 20"]
        advice = f" Use {' or '.join(options)}." if options else ""
        return Section("Stability", [f"Not measured, because there was only one run.{advice}"])
    block = (
        ""
        if result.found.block is None
        else f", of which {asked.bootstrap} on bootstrap resamples in blocks of "
        f"{result.found.block} samples"
    )
    text = (
        f"{judged.n_runs} runs{block}. Their sources are clustered by |correlation| (ICASSO). The "
        "quality of a cluster is the mean similarity within it minus the mean similarity to all "
        f"other sources. A source below {TRUSTED} is unstable and should not be interpreted."
    )
    return Section("Stability", [text], picture=picture(draw_stability(judged.quality, TRUSTED)))


def _counted(result: Result) -> str:
    count = result.understood.count
    estimate = "no clear number" if count.number is None else str(count.number)
    return (
        f"Number of sources by the eigenvalues: {estimate} ({count.reason}). The criterion is "
        f"{count.criterion}. Sources that were separated: {result.n_sources}."
    )
