"""Scores: how well estimated sources match the truth, or a recording's reference. No torch here."""
