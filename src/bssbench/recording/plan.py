"""Description of the separation that a command would run."""

from dataclasses import replace

from bssbench.recording.asked import Asked
from bssbench.recording.comparison import candidates, too_large
from bssbench.recording.printing import counted
from bssbench.recording.understanding import Understood

__all__ = ["plan"]


def plan(understood: Understood, asked: Asked | None, restarts: int | None) -> list[str]:
    """Return how many sources would be separated, and by which methods, as lines of text.

    `asked` is None if no method was given; its method may be ``all``.
    """
    count = understood.count
    if count.number is None:
        estimate = f"no clear number of sources ({count.reason})"
    else:
        estimate = f"{counted(count.number, 'source')} ({count.reason})"
    lines = [f"number of sources by the eigenvalues: {estimate}"]
    if understood.asked_for is None and count.number is None:
        return [*lines, "would run: nothing; give --n-sources N"]
    if asked is None:
        return [
            *lines,
            f"would separate: {counted(understood.n_sources, 'source')}; give --method NAME",
        ]
    asked = replace(asked, n_sources=understood.n_sources)
    if asked.method == "all":
        return [*lines, *(_line(understood, one) for one in candidates(asked, restarts))]
    return [*lines, _line(understood, asked)]


def _line(understood: Understood, asked: Asked) -> str:
    observations = understood.prepared.observations
    reason = too_large(asked, observations)
    if reason:
        return f"would exceed its limits: {asked.method} ({reason})"
    runs = counted(len(asked.seeds), "seed")
    if asked.bootstrap:
        runs += f" and {counted(asked.bootstrap, 'resampled recording')}"
    sources = counted(asked.n_sources, "source")
    method = asked.load()
    seconds = method.seconds(asked.size(observations, len(asked.seeds)))
    megabytes = method.megabytes(asked.size(observations, len(asked.seeds)))
    return (
        f"would run: {asked.method}, {sources}, {runs}, about {seconds} s of CPU time for "
        f"the seeds, at most {megabytes} MB"
    )
