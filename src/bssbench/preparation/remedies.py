"""What the user asks to be done to a recording before it is separated."""

from dataclasses import dataclass

from bssbench.errors import InputError

__all__ = ["FILLS", "Remedies"]

FILLS = ("interpolate", "hold")


@dataclass(frozen=True)
class Remedies:
    """What is done, in this order: leave out, fill, detrend, notch, band-pass.

    Attributes
    ----------
    detrend : bool
        Subtract from each channel the straight line that fits it best.
    band_pass : tuple of float or None
        Lower and upper edge in Hz; 0 for no lower, half the sampling rate or infinity for no upper
        one.
    notch : float or None
        The frequency in Hz that is cut out, with those of its multiples that stand out.
    drop : tuple of str
        Channels by name, or number from 1; rows as ``rows:301-420``, counted as messages count
        them: by the lines of the file where it has lines. Several, as ``rows:301-420,700``.
    fill : str or None
        What becomes of missing values, codes for such and spikes: ``interpolate`` draws a straight
        line between the neighbours, ``hold`` repeats the last value.

    Raises
    ------
    InputError
        For another way to fill, or a frequency that can't be one.
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
