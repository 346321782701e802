"""Laws of the priors that the VAE methods build, whichever there are: those of plug-ins too."""

from bssbench.testing.test_priors import *  # noqa: F403
