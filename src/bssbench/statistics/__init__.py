"""Statistics of scores. No torch here."""
