"""bssbench: a reproducible benchmark of blind source separation with structured-prior VAEs."""

__version__ = "0.1.0"
