"""Running an experiment: its configuration, its cells, choices, timings, and their provenance."""
