"""Test whether a commit is substantially and significantly slower or larger than another.

Both commits are built in ASV's own environment (not in .venv) and measured with the benchmarks of
the working tree, in rounds that alternate between the commits, so that drift of the machine's speed
affects both. `asv continuous` is similar, but its exit status does not distinguish a regression
from a failed measurement; `asv compare` always exits with 0.
"""

import argparse
import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np
from asv_runs import AsvRuns, benchmark_title, iterate_values
from scipy.stats import false_discovery_control, mannwhitneyu
from tabulate import tabulate

from bssbench.errors import InputError
from bssbench.files import read_json

DESCRIPTION = """\
Build two commits in ASV's own environment, measure both with the benchmarks of the working tree,
and print a comparison.

exit status: 0 nothing got worse; 1 something got worse; 2 nothing could be measured

What counts as worse depends on the unit of the benchmark:
  seconds, ratio    the median over rounds increased by more than FACTOR, and the increase is
                    significant: two-sided Mann-Whitney test of one value per round (each round is a
                    separate process), with a false discovery rate of 5 % over all benchmarks. For N
                    benchmarks there are n + 2 rounds, where n is the smallest number with
                    2 / binomial(2n, n) < 0.05 / N: with fewer than n, no single benchmark could be
                    significant, and two more allow for a disturbed round. This gives 6 rounds for
                    1 benchmark and 9 for 50.
  bytes             increased by more than FACTOR and by more than 5 MB; measured once
  relative error    increased by more than a factor of 10 (rounding causes smaller changes);
                    measured once
  any               succeeds in BASE and fails in HEAD
Benchmarks with other units are not run, since neither direction is worse. A benchmark that
succeeds only in one commit, or is skipped in one, is listed but does not count."""

SIGNIFICANT = 0.05
ROUNDS_TO_SPARE = 2


@dataclass(frozen=True)
class Unit:
    """How values of a unit are compared; for every unit, larger values are worse."""

    shown: str  # the unit in the table
    scale: float = 1.0  # from the benchmark's unit to the one in the table
    repeated: bool = False  # whether it is measured in each round, and tested
    margin: float = 0.0  # differences up to this do not count
    least_factor: float = 1.0  # smaller factors do not count, whatever --factor is
    floor: float = 0.0  # smaller values are treated as equal to this one


UNITS = {
    "seconds": Unit("ms", scale=1e3, repeated=True),
    "ratio": Unit("", repeated=True),
    "bytes": Unit("MB", scale=1e-6, margin=5e6),
    "relative error": Unit("", least_factor=10.0, floor=float(np.finfo(float).eps)),
}


@dataclass
class Case:
    """A benchmark with its parameters, and the measured values, one per round.

    A value is None if the benchmark failed, and NaN if it does not apply.
    """

    name: str
    unit: str
    base: list[float | None] = field(default_factory=list)
    head: list[float | None] = field(default_factory=list)
    p: float = 0.0

    @property
    def comparable(self) -> bool:
        """Whether both commits gave a number in every round."""
        return worked(self.base) and worked(self.head)

    def verdict(self, factor: float) -> str:
        """Return a word for the table; empty if nothing changed."""
        if not self.comparable:
            if worked(self.base):
                return "FAILS" if None in self.head else "only in BASE"
            return "only in HEAD" if worked(self.head) else "in neither"
        unit = UNITS[self.unit]
        before, after = (max(middle(values), unit.floor) for values in (self.base, self.head))
        factor = max(factor, unit.least_factor)
        if self.p >= SIGNIFICANT or abs(after - before) <= unit.margin:
            return ""
        if after > factor * before:
            return "WORSE"
        return "better" if before > factor * after else ""


def worked(values: Sequence[float | None]) -> bool:
    """Return whether a benchmark gave a number in every round."""
    return all(value is not None and not math.isnan(value) for value in values)


def middle(values: Sequence[float | None]) -> float:
    """Return the median of the rounds."""
    return float(np.median(np.asarray(values, dtype=float)))


def rounds_needed(n_tests: int) -> int:
    """Return the number of rounds for `n_tests` benchmarks: see DESCRIPTION."""
    rounds = 1
    while 2 / math.comb(2 * rounds, rounds) >= SIGNIFICANT / max(n_tests, 1):
        rounds += 1
    return rounds + ROUNDS_TO_SPARE


def git(repository: Path, *words: str) -> str | None:
    """Return the output of a git command; None if it fails."""
    command = ["git", "-C", str(repository), *words]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if completed.returncode else completed.stdout.strip()


def require_commits(repository: Path, allow_changes: bool) -> None:
    """Raise an `InputError` without a git repository, or if there are uncommitted changes."""
    status = git(repository, "status", "--porcelain", "--untracked-files=no")
    if status is None:
        raise InputError("not a git repository, so there are no commits to compare")
    if status and not allow_changes:
        raise InputError(
            "uncommitted changes would not be measured: commit them, or name the commit to measure "
            "(--head HEAD)"
        )


