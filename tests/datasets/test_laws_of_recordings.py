"""Laws of every recording, whichever there are: those of plug-ins too."""

from bssbench.testing.test_recordings import *  # noqa: F403
