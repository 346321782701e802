"""Methods without a network: independent component analysis and second-order separation."""
