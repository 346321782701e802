"""Separation of a recording: from a file to sources, their stability and a report."""
