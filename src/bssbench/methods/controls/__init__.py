"""Controls that calibrate the scale of scores: a ceiling and the level of chance."""