def find_commit(repository: Path, name: str) -> str:
    """Return the hash of a commit."""
    found = git(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if not found:
        raise InputError(f"no such commit: {name!r}")
    return found


def find_cases(asv: AsvRuns, commits: dict[str, str], bench: str) -> list[Case]:
    """Return the benchmarks that match `bench` in either commit.

    Benchmarks may be generated from the code, so the commits can have different ones.
    """
    found: dict[str, Case] = {}
    # BASE last, because the first round begins with it and it is then already installed.
    for side in ("head", "base"):
        code, last = asv.run(f"{commits[side]}^!", "--bench", "just-discover")
        if code:
            raise InputError(f"ASV ended with code {code}: {last}")
        listed = read_json(asv.results / "benchmarks.json")
        # The file also has a version number, which is not a benchmark.
        for benchmark in (entry for entry in listed.values() if isinstance(entry, dict)):
            for parameters in product(*benchmark["params"]):
                title = benchmark_title(benchmark["name"], parameters)
                if benchmark["unit"] in UNITS and re.search(bench, title):
                    found.setdefault(title, Case(title, benchmark["unit"]))
    if not found:
        raise InputError(f"no benchmark with a comparable unit matches {bench!r}")
    return list(found.values())


def measure_once(asv: AsvRuns, commit: str, cases: list[Case]) -> list[float | None]:
    """Return a value per case; None if it failed or if the commit does not have it."""
    titles = [f"^{re.escape(case.name)}$" for case in cases]
    file, _ = asv.measure(titles, f"{commit}^!", "--show-stderr", "--attribute", "rounds=1")
    if file is None:
        return [None] * len(cases)
    result = read_json(file)
    duration = result["result_columns"].index("duration")
    # If the commit can't be built, ASV records all benchmarks as failed, without a duration.
    if not any(row[duration:] and row[duration] for row in result["results"].values()):
        raise InputError(f"commit {commit[:8]} can't be built; see above")
    values = {
        benchmark_title(name, parameters): value
        for name, parameters, value in iterate_values(result)
    }
    return [values.get(case.name) for case in cases]


def measure(asv: AsvRuns, commits: dict[str, str], bench: str) -> list[Case]:
    """Measure the benchmarks that match `bench` in both commits, round by round."""
    cases = find_cases(asv, commits, bench)

    def measure_round(some: list[Case], sides: Sequence[str]) -> None:
        for side in sides:
            for case, value in zip(some, measure_once(asv, commits[side], some), strict=True):
                getattr(case, side).append(value)

    measure_round(cases, ("base", "head"))
    again = [case for case in cases if UNITS[case.unit].repeated and case.comparable]
    rounds = rounds_needed(len(again)) if again else 1
    for number in range(1, rounds):
        print(f"Round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        # The commit that ended a round is still installed, so it begins the next one.
        measure_round(again, ("head", "base") if number % 2 else ("base", "head"))
    return cases


def test(cases: list[Case]) -> None:
    """Set the p-values of repeated benchmarks, adjusted for multiple testing."""
    tested = [case for case in cases if case.comparable and UNITS[case.unit].repeated]
    if tested:
        # The normal approximation is too conservative for so few rounds and many benchmarks.
        raw = [mannwhitneyu(case.head, case.base, method="exact").pvalue for case in tested]
        for case, p in zip(tested, false_discovery_control(raw), strict=True):
            case.p = float(p)


def table(cases: list[Case], factor: float) -> str:
    """Return the comparison as a text table, one line per case."""
    lines = []
    for case in cases:
        unit = UNITS[case.unit]
        before, after = (
            f"{middle(values) * unit.scale:.4g} {unit.shown}" if worked(values) else "-"
            for values in (case.base, case.head)
        )
        ratio = p = "-"
        if case.comparable:
            ratio = f"{middle(case.head) / middle(case.base):.2f}" if middle(case.base) else "-"
            p = f"{case.p:.1g}" if unit.repeated else "-"
        lines.append([case.verdict(factor), case.name, before, after, ratio, p])
    headers = ["", "benchmark", "BASE", "HEAD", "ratio", "p"]
    return tabulate(lines, headers=headers, disable_numparse=True)


def compare(arguments: argparse.Namespace) -> int:
    """Measure both commits, print the comparison, and return the exit status 0 or 1."""
    try:
        re.compile(arguments.bench)
    except re.error as error:
        raise InputError(f"{arguments.bench!r} is not a regular expression: {error}") from None
    with tempfile.TemporaryDirectory() as folder:
        asv = AsvRuns(arguments.config, Path(folder) / "results", {})
        require_commits(asv.repository, allow_changes=arguments.head is not None)
        commits = {
            "base": find_commit(asv.repository, arguments.base),
            "head": find_commit(asv.repository, arguments.head or "HEAD"),
        }
        cases = measure(asv, commits, arguments.bench)
    test(cases)
    print(f"\nBASE {commits['base'][:8]}, HEAD {commits['head'][:8]}\n")
    print(table(cases, arguments.factor))
    worse = [case.name for case in cases if case.verdict(arguments.factor) in ("WORSE", "FAILS")]
    n_compared = sum(case.comparable for case in cases)
    if not worse and not n_compared:
        raise InputError("no benchmark succeeded in both commits")
    print(f"\n{n_compared} compared, {len(worse)} worse by more than {arguments.factor:g} times")
    for name in worse:
        print(f"worse: {name}")
    return 1 if worse else 0


def main() -> int:
    """Compare two commits; return the exit status."""
    parser = argparse.ArgumentParser(
        description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", required=True, help="the commit to compare with")
    parser.add_argument("--head", help="the commit to test (default: HEAD)")
    parser.add_argument(
        "--factor", type=float, default=1.2, help="smallest increase that counts (default: 1.2)"
    )
    parser.add_argument(
        "--bench", default="", metavar="REGEX", help="the benchmarks to run (default: all)"
    )
    parser.add_argument(
        "--config", type=Path, default=Path("benchmarks/asv.conf.json"), help="ASV's configuration"
    )
    arguments = parser.parse_args()
    if not arguments.factor >= 1:
        parser.error("--factor: must be at least 1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        return compare(arguments)
    except (InputError, OSError) as error:
        message = str(error).strip().partition("\n")[0] or type(error).__name__
        print(f"bssbench: error: {message}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
