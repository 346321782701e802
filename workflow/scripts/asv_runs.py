"""Running ASV by its command line, in a folder of its own, and reading what it wrote there."""

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
    """A folder of ASV's results, emptied first, so that two measurements never mix.

    Whatever the project's configuration says holds, but for where results go and for the branches:
    any will do, even none, where what is measured is named.

    Parameters
    ----------
    configuration : Path
        The project's ``asv.conf.json``, beside its benchmarks.
    results : Path
        The folder.
    variables : mapping
        Variables of ASV's environment beside this process's.
    """

    def __init__(self, configuration: Path, results: Path, variables: Mapping[str, str]) -> None:
        # Only here: a machine may measure nothing and do without ASV, which brings it.
        import json5

        home = configuration.resolve().parent
        self.results = results.resolve()
        self.variables = os.environ | variables
        shutil.rmtree(self.results, ignore_errors=True)
        self.results.mkdir(parents=True)
        own = json5.loads(configuration.read_text(encoding="utf-8"))
        # ASV means all of these relative to the place of its configuration, which is another now.
        places = {name: str(home / own[name]) for name in ("repo", "benchmark_dir", "env_dir")}
        changes = {"results_dir": str(self.results), "branches": ["HEAD"]}
        text = json.dumps(own | places | changes).replace("{conf_dir}", json.dumps(str(home))[1:-1])
        (self.results / "asv.conf.json").write_text(text, encoding="utf-8")
        self.repository = home / own["repo"]

    def run(self, *options: str) -> tuple[int, str]:
        """Call ``asv run``, show what it says, and return its exit code and last line."""
        # Once it knows the machine, ASV notes it beside the results.
        if not any(self.results.glob("*/machine.json")):
            code, last = self._call("machine", "--yes")
            if code:
                return code, last
        return self._call("run", *options)

    def measure(self, bench: list[str], *options: str) -> tuple[Path | None, str]:
        """Measure what matches; return (the one file of results or None, why there is none).

        ASV's exit code tells a failed benchmark from none, not whether there is a result.
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
    """Return how ASV calls a benchmark with its parameters, which ``--bench`` selects by."""
    return f"{name}({', '.join(parameters)})" if parameters else name


def iterate_values(
    result: Mapping[str, Any],
) -> Iterator[tuple[str, tuple[str, ...], float | None]]:
    """Yield (benchmark, its parameters as text, value) of every combination of parameters.

    `result` is the file's content. A value is None where a benchmark failed, and NaN where it was
    skipped or not selected.
    """
    for name, entries in result["results"].items():
        row = dict(zip(result["result_columns"], entries, strict=False))
        # Where all failed, ASV keeps one null.
        values = row["result"] or itertools.repeat(None)
        for parameters, value in zip(itertools.product(*row["params"]), values, strict=False):
            yield name, parameters, value
