"""Conversion of the options of `bssbench separate`, with one-line errors for invalid ones."""

import argparse
from typing import Any

from bssbench.errors import InputError

__all__ = [
    "ALL",
    "SECONDS_OF_A_RECORDING",
    "SECONDS_OF_EACH",
    "asked_for",
    "cpu_limit",
    "n_sources",
    "remedies",
    "request",
    "required",
]

ALL = "all"
"""Name that stands for all methods."""

SECONDS_OF_A_RECORDING, SECONDS_OF_EACH = 7200, 300
"""Default limits of CPU time in seconds, for one method and for each of all methods."""

_MOST_RUNS = 1000


def required(arguments: argparse.Namespace, *names: str) -> None:
    """Check that options are given that only some uses of the command need.

    Raises
    ------
    InputError
        If some of `names` are missing; the message lists all of them.
    """
    flags = [f"--{name.replace('_', '-')}" for name in names if getattr(arguments, name) is None]
    if flags:
        raise InputError(
            f"the following arguments are required: {', '.join(flags)} (see 'bssbench separate "
            "--help')"
        )


def cpu_limit(arguments: argparse.Namespace, default: int) -> int:
    """Return the limit of CPU time in seconds.

    Raises
    ------
    InputError
        If it is less than 1.
    """
    seconds = default if arguments.cpu_seconds is None else arguments.cpu_seconds
    if seconds < 1:
        raise InputError(f"--cpu-seconds must be at least 1, not {seconds}")
    return int(seconds)


def n_sources(text: str | None) -> int | None:
    """Return the number of sources, or None for ``auto``.

    Raises
    ------
    InputError
        If it is neither a number nor ``auto``.
    """
    if text is None or text.lower() == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--n-sources must be an integer or auto, not {text!r}") from None


def asked_for(arguments: argparse.Namespace, parameters: dict[str, Any]) -> Any:
    """Return the settings of the method, an `Asked`, or None for a dry run without a method.

    The number of sources is set later, when the recording has been read.

    Raises
    ------
    InputError
        For an unknown method or parameter, or an option that the method would ignore.
    """
    from bssbench.recording.asked import Asked
    from bssbench.recording.method_choice import (
        check_bootstrap,
        check_options,
        known_device,
        known_method,
    )

    for name in ("name", "jobs_allowed"):
        if getattr(arguments, name) is not None:
            raise InputError(f"--{name.replace('_', '-')} is for data sets")
    if arguments.method is None and arguments.dry_run:
        return None
    comparing = arguments.method.strip().lower() == ALL
    seeds = _seeds(arguments, 3 if comparing else 1)
    device = known_device(arguments.device)
    if comparing:
        if arguments.assignments:
            raise InputError("--set is for one method; --method all runs each with its defaults")
        check_bootstrap(arguments.nonlinear, arguments.bootstrap)
        method, parameters = ALL, {}
    else:
        method = known_method(arguments.method)
        check_options(
            method,
            parameters,
            nonlinear=arguments.nonlinear,
            device=device,
            n_seeds=len(seeds),
            chosen_seed=bool(arguments.seed or arguments.root_seed),
            restarts=arguments.restarts is not None,
            bootstrap=arguments.bootstrap,
        )
    return Asked(
        method=method,
        n_sources=1,
        parameters=parameters,
        seeds=seeds,
        bootstrap=arguments.bootstrap,
        nonlinear=arguments.nonlinear,
        device=device,
        root_seed=arguments.root_seed,
        cpu_seconds=cpu_limit(arguments, SECONDS_OF_EACH if comparing else SECONDS_OF_A_RECORDING),
    )


def _seeds(arguments: argparse.Namespace, default: int) -> tuple[int, ...]:
    n_seeds = default if arguments.seeds is None else arguments.seeds
    if n_seeds < 1:
        raise InputError(f"--seeds must be at least 1, not {n_seeds}")
    if arguments.bootstrap < 0:
        raise InputError(f"--bootstrap must be at least 0, not {arguments.bootstrap}")
    if n_seeds + arguments.bootstrap > _MOST_RUNS:
        raise InputError(
            f"--seeds {n_seeds} and --bootstrap {arguments.bootstrap} are more than {_MOST_RUNS} "
            "runs; 10 to 100 are enough to assess the stability of sources"
        )
    first = arguments.seed or 0
    if not 0 <= first < 2**63:
        raise InputError(f"--seed must be at least 0 and less than 2**63, not {first}")
    return tuple(range(first, first + n_seeds))


def request(arguments: argparse.Namespace) -> Any:
    """Return how to read the file.

    Raises
    ------
    InputError
        For a sampling rate that is not positive and finite.
    """
    from bssbench.readers import Request

    columns = arguments.columns
    if columns is not None:
        columns = tuple(name.strip() for word in columns for name in word.split(",") if name)
    rate = arguments.sampling_rate
    if rate is not None and not 0 < rate < float("inf"):
        raise InputError(f"--sampling-rate must be a positive number of Hz, not {rate:g}")
    return Request(
        time_column=arguments.time_column,
        columns=columns,
        sampling_rate=rate,
        array=arguments.array,
        transpose=arguments.transpose,
        delimiter=arguments.delimiter,
        decimal=arguments.decimal,
        header=arguments.header,
    )


def remedies(arguments: argparse.Namespace) -> Any:
    """Return how to prepare the recording.

    Raises
    ------
    InputError
        For options that no recording allows.
    """
    from bssbench.preparation import Remedies

    band = arguments.band_pass
    return Remedies(
        detrend=arguments.detrend,
        band_pass=None if band is None else (band[0], band[1]),
        notch=arguments.notch,
        drop=tuple(arguments.drop),
        fill=arguments.fill,
    )
