"""Run ASV by its command line, with a separate folder for results, and read the results."""

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["AsvRuns", "benchmark_title", "iterate_values"]


class AsvRuns:
    """A folder of ASV results, emptied first, so that two measurements are never mixed.

    The project's configuration applies, except for the folder of the results and the branches: the
    commits to measure are named explicitly, so no particular branch has to exist.

    Parameters
    ----------
    configuration : Path
        The project's ``asv.conf.json``, in the folder of the benchmarks.
    results : Path
        The folder for the results; its content is deleted.
    variables : mapping
        Environment variables for ASV, in addition to those of this process.
    """

    def __init__(self, configuration: Path, results: Path, variables: Mapping[str, str]) -> None:
        # Imported here because json5 is installed with ASV, which is needed only for measuring.
        import json5

        home = configuration.resolve().parent
        self.results = results.resolve()
        self.variables = os.environ | variables
        shutil.rmtree(self.results, ignore_errors=True)
        self.results.mkdir(parents=True)
        own = json5.loads(configuration.read_text(encoding="utf-8"))
        # ASV resolves these relative to its configuration file, which is in another folder now.
        places = {name: str(home / own[name]) for name in ("repo", "benchmark_dir", "env_dir")}
        changes = {"results_dir": str(self.results), "branches": ["HEAD"]}
        text = json.dumps(own | places | changes).replace("{conf_dir}", json.dumps(str(home))[1:-1])
        (self.results / "asv.conf.json").write_text(text, encoding="utf-8")
        self.repository = home / own["repo"]

    def run(self, *options: str) -> tuple[int, str]:
        """Call ``asv run``, pass on its output, and return its exit code and last line."""
        # ASV needs a description of the machine, which it stores with the results.
        if not any(self.results.glob("*/machine.json")):
            code, last = self._call("machine", "--yes")
            if code:
                return code, last
        return self._call("run", *options)

    def measure(self, bench: list[str], *options: str) -> tuple[Path | None, str]:
        """Measure the matching benchmarks.

        Parameters
        ----------
        bench : list of str
            Regular expressions that select benchmarks.
        *options : str
            Further options of ``asv run``.

        Returns
        -------
        file : Path or None
            The file of results; None if ASV wrote none.
        reason : str
            Why there is no file; empty if there is one.

        Notes
        -----
        ASV's exit code does not tell whether there are results: it is also nonzero if a single
        benchmark failed.
        """
        for file in self._files():
            file.unlink()
        selection = (word for expression in bench for word in ("--bench", expression))
        code, last = self.run(*options, *selection)
        found = self._files()
        return (found[0], "") if len(found) == 1 else (None, f"ASV ended with code {code}: {last}")

    def _call(self, command: str, *options: str) -> tuple[int, str]:
        configuration = str(self.results / "asv.conf.json")
        words = [sys.executable, "-m", "asv", command, "--config", configuration, *options]
        last = ""
        with subprocess.Popen(
            words,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout:
                print(line, end="", file=sys.stderr, flush=True)
                last = line.strip(" ·\n") or last
        return process.returncode, last

    def _files(self) -> list[Path]:
        return [path for path in self.results.glob("*/*.json") if path.name != "machine.json"]


def benchmark_title(name: str, parameters: tuple[str, ...]) -> str:
    """Return ASV's name of a benchmark with its parameters, as matched by ``--bench``."""
    return f"{name}({', '.join(parameters)})" if parameters else name


def iterate_values(
    result: Mapping[str, Any],
) -> Iterator[tuple[str, tuple[str, ...], float | None]]:
    """Iterate over all combinations of parameters of all benchmarks.

    Parameters
    ----------
    result : mapping
        The content of a file of results.

    Yields
    ------
    name : str
        The benchmark's name.
    parameters : tuple of str
        Its parameters, as text.
    value : float or None
        None if the benchmark failed; NaN if it was skipped or not selected.
    """
    for name, entries in result["results"].items():
        row = dict(zip(result["result_columns"], entries, strict=False))
        # If all combinations failed, ASV stores a single null.
        values = row["result"] or itertools.repeat(None)
        for parameters, value in zip(itertools.product(*row["params"]), values, strict=False):
            yield name, parameters, value
