"""Run an experiment: configuration, cells, selection, timings and provenance."""
