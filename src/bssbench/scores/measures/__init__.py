"""Scores, by what they hold an estimate against: a module here states its own under ``SCORES``."""
