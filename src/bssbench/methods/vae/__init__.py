"""Variational autoencoders with structured priors, one method a file."""
