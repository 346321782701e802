"""Time, memory and accuracy of every kernel core, for ASV to follow from commit to commit.

Case by case, as `bssbench.kernels.measured_case` makes them. Sizes beyond a limit are skipped by
arithmetic, not by waiting for them.
"""

import math
import os
import shutil
import time

from bssbench.errors import NotApplicable
from bssbench.kernels.cases import FLOORS, PARAMETERS, measured_values
from bssbench.kernels.catalogue import CORES

# Before numpy or torch is there: timings are of one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")
if "BSSBENCH_PRELOAD" in os.environ:
    # In the process that every case is a fork of, so that no case loads them.
    import gpytorch
    import torch

    del gpytorch, torch

# Without one there is nothing to try; torch is not asked, because this module must load at once.
DEVICES = ["cpu", "cuda"] if shutil.which("nvidia-smi") else ["cpu"]


class _Case:
    """A core or a floor; a subclass has its values of the parameters."""

    param_names = list(PARAMETERS)
    version = "2"
    timeout = 300
    number = 1
    rounds = 1
    repeat = (1, 7, 2.0)
    warmup_time = 0.0
    # The slowest are run once: they were warmed up on a short series.
    min_run_count = 1

    def setup(self, *case):
        from bssbench.kernels.measured_case import make_case

        try:
            self.case = make_case(dict(zip(PARAMETERS, case, strict=True)))
        except NotApplicable as why:
            raise NotImplementedError(str(why)) from None

    def time_forward(self, *case):
        self.case.forward()


class _Core(_Case):
    """One core."""

    def time_forward_backward(self, *case):
        self.case.forward_backward()

    def peakmem_forward_backward(self, *case):
        self.case.forward_backward()

    def track_relative_error(self, *case):
        """Largest of the relative errors of the divergence and of each gradient, as vectors."""
        errors = self.case.errors()
        # Not a number is how ASV writes "not applicable".
        return errors.relative if errors else math.nan

    track_relative_error.unit = "relative error"

    def track_cuda_seconds(self, *case):
        """Median seconds forward and backward, synchronised."""
        if case[8] != "cuda":
            return math.nan
        seconds = []
        for _ in range(8):
            began = time.perf_counter()
            self.case.forward_backward()
            seconds.append(time.perf_counter() - began)
        # The first warms up.
        return sorted(seconds[1:])[3]

    track_cuda_seconds.unit = "seconds"

    def track_cuda_peak_bytes(self, *case):
        """Peak memory of the device beyond the data."""
        return self.case.cuda_peak_bytes() if case[8] == "cuda" else math.nan

    track_cuda_peak_bytes.unit = "bytes"


def _parameters(*names):
    """Return ASV's lists of parameters, which are the same for all of `names` but for these."""
    values = measured_values(names[0])
    devices = [device for device in DEVICES if device in values["device"]]
    return list((values | {"core": list(names), "device": devices}).values())


# A class for each core, so that ASV's names are those of the cores: GpytorchCholesky, …
for _core in CORES:
    _name = _core.title().replace("-", "")
    globals()[_name] = type(_name, (_Core,), {"params": _parameters(_core), "__module__": __name__})


class FilterFloor(_Case):
    """What has no backward pass."""

    params = _parameters(*(name for name, passes in FLOORS.items() if len(passes) == 1))


class Floors(_Case):
    """The bare arithmetic of both passes."""

    params = _parameters(*(name for name, passes in FLOORS.items() if len(passes) > 1))

    def time_forward_backward(self, *case):
        self.case.forward_backward()


class Empty:
    """The memory floor: what a process holds that has loaded all and done nothing."""

    version = "2"

    def setup(self):
        from bssbench.kernels.measured_case import EMPTY, make_case

        make_case(EMPTY)

    def peakmem_empty(self):
        pass
