"""What `pip install bssbench` leaves out, and which extra brings it."""

__all__ = ["EXTRAS", "what_is_missing"]

EXTRAS = {
    "workflow": (
        *("grimp", "pooch", "pydantic", "scikit_posthocs", "snakemake", "statsmodels"),
        "tabulate",
    ),
    "cluster": ("snakemake_executor_plugin_slurm",),
    "explore": ("altair", "vl_convert"),
    "recordings": ("edfio", "h5py", "mne", "pyarrow", "pybv", "soundfile"),
}
"""By extra, the names that its packages are imported by. ``pyproject.toml`` has their versions."""


def what_is_missing(error: ImportError) -> str | None:
    """Say in one line which extra brings what could not be imported; None where no extra does."""
    cause: BaseException | None = error
    # pandas wraps the error of what it imports only where it is used.
    while cause is not None and not isinstance(cause, ModuleNotFoundError):
        cause = cause.__cause__
    package = ((cause.name if cause else None) or "").partition(".")[0]
    for extra, packages in EXTRAS.items():
        if package in packages:
            return f"this needs {package}, which is not installed: pip install 'bssbench[{extra}]'"
    return None
