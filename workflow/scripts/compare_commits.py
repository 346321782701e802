"""Say whether a commit is slower or larger than another: by much, and not by chance.

Both commits are built in ASV's own environment (not in .venv) and measured with the benchmarks of
the working tree, in rounds that alternate between them, so that a machine that gets slower does not
take sides. `asv continuous` does much of this, but its exit status does not tell a regression from
a failure to measure, and `asv compare` has none to tell.
"""

import argparse
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np
from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.console import log
from asv.environment import Environment, get_environments

# Importing it registers what ASV knows of virtualenv and git.
from asv.plugin_manager import plugin_manager  # noqa: F401
from asv.repo import NoSuchNameError, Repo, get_repo
from asv.runner import run_benchmarks
from asv.util import ProcessError, UserError, human_value
from scipy.stats import false_discovery_control, mannwhitneyu
from tabulate import tabulate

from bssbench.errors import InputError

DESCRIPTION = """\
Build two commits in ASV's own environment, measure both with the benchmarks of the working tree,
and print how they compare.

exit status: 0 nothing got worse; 1 something did; 2 nothing could be measured

What counts as worse, by the unit of a benchmark:
  seconds, ratio    the median of rounds grew by more than FACTOR, and significantly: Mann-Whitney's
                    test, two-sided, of a value for each round (a process of its own), with a false
                    discovery rate of 5 % over all benchmarks. The number of rounds follows from the
                    number N of benchmarks: the least n with 2 / binomial(2n, n) < 0.05 / N, without
                    which no single one could be significant, and two more so that it survives a
                    disturbed round: 6 rounds for 1 benchmark, 9 for 50.
  bytes             grew by more than FACTOR and more than 5 MB; measured once
  relative error    grew by more than 10, that is, lost a digit, since rounding alone changes it by
                    less; measured once
  any               worked in BASE and fails in HEAD
A tracked value of any other unit has no bad direction and is not run. What works in one commit
alone, or is skipped there, is listed and does not count."""

SIGNIFICANT = 0.05
ROUNDS_TO_SPARE = 2


@dataclass(frozen=True)
class Unit:
    """How values of a unit are judged; of all of them, more is worse."""

    repeated: bool = False  # measured in each round, and tested
    margin: float = 0.0  # a smaller difference is none
    least_factor: float = 1.0
    floor: float = 0.0  # smaller values are alike


UNITS = {
    "seconds": Unit(repeated=True),
    "ratio": Unit(repeated=True),
    "bytes": Unit(margin=5e6),
    "relative error": Unit(least_factor=10.0, floor=float(np.finfo(float).eps)),
}


@dataclass
class Case:
    """A benchmark with its parameters, and what was measured: a value for each round.

    A value is None where the benchmark failed, and NaN where it does not apply.
    """

    benchmark: str
    index: int  # of the combination of parameters
    name: str
    unit: str
    base: list[float | None] = field(default_factory=list)
    head: list[float | None] = field(default_factory=list)
    p: float = 0.0

    @property
    def comparable(self) -> bool:
        """Both commits gave a number in every round."""
        return worked(self.base) and worked(self.head)

    def verdict(self, factor: float) -> str:
        """Return a word for the table, empty where nothing changed."""
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
    """Say whether a benchmark gave a number in every round."""
    return all(value is not None and not math.isnan(value) for value in values)


def middle(values: Sequence[float | None]) -> float:
    """Return the median."""
    return float(np.median(np.asarray(values, dtype=float)))


def rounds_needed(n_tests: int) -> int:
    """Return how many rounds let one of `n_tests` benchmarks be significant, with some to spare."""
    rounds = 1
    while 2 / math.comb(2 * rounds, rounds) >= SIGNIFICANT / max(n_tests, 1):
        rounds += 1
    return rounds + ROUNDS_TO_SPARE


def require_commits(path: str, allow_changes: bool) -> None:
    """Refuse a place without git, and changes in none of the commits to be measured."""
    command = ["git", "-C", path, "status", "--porcelain", "--untracked-files=no"]
    status = subprocess.run(command, capture_output=True, text=True, check=False)
    if status.returncode:
        raise InputError("there is no git repository here, so there are no commits to compare")
    if status.stdout and not allow_changes:
        raise InputError(
            "uncommitted changes would not be measured: commit them, or name what to measure "
            "(--head HEAD)"
        )


def find_commit(repo: Repo, name: str) -> str:
    """Return the hash of a commit."""
    try:
        return repo.get_hash_from_name(name)
    except NoSuchNameError:
        raise InputError(f"no commit is called {name!r}") from None


def list_cases(benchmarks: Benchmarks) -> Iterator[Case]:
    """Yield the selected combinations of parameters of each benchmark."""
    for name, benchmark in benchmarks.items():
        if benchmark["unit"] not in UNITS:
            continue
        combinations = list(product(*benchmark["params"]))
        # ASV has no selection where there are no parameters.
        for index in benchmarks.benchmark_selection[name] or [0]:
            words = f"({', '.join(combinations[index])})" if benchmark["params"] else ""
            yield Case(name, index, name + words, benchmark["unit"])


