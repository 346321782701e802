"""Kernel cores: pure numerical functions over batches (replicate, latent, time), in nats.

`bssbench.kernels.stationary` has the kernels; `inversion` the divergence from a Gaussian process,
which needs a kernel matrix inverted; `regression` that from a kernel regression, which does not;
`core` says what a core is, `catalogue` which there are, what each can do and costs, and which one
``auto`` means; `limits` which sizes are not worth trying; `cases` which are measured.
"""
