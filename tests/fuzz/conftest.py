"""Any input: an answer as documented, of exit code 0, 1 or 2, and never a traceback."""

import contextlib
import io
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.errors import UnsatisfiedAssumption

from bssbench.cli.main import main

# Of CPU time, which a busy machine does not change: more than any of these takes.
SECONDS = 20

# By default the same examples each time; `make faults` sets how many are tried, and takes new ones.
EXAMPLES = int(os.environ.get("BSSBENCH_FUZZ_EXAMPLES", "0"))
settings.register_profile(
    "fuzz",
    max_examples=EXAMPLES or 20,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class TooLong(BaseException):
    """Not an Exception, which a command may turn into a line."""


class Watch:
    """Files that this process opens for writing, makes, renames or removes outside a folder."""

    def __init__(self):
        self.allowed = None
        self.outside = []
        sys.addaudithook(self._see)

    def _see(self, event, arguments):
        if self.allowed is None:
            return
        if event == "open":
            path, mode, flags = arguments
            written = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if flags else mode not in "rb"
            paths = [path] if written else []
        elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate"):
            paths = arguments[:1]
        elif event in ("os.rename", "os.link", "os.symlink"):
            paths = arguments[:2]
        else:
            return
        for path in paths:
            if isinstance(path, str | bytes | os.PathLike):
                path = os.path.realpath(os.fsdecode(path))
                if not path.startswith((str(self.allowed), "/dev/")):
                    self.outside.append(path)


WATCH = Watch()
TRIED = []


@pytest.fixture(autouse=True)
def counted(record_property):
    """Say how many examples were tried, for the table of `make faults`."""
    TRIED.clear()
    yield
    record_property("tried", len(TRIED) or 1)


@pytest.fixture(scope="session", autouse=True)
def own_caches(tmp_path_factory):
    """Let libraries keep nothing outside the folder that is watched."""
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MPLCONFIGDIR", "XDG_CACHE_HOME", "TMPDIR"):
            (folder / name).mkdir()
            patch.setenv(name, str(folder / name))
        patch.setattr(tempfile, "tempdir", None)
        patch.setattr(sys, "dont_write_bytecode", True)
        yield


@contextlib.contextmanager
def within_seconds():
    def stop(*_):
        raise TooLong(f"more than {SECONDS} s of CPU time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory):
    """Return a context in which nothing is written outside pytest's folder, nor takes long."""

    @contextlib.contextmanager
    def guard():
        WATCH.allowed, WATCH.outside = tmp_path_factory.getbasetemp(), []
        TRIED.append(None)
        try:
            with within_seconds():
                yield
        except UnsatisfiedAssumption:
            TRIED.pop()
            raise
        finally:
            WATCH.allowed = None
        assert not WATCH.outside, f"written outside: {WATCH.outside}"

    return guard


@pytest.fixture(scope="session")
def answer(guarded):
    """Return a function that runs a command and returns its exit code and its errors' lines."""

    def run(words, folder: Path):
        out, err = Strict(), Strict(errors="backslashreplace")
        before = Path.cwd()
        os.chdir(folder)
        try:
            with guarded(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    code = main(list(words))
                except SystemExit as leave:
                    code = leave.code
                    assert code == 0, "only --help and --version leave"
        except Exception as error:
            if isinstance(error, AssertionError) and not traceback.extract_tb(error.__traceback__)[
                -1
            ].filename.startswith(str(Path(main.__code__.co_filename).parents[1])):
                raise
            raise AssertionError(f"a traceback: {error!r}") from error
        finally:
            os.chdir(before)
        said = err.text()
        errors = [line for line in said.splitlines() if line.startswith("bssbench: error: ")]
        assert code in (0, 1, 2), code
        assert "Traceback" not in said
        if code == 2:
            assert len(errors) == 1, said
            assert said.endswith(errors[0] + "\n"), said
            assert len(errors[0].removeprefix("bssbench: error: ").strip()) > 0
        else:
            assert not errors
        return code, errors

    return run


class Strict(io.TextIOWrapper):
    """A stream as a process has it: in UTF-8, which refuses what it can't encode."""

    def __init__(self, errors="strict"):
        super().__init__(io.BytesIO(), encoding="utf-8", errors=errors, write_through=True)

    def text(self):
        return self.buffer.getvalue().decode("utf-8")
