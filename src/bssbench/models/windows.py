"""Stretches of a long series, so that a training step need not see all of it."""

import torch

__all__ = ["Windows", "evenly_spaced"]

_MOST_WINDOWS = 16


class Windows:
    """Stretches of a window's length at random places; each replicate has its own generator."""

    def __init__(self, seeds: list[int], length: int, window: int) -> None:
        # Beside the noise's generators, which start from the same seeds.
        self.generators = [torch.Generator().manual_seed(seed ^ 1) for seed in seeds]
        self.places, self.window = length - window + 1, window

    def cut(self, observations: torch.Tensor) -> torch.Tensor:
        """Return a new stretch of each of (replicate, component, time)."""
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
    """Return at most 16 stretches that do not overlap, evenly spaced over the time."""
    length = observations.shape[-1]
    count = min(_MOST_WINDOWS, length // window)
    starts = torch.linspace(0, length - window, count).long().tolist()
    return [observations[..., start : start + window] for start in starts]
