"""What there is to know of each score, which tables, statistics and verification read here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["SCORES", "Score", "headline_scores"]


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes
    ----------
    name : str
        As in ``scores.csv``.
    description : str
        A line for `bssbench list`.
    caption : str
        How tables name it, with its unit.
    tolerance : float
        How far one seed's score may be from its record in another environment, in the score's unit;
        for the mean over n seeds it is divided by √n, because rounding sends each seed its own way.
    better : {'higher', 'lower'} or None
        None where no value is better than another.
    decimals : int
        In tables.
    axis : str
        How figures name it, where they draw it.
    headline : bool
        Whether comparisons between methods rest on it.
    counted : bool
        Whether it is 0 or 1 for each seed, so that tables count the ones.
    """

    name: str
    description: str
    caption: str
    tolerance: float
    better: Literal["higher", "lower"] | None = "higher"
    decimals: int = 3
    axis: str = ""
    headline: bool = False
    counted: bool = False

    @property
    def lower_is_better(self) -> bool:
        """Whether a lower value is better."""
        return self.better == "lower"


def _electrodes() -> Iterator[Score]:
    for name in ("EOG1", "EOG2"):
        yield Score(
            name=f"{name.lower()}_correlation",
            description="absolute correlation of the best component with held-out electrode "
            f"{name}",
            caption=f"correlation of the best component with electrode {name} (higher is better)",
            tolerance=0.1,
            axis=f"correlation\nwith {name}",
            headline=True,
        )
        yield Score(
            name=f"{name.lower()}_ceiling",
            description=f"multiple correlation of {name} with all observations: no component has "
            "more",
            caption=f"multiple correlation of {name} with all observations, the ceiling of that",
            tolerance=1e-6,
        )


def _with_starts(scores: Iterable[Score]) -> Iterator[Score]:
    """Yield errors of a prior's parameters after training, then those before it."""
    scores = tuple(scores)
    yield from scores
    for score in scores:
        yield Score(
            name=f"{score.name}_start",
            description=f"{score.name} before training",
            caption=f"{score.caption}, before training",
            tolerance=score.tolerance,
            better=score.better,
            decimals=score.decimals,
        )


_ALL = (
    Score(
        name="mcc",
        description="mean absolute Pearson correlation of matched sources; 1 is perfect",
        caption="MCC (mean absolute correlation, higher is better)",
        tolerance=0.1,
        axis="MCC",
        headline=True,
    ),
    Score(
        name="mcc_spearman",
        description="the same with Spearman's rank correlation; 1 is perfect",
        caption="MCC of ranks (Spearman, higher is better)",
        tolerance=0.1,
    ),
    Score(
        name="amari",
        description="Amari distance of unmixing and mixing matrix, non-squared, in [0, 1]; 0 is "
        "perfect",
        caption="Amari distance (lower is better)",
        tolerance=0.2,
        better="lower",
    ),
    Score(
        name="si_sdr",
        description="scale-invariant signal-to-distortion ratio in dB, matched sources; higher is "
        "better",
        caption="SI-SDR in dB (higher is better)",
        tolerance=3.0,
        decimals=1,
    ),
    Score(
        name="rmse",
        description="error after matching and scaling, in standard deviations of a source; 0 is "
        "perfect",
        caption="aligned RMSE in standard deviations (lower is better)",
        tolerance=0.15,
        better="lower",
    ),
    Score(
        name="r2",
        description="share of the true sources that a linear map of all estimates explains; 1 is "
        "perfect",
        caption="R² of a linear map from all estimates to the true sources (higher is better)",
        tolerance=0.01,
    ),
    Score(
        name="modes_found",
        description="reference modes that a component isolates (recordings of structures)",
        caption="reference modes found",
        tolerance=1.5,
        decimals=0,
        axis="modes found",
        headline=True,
    ),
    Score(
        name="mode_purity",
        description="smallest spectral purity over the modes found; 1 is perfect",
        caption="spectral purity of the modes found",
        tolerance=0.1,
    ),
    *_electrodes(),
    Score(
        name="fetal_heart_found",
        description="1 if a component beats like a fetal heart, else 0; see also its purity",
        caption="seeds with a component that beats like a fetal heart",
        tolerance=0.6,
        counted=True,
    ),
    Score(
        name="beat_rate",
        description="beats a minute of that component, if there is one",
        caption="of the hearts found, beats a minute",
        tolerance=3.0,
        better=None,
        decimals=1,
    ),
    Score(
        name="beat_regularity",
        description="coefficient of variation of its intervals; lower is better",
        caption="of the hearts found, coefficient of variation of the intervals (lower is better)",
        tolerance=0.05,
        better="lower",
    ),
    Score(
        name="beat_purity",
        description="share of its variance that is the same in every beat; 1 is perfect, and 0.35 "
        "the median of random rotations",
        caption="of the hearts found, variance that is the same in every beat (higher is better; "
        "349 of 500 random rotations had rate and regularity of a heart, and a median purity of "
        "0.35)",
        tolerance=0.1,
        axis="purity of the\nfetal heart",
        headline=True,
    ),
    *_with_starts(
        [
            Score(
                name="length_scale_error",
                description="learned length-scales against the sources' own, in octaves; 0 is best",
                caption="error of learned length-scales in octaves (lower is better)",
                tolerance=0.3,
                better="lower",
            ),
            Score(
                name="spectrum_error",
                description="log-spectral distance in dB of learned autoregressions from the "
                "sources' own, at unit power; 0 is best",
                caption="log-spectral distance of learned autoregressions in dB (lower is better)",
                tolerance=2.0,
                better="lower",
            ),
            Score(
                name="innovation_error",
                description="kurtosis of learned innovations against the sources' own, in octaves: "
                "a Gaussian in place of a Laplace distribution is 1; 0 is best",
                caption="error of the kurtosis of learned innovations in octaves (lower is better)",
                tolerance=0.3,
                better="lower",
            ),
        ]
    ),
)

SCORES = {score.name: score for score in _ALL}


def headline_scores() -> list[str]:
    """Return the names of the scores that comparisons between methods rest on."""
    return [name for name, score in SCORES.items() if score.headline]
