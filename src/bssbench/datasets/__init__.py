"""Data sets: generated mixtures with known sources, and real recordings."""
