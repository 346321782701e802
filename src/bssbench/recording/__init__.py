"""Separating a user's own recording: from a file to sources, a report and what can be trusted."""
