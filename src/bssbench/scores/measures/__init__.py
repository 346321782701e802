"""Scores, grouped by their reference; each module lists its scores in ``SCORES``."""
