"""Which cases of the kernel cores are measured, by names that files and tables use. No torch here.

A case is a value of each of `PARAMETERS`; ``benchmarks/cores.py`` measures it in both of `PASSES`.
"""

from bssbench.kernels.catalogue import CORES

__all__ = ["BATCHED_LENGTHS", "CHOICES", "PARAMETERS", "PASSES", "measured_values"]

PASSES = {"forward": "time_forward", "forward+backward": "time_forward_backward"}
"""The benchmark's method that times a pass."""

BATCHED_LENGTHS = (1024, 4096)
"""The lengths at which more than one replicate is measured."""

_LENGTHS = [2**power for power in range(8, 21)]
_USUAL_KERNEL = "squared-exponential"


def measured_values(core: str) -> dict[str, list[str] | list[int]]:
    """Return the values of each parameter that `core` is measured at, all combined.

    A machine without CUDA leaves out that device. What is beyond a limit is skipped, and so are
    batches of any but a few lengths.
    """
    own = CORES[core]
    return {
        "core": [core],
        "kernel": [_USUAL_KERNEL] if _USUAL_KERNEL in own.kernels else list(own.kernels[:2]),
        "parameters": ["learned", "fixed"] if own.keeps else ["learned"],
        # Of another's library, only what it is compared with.
        "grid": ["regular", "irregular"] if own.irregular and not own.library else ["regular"],
        "length": [length for length in _LENGTHS if length <= own.longest_measured],
        "latents": [1, 3, 10],
        # As many as are trained together, of what trains fastest.
        "replicates": [1, 30] if core == "fft" else [1],
        "dtype": ["float32", "float64"],
        "device": ["cpu"] if own.cpu_only else ["cpu", "cuda"],
        "threads": [1],
    }


PARAMETERS = tuple(measured_values(next(iter(CORES))))
"""What tells one case from another, in ASV's order."""

CHOICES: dict[str, tuple[str | int, ...]] = {
    name: tuple(dict.fromkeys(value for core in CORES for value in measured_values(core)[name]))
    for name in PARAMETERS
} | {"pass": tuple(PASSES)}
"""Every value that a grid of cases can select, by parameter."""
