"""The variational autoencoder that is common to all structured priors, and its training."""
