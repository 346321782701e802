"""Remedies that the user requests for a recording."""

from dataclasses import dataclass

from bssbench.errors import InputError

__all__ = ["FILLS", "Remedies"]

FILLS = ("interpolate", "hold")


@dataclass(frozen=True)
class Remedies:
    """Remedies, applied in this order: drop, fill, detrend, notch, band-pass.

    Attributes
    ----------
    detrend : bool
        Whether to subtract the least-squares line from each channel.
    band_pass : tuple of float or None
        Lower and upper edge in Hz; 0 for no lower edge, half the sampling rate or infinity for no
        upper edge.
    notch : float or None
        Frequency in Hz to remove, together with its multiples that have a peak.
    drop : tuple of str
        Channels by name or by number from 1. Rows as ``rows:301-420`` or ``rows:301-420,700``, in
        the numbering of messages, which is that of lines if the file has lines.
    fill : str or None
        How to replace missing values, their codes and spikes: ``interpolate`` linearly, or ``hold``
        the previous value.

    Raises
    ------
    InputError
        If a value is invalid.
    """

    detrend: bool = False
    band_pass: tuple[float, float] | None = None
    notch: float | None = None
    drop: tuple[str, ...] = ()
    fill: str | None = None

    def __post_init__(self) -> None:
        if self.fill is not None and self.fill not in FILLS:
            raise InputError(f"--fill must be one of {', '.join(FILLS)}, not {self.fill!r}")
        if self.notch is not None and not 0 < self.notch < float("inf"):
            raise InputError(f"--notch must be a frequency in Hz above 0, not {self.notch:g}")
        if self.band_pass is not None:
            low, high = self.band_pass
            if not 0 <= low < high:
                raise InputError(
                    f"--band-pass needs a lower edge, from 0 Hz, below the upper one, not {low:g} "
                    f"and {high:g}"
                )
