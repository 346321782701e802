"""Kernel cores: pure numerical functions over batches (replicate, latent, time), in nats.

`bssbench.kernels.stationary` defines the kernels. `inversion` computes the divergence from a
Gaussian process, which requires the inverse of a kernel matrix; `regression` computes that from a
kernel regression, which does not. `catalogue` lists the abilities and costs of all cores and the
choice of ``auto``, and `core` loads one. `limits` excludes sizes that are too expensive. `cases`
lists the cases that are measured, and `measured_case` constructs them. `spectra` and `transforms`
are used by the cores in the frequency domain.
"""
