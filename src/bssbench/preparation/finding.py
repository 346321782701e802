"""A problem found in a recording."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """One problem of a recording, its location and its remedy.

    Attributes
    ----------
    kind : str
        For samples: ``missing``, ``sentinel``, ``spikes``, ``flat``, ``clipped``. For channels:
        ``constant``, ``nearly-constant``, ``two-valued``, ``unrelated``, ``duplicate``,
        ``rescaled``. For the recording: ``rank``, ``drift``, ``line-noise``, ``few-samples``,
        ``gaussian-white``.
    channels : tuple of str
        Names of the channels; empty for the whole recording.
    rows : str
        Rows in the numbering of the file, such as ``lines 301 to 420``; empty for all.
    message : str
        One line that states the problem, its location and what was done.
    remedy : str
        The option of the command line that helps; empty if there is none or it was given.
    """

    kind: str
    channels: tuple[str, ...] = ()
    rows: str = ""
    message: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.message}; try {self.remedy}" if self.remedy else self.message
