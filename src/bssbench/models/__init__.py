"""The variational autoencoder that all structured priors share, and its training."""
