"""Priors on latent time series, one module each: what the VAEs differ by, and nothing else does."""
