"""Optional dependencies, and the extra that installs each of them."""

__all__ = ["EXTRAS", "what_is_missing"]

EXTRAS = {
    "workflow": (
        *("grimp", "pooch", "pydantic", "scikit_posthocs", "snakemake", "statsmodels"),
        "tabulate",
    ),
    "cluster": ("snakemake_executor_plugin_slurm",),
    "recordings": ("edfio", "h5py", "mne", "pyarrow", "pybv", "soundfile"),
}
"""Import names of the packages of each extra. ``pyproject.toml`` has their versions."""


def what_is_missing(error: ImportError) -> str | None:
    """Return a line that names the extra with the missing package, or None if no extra has it."""
    cause: BaseException | None = error
    # pandas imports optional packages late, and wraps the error.
    while cause is not None and not isinstance(cause, ModuleNotFoundError):
        cause = cause.__cause__
    package = ((cause.name if cause else None) or "").partition(".")[0]
    for extra, packages in EXTRAS.items():
        if package in packages:
            return f"this needs {package}, which is not installed: pip install 'bssbench[{extra}]'"
    return None
