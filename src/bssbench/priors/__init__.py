"""Priors on latent time series, one per module; the VAE methods differ only in their prior."""
