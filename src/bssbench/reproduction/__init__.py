"""Reproducibility of results: code hashes, manifests, staleness, verification and merging."""
