"""Benchmarks of time and memory, run by ASV."""
