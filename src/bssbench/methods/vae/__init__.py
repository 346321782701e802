"""Variational autoencoders with structured priors, one method per file."""
