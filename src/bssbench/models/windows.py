"""Windows of a long series, so that a training step need not process all of it."""

import torch

__all__ = ["Windows", "evenly_spaced"]

_MOST_WINDOWS = 16


class Windows:
    """Windows at random positions, with a separate generator for each replicate.

    Parameters
    ----------
    seeds : list of int
        One seed per replicate.
    length, window : int
        Length of the series and of the windows.
    """

    def __init__(self, seeds: list[int], length: int, window: int) -> None:
        # The seeds differ from those of the noise, which derive from the same numbers.
        self.generators = [torch.Generator().manual_seed(seed ^ 1) for seed in seeds]
        self.places, self.window = length - window + 1, window

    def cut(self, observations: torch.Tensor) -> torch.Tensor:
        """Return a new random window of each replicate.

        Parameters
        ----------
        observations : torch.Tensor
            Shape (replicate, component, time).

        Returns
        -------
        torch.Tensor
            Shape (replicate, component, window).
        """
        starts = [
            int(torch.randint(self.places, (1,), generator=generator))
            for generator in self.generators
        ]
        return torch.stack(
            [
                replicate[:, start : start + self.window]
                for start, replicate in zip(starts, observations, strict=True)
            ]
        )


def evenly_spaced(observations: torch.Tensor, window: int) -> list[torch.Tensor]:
    """Return at most 16 evenly spaced windows that do not overlap.

    Parameters
    ----------
    observations : torch.Tensor
        Shape (replicate, component, time).
    window : int
        Length of the windows.

    Returns
    -------
    list of torch.Tensor
        Each of shape (replicate, component, window).
    """
    length = observations.shape[-1]
    count = min(_MOST_WINDOWS, length // window)
    starts = torch.linspace(0, length - window, count).long().tolist()
    return [observations[..., start : start + window] for start in starts]
