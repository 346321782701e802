"""Benchmarks in the form of the kernel cores', which take no time: some pass, skip or fail."""

NAMES = ["core", "kernel", "parameters", "grid"]
NAMES += ["length", "latents", "replicates", "dtype", "device", "threads"]


class _Cases:
    param_names = NAMES
    number, repeat, rounds, warmup_time = 1, 2, 1, 0.0

    def setup(self, core, *rest):
        length = rest[3]
        if length >= 65536:
            raise NotImplementedError("beyond the limit")

    def time_forward(self, *case):
        pass

    def time_forward_backward(self, *case):
        if case[4] == 512:
            raise RuntimeError("it broke")

    def peakmem_forward_backward(self, *case):
        return bytearray(case[4] * 10_000)

    def track_relative_error(self, *case):
        return 0.0123454321


def _params(core, parameters=("fixed", "learned"), lengths=(256, 512, 65536)):
    kernel = ["squared-exponential"]
    shape = [list(lengths), [3], [1]]
    return [[core], kernel, list(parameters), ["regular"], *shape, ["float32"], ["cpu"], [1]]


class Cholesky(_Cases):
    params = _params("cholesky")


class Fft(_Cases):
    params = _params("fft")


class Floors(_Cases):
    params = _params("floor-fft", ["none"])


class Empty:
    def peakmem_empty(self):
        pass
