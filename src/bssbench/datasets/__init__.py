"""Data sets: generated mixtures whose sources are known, and real recordings."""
