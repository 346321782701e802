"""Kernel cores: pure numerical functions over batches (replicate, latent, time), in nats.

`bssbench.kernels.stationary` has the kernels; `inversion` the divergence from a Gaussian process,
which needs a kernel matrix inverted; `regression` that from a kernel regression, which does not;
`catalogue` says which core can do what and which one ``auto`` means; `limits` which sizes are not
worth trying.
"""
