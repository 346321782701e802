"""Tables and figures, drawn from scores and separations. No torch here."""
