"""Kernel cores: pure numerical functions over batches (replicate, latent, time), in nats."""
