"""Ctrl-C at any moment: a prompt end without a message and without half a file."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from pathlib import Path

import psutil
import pytest

from bssbench.cli.interruption import after_libraries_are_loaded
from bssbench.cli.main import main

# As the installed command, and prints when it begins: before that, Python itself starts.
PROGRAM = """
import sys

def say(event, values):
    if event == "import" and values[0] == "bssbench.cli.main":
        print("up", flush=True)

sys.addaudithook(say)
from bssbench.cli import main
sys.exit(main())
"""
# Of CPU time, which is meaningful on a busy machine as well.
SECONDS = 1.0
COMMANDS = {
    "list": ["list", "datasets"],
    "generate": ["generate", "gp-distinct-t1000", "--seeds", "0-19", "--out", "made/new.npz"],
    "separate": ["separate", "data.npz", "--method", "sobi", "--out", "made/cell"],
    "score": ["score", "cell/run.json", "--data", ".", "--out", "made/scores.csv"],
    "statistics": ["statistics", "--scores", "scores.csv", "--out", "made/statistics"],
    "check": ["check"],
}


@pytest.fixture(scope="module", autouse=True)
def interruptible():
    """Have Ctrl-C interrupt, which a shell makes processes in the background ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with inputs for each command."""
    folder = tmp_path_factory.mktemp("interrupted")
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["generate", "gp-distinct-t100", "--out", "gp-distinct-t100.npz"]) == 0
        Path("data.npz").symlink_to("gp-distinct-t100.npz")
        assert main(["separate", "data.npz", "--method", "sobi", "--out", "cell"]) == 0
        assert main(["score", "cell/run.json", "--data", ".", "--out", "scores.csv"]) == 0
    finally:
        os.chdir(before)
    return folder


def interrupted(folder, words, share):
    """Run a command, and interrupt it after that share of its run time."""
    command = [sys.executable, "-c", PROGRAM, *words]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "process_group": 0}
    with subprocess.Popen(command, cwd=folder, **how) as process:
        assert process.stdout.readline() == "up\n"
        began = time.monotonic()
        process.communicate()
        seconds = time.monotonic() - began
    before = _seconds_of_children()
    with subprocess.Popen(command, cwd=folder, **how) as process:
        assert process.stdout.readline() == "up\n"
        time.sleep(share * seconds)
        until_then = _seconds_of_all(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    in_all = _seconds_of_children() - before
    return process.returncode, said, in_all - until_then


def _seconds_of_all(pid):
    """Return the CPU time of a process and of those that it started."""
    used = 0.0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                used += times.user + times.system + times.children_user + times.children_system
    return used


def _seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check_interruption(folder, name, share):
    code, said, seconds = interrupted(folder, COMMANDS[name], share)
    # If the signal arrives while Python shuts down, it ends the process, which a shell reports as
    # 130 as well. The command may also have ended before.
    interruptions = (130, -signal.SIGINT)
    assert code in interruptions or (code in (0, 2) and share > 0.5), (code, said)
    assert "Traceback" not in said
    if code == 130:
        assert said == ""
    if code in interruptions:
        assert seconds < SECONDS
    for path in (folder / "made").rglob("*"):
        assert not (path.is_file() and path.name.startswith(".")), path


@pytest.mark.parametrize("name", ["list", "statistics"])
def test_while_libraries_are_imported_and_after(name, folder):
    check_interruption(folder, name, 0.3)


@pytest.mark.slow
@pytest.mark.skipif("BSSBENCH_FUZZ_EXAMPLES" not in os.environ, reason="tried by make faults")
@pytest.mark.parametrize("share", [0.0, 0.05, 0.15, 0.35, 0.6, 0.85])
@pytest.mark.parametrize("name", COMMANDS)
def test_at_any_moment(name, share, folder):
    check_interruption(folder, name, share)


def test_an_import_error_caused_by_ctrl_c_counts_as_ctrl_c(monkeypatch, capsys):
    """A C++ library interrupted while it is imported raises ImportError."""

    def import_broken(_):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise ImportError("initialization failed") from error

    # The package's attribute of this name is the function.
    monkeypatch.setattr(sys.modules["bssbench.cli.main"], "_run", import_broken)
    assert main(["list"]) == 130
    assert capsys.readouterr().err == ""


def check_that_it_comes_later(command):
    events = []
    handled = signal.SIGINT, signal.SIGALRM
    before = [sys.unraisablehook, *(signal.getsignal(number) for number in handled)]

    def run():
        command(lambda: (signal.raise_signal(signal.SIGINT), events.append("interrupted")))
        events.append("continued")
        time.sleep(10)

    with pytest.raises(KeyboardInterrupt), after_libraries_are_loaded():
        run()
    after = [sys.unraisablehook, *(signal.getsignal(number) for number in handled)]
    assert after == before
    return events


def test_it_waits_until_a_library_is_loaded(monkeypatch):
    def load_library(interrupt):
        monkeypatch.setattr("_imp.create_dynamic", lambda _: interrupt())
        loader = ExtensionFileLoader("library", "library.so")
        loader.create_module(ModuleSpec("library", loader))

    assert check_that_it_comes_later(load_library) == ["interrupted", "continued"]


def test_it_comes_again_where_python_ignores_it(capsys):
    def delete(interrupt):
        class Deleted:
            def __del__(self):
                interrupt()

        Deleted()

    assert check_that_it_comes_later(delete) == ["continued"]
    assert capsys.readouterr().err == ""
