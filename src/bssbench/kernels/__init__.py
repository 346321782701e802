"""Kernel cores: pure numerical functions over batches (replicate, latent, time), in nats.

`bssbench.kernels.stationary` has the kernels; `inversion` the divergence from a Gaussian process,
which needs a kernel matrix inverted; `regression` that from a kernel regression, which does not;
`catalogue` says which core can do what, at what cost, and which one ``auto`` means; `core` loads
one; `limits` says which sizes are not worth trying; `cases` which are measured, and `measured_case`
makes one. `spectra` and `transforms` serve the cores that work with frequencies.
"""
