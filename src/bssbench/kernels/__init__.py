"""Kernel cores: pure numerical functions over batches of shape (replicate, latent, time), in nats."""