def install(environment: Environment, conf: Config, repo: Repo, commit: str) -> None:
    """Build a commit, unless that is done, and put it into the environment."""
    try:
        environment.create()
        environment.install_project(conf, repo, commit)
    except ProcessError:
        raise InputError(f"commit {commit[:8]} can't be built; see above") from None


def measure(conf: Config, repo: Repo, commits: dict[str, str], bench: str) -> list[Case]:
    """Return what matches `bench`, measured in both commits in turn, round by round."""
    environment = next(iter(get_environments(conf, None)), None)
    if environment is None:
        raise InputError("ASV can make no environment here: is virtualenv installed?")
    # BASE last: the search for benchmarks and the first round begin with it.
    for side in ("head", "base"):
        install(environment, conf, repo, commits[side])
    found = Benchmarks.discover(conf, repo, [environment], list(commits.values()), regex=bench)
    cases = list(list_cases(found))
    if not cases:
        raise InputError(f"no benchmark of a unit that can get worse matches {bench!r}")

    def measure_once(some: list[Case], sides: Sequence[str]) -> None:
        names = [f"^{re.escape(case.name)}$" for case in some]
        chosen = Benchmarks(conf, list(found.values()), regex=names)
        for side in sides:
            install(environment, conf, repo, commits[side])
            results = run_benchmarks(
                chosen,
                environment,
                show_stderr=True,
                extra_params={"rounds": 1},
                launch_method=conf.launch_method,
            )
            for case in some:
                parameters = found[case.benchmark]["params"]
                value = results.get_result_value(case.benchmark, parameters)[case.index]
                getattr(case, side).append(value)

    measure_once(cases, ("base", "head"))
    again = [case for case in cases if UNITS[case.unit].repeated and case.comparable]
    rounds = rounds_needed(len(again)) if again else 1
    for number in range(1, rounds):
        log.info(f"Round {number + 1} of {rounds}")
        # There and back: the commit that ended a round begins the next, and is still installed.
        measure_once(again, ("head", "base") if number % 2 else ("base", "head"))
    return cases


def test(cases: list[Case]) -> None:
    """Fill in the p-values of what was repeated, adjusted for their number."""
    tested = [case for case in cases if case.comparable and UNITS[case.unit].repeated]
    if tested:
        # Exact, since the normal approximation is too cautious for what many benchmarks take.
        raw = [mannwhitneyu(case.head, case.base, method="exact").pvalue for case in tested]
        for case, p in zip(tested, false_discovery_control(raw), strict=True):
            case.p = float(p)


def table(cases: list[Case], factor: float) -> str:
    """Return the comparison as text, a line for each case."""
    lines = []
    for case in cases:
        before, after = (
            human_value(middle(values), case.unit) if worked(values) else "-"
            for values in (case.base, case.head)
        )
        ratio = p = "-"
        if case.comparable:
            ratio = f"{middle(case.head) / middle(case.base):.2f}" if middle(case.base) else "-"
            p = f"{case.p:.1g}" if UNITS[case.unit].repeated else "-"
        lines.append([case.verdict(factor), case.name, before, after, ratio, p])
    headers = ["", "benchmark", "BASE", "HEAD", "ratio", "p"]
    return tabulate(lines, headers=headers, disable_numparse=True)


def compare(arguments: argparse.Namespace) -> int:
    """Measure, print, and return the exit status 0 or 1."""
    try:
        re.compile(arguments.bench)
    except re.error as error:
        raise InputError(f"{arguments.bench!r} is not a regular expression: {error}") from None
    config = arguments.config.resolve()
    # As ASV does: the configuration's paths are relative to its place.
    conf = Config.load(config)
    os.chdir(config.parent)
    require_commits(conf.repo, allow_changes=arguments.head is not None)
    repo = get_repo(conf)
    commits = {
        "base": find_commit(repo, arguments.base),
        "head": find_commit(repo, arguments.head or "HEAD"),
    }
    cases = measure(conf, repo, commits, arguments.bench)
    test(cases)
    log.flush()
    print(f"\nBASE {commits['base'][:8]}, HEAD {commits['head'][:8]}\n")
    print(table(cases, arguments.factor))
    worse = [case.name for case in cases if case.verdict(arguments.factor) in ("WORSE", "FAILS")]
    n_compared = sum(case.comparable for case in cases)
    if not worse and not n_compared:
        raise InputError("no benchmark ran in both commits")
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
    parser.add_argument("--head", help="the commit in question (the current one)")
    parser.add_argument("--factor", type=float, default=1.2, help="what is much (1.2)")
    parser.add_argument("--bench", default="", metavar="REGEX", help="which benchmarks (all)")
    parser.add_argument(
        "--config", type=Path, default=Path("benchmarks/asv.conf.json"), help="ASV's configuration"
    )
    arguments = parser.parse_args()
    if not arguments.factor >= 1:
        parser.error("--factor: at least 1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    log.enable()
    try:
        return compare(arguments)
    except (InputError, UserError, ProcessError, RuntimeError, OSError) as error:
        log.flush()
        message = str(error).strip().partition("\n")[0] or type(error).__name__
        print(f"bssbench: error: {message}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
