"""The result of separating a recording by one method, and its warnings."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from bssbench.recording.arrangement import Arranged, arrange
from bssbench.recording.asked import Asked
from bssbench.recording.runs import Found
from bssbench.recording.stability import TRUSTED, Stability
from bssbench.recording.understanding import Understood

__all__ = ["Result", "result_of"]

# Parameters that limit iterations, which the user can raise.
_LIMITS = ("max_iterations", "steps")


@dataclass(frozen=True)
class Result:
    """Separation of a recording by one method.

    Attributes
    ----------
    understood : Understood
        The recording.
    asked : Asked
        The method and its settings.
    found : Found
        The output of the runs, in the order and scale of the method.
    arranged : Arranged
        The same output by the conventions of this package.
    stability : Stability or None
        Stability of the arranged sources; None after a single run.
    """

    understood: Understood
    asked: Asked
    found: Found
    arranged: Arranged
    stability: Stability | None

    @property
    def n_sources(self) -> int:
        """Number of sources."""
        return self.arranged.sources.shape[1]

    @property
    def warnings(self) -> list[str]:
        """Warnings about the separation, without those about the recording."""
        return [*self._convergence(), *self._distrust()]

    def _convergence(self) -> list[str]:
        found, asked = self.found, self.asked
        if not found.unconverged:
            return []
        n_seeds = len(asked.seeds)
        if n_seeds == 1:
            which = "did not converge"
        else:
            kept = "" if found.best_converged else ", including the one that is kept"
            which = f"did not converge from {found.unconverged} of {n_seeds} seeds{kept}"
        return [f"{asked.method} {which}{_advice(asked, self.understood)}"]

    def _distrust(self) -> list[str]:
        if self.stability is None:
            return []
        quality, trusted = self.stability.quality, self.stability.trusted
        if trusted.all():
            return []
        names = ", ".join(
            f"source {index + 1} (I_q {quality[index]:.2f})" for index in np.flatnonzero(~trusted)
        )
        runs = self.stability.n_runs
        text = f"unstable, do not interpret: {names}; below {TRUSTED} over {runs} runs"
        if not self.stability.separable:
            text = f"unstable, do not interpret: {names}; the recording is Gaussian white noise"
        elif not trusted.any():
            text += f"; no source is stable, so {self.asked.method} can't separate this recording"
        return [text]

    @property
    def labels(self) -> list[str]:
        """Short description of each source."""
        labels = [f"{share:.1%} of the variance" for share in self.arranged.explained]
        if self.stability is None:
            return labels
        marks = ["" if trusted else ", unstable" for trusted in self.stability.trusted]
        return [
            f"{label}, I_q {quality:.2f}{mark}"
            for label, quality, mark in zip(labels, self.stability.quality, marks, strict=True)
        ]

    def record(self) -> dict[str, Any]:
        """Return the content of ``run.json``, in types of JSON."""
        asked, found, arranged = self.asked, self.found, self.arranged
        losses = found.losses
        return {
            "method": asked.method,
            "n_sources": self.n_sources,
            "n_sources_asked_for": self.understood.asked_for,
            "nonlinear": asked.nonlinear,
            "parameters": asked.parameters,
            "device": asked.device,
            "root_seed": asked.root_seed,
            "chosen_seed": asked.seeds[found.best],
            "chosen_by": "first seed, because the method has no loss"
            if losses is None
            else "lowest loss",
            "initialisations": [
                {"seed": seed, "loss": None if losses is None else _finite(losses[index])}
                for index, seed in enumerate(asked.seeds)
            ],
            "converged": found.best_converged,
            "explained_variance": arranged.explained.tolist(),
            "mixing_matrix": _listed(arranged.mixing_matrix),
            "unmixing_matrix": _listed(arranged.unmixing_matrix),
            "posterior_std": _listed(arranged.uncertainty),
            "stability": self._stability_record(),
            "timing": found.timing,
            "peak_bytes": found.peak_bytes,
            "diagnostics": found.diagnostics,
        }

    def _stability_record(self) -> dict[str, Any] | None:
        if self.stability is None:
            return None
        return {
            "index": "ICASSO's cluster quality I_q (Himberg et al., 2004)",
            "quality": self.stability.quality.tolist(),
            "found_in": self.stability.found_in.tolist(),
            "trusted": self.stability.trusted.tolist(),
            "trusted_from": TRUSTED,
            "initialisations": len(self.asked.seeds),
            "resampled": self.asked.bootstrap,
            "block_length": self.found.block,
        }


def result_of(understood: Understood, asked: Asked, found: Found) -> Result:
    """Order the sources by explained variance, and fix their signs and scale."""
    prepared = understood.prepared
    arranged = arrange(
        found.sources,
        prepared.observations,
        prepared.scale,
        found.unmixing_matrix,
        found.uncertainty,
    )
    judged = found.stability
    if judged is not None:
        order = arranged.order
        noise = any(finding.kind == "gaussian-white" for finding in prepared.findings)
        judged = dataclasses.replace(
            judged,
            quality=judged.quality[order],
            found_in=judged.found_in[order],
            separable=not noise,
        )
    return Result(understood, asked, found, arranged, judged)


def _advice(asked: Asked, understood: Understood) -> str:
    """Return which parameter to raise so that the method can converge."""
    method: Any = asked.load()
    fields = {field.name for field in dataclasses.fields(method)}
    name = next((name for name in _LIMITS if name in fields), None)
    if name is None:
        return ""
    value = getattr(method, name)
    if value is None:
        # None stands for a rule, which the method evaluates.
        value = method.recipe(asked.size(understood.prepared.observations)).steps
    return f" within {name}={value}; raise it with --set {name}={2 * value}"


def _finite(value: float) -> float | None:
    """Return a number, or None if JSON can't represent it."""
    return float(value) if np.isfinite(value) else None


def _listed(array: np.ndarray | None) -> list[Any] | None:
    """Return an array as nested lists, with None for values that are not finite."""
    if array is None:
        return None
    if array.ndim > 1:
        return [_listed(row) for row in array]
    return [_finite(value) for value in array.tolist()]
