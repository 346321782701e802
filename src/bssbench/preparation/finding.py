"""What is doubtful about a recording."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """One thing that is doubtful, where it is, and what to do.

    Attributes
    ----------
    kind : str
        Of what was there: ``missing``, ``sentinel``, ``spikes``, ``flat``, ``clipped``; of a
        channel: ``constant``, ``nearly-constant``, ``two-valued``, ``unrelated``, ``duplicate``,
        ``rescaled``; of the whole: ``rank``, ``drift``, ``line-noise``, ``few-samples``,
        ``gaussian-white``.
    channels : tuple of str
        Names; empty where it is about the whole.
    rows : str
        Where, as the file counts: ``lines 301 to 420``; empty where it is everywhere.
    message : str
        What, where, and what was done about it, in one line.
    remedy : str
        The option of the command line that helps, empty where none does or where it was given.
    """

    kind: str
    channels: tuple[str, ...] = ()
    rows: str = ""
    message: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.message}; try {self.remedy}" if self.remedy else self.message
