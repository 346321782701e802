"""Say as a table what `make faults` did to the suite, and what was lost by it.

One fault is one test, or as many as the test says that it tried (the property ``tried``), of which
a failing one lost one. Numbers are of the report of the tests that ran; what did not says why.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from bssbench.files import write_text

HEAD = """\
# What may go wrong, done on purpose

Of each kind how often it was tried, how often the suite answered as documented or ended in the same
results, and how often something was lost. `make faults` writes this.

| kind | tried | survived | lost | not tried here |
|---|---:|---:|---:|---|
"""


@dataclass
class Kind:
    """What was tried of one kind, and why what was not was not."""

    tried: int = 0
    lost: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def read(report: Path) -> dict[str, Kind]:
    """Read pytest's report, by the tests' modules."""
    kinds: dict[str, Kind] = {}
    # It is written by the line before this one in the Makefile, and by nobody else.
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
        kind = kinds.setdefault(_kind(case.get("classname", "")), Kind())
        skipped = case.find("skipped")
        if skipped is not None:
            kind.skipped[skipped.get("message", "")] += 1
            continue
        said = {each.get("name"): each.get("value", "") for each in case.iter("property")}
        kind.tried += int(said.get("tried", "1"))
        kind.lost += case.find("failure") is not None or case.find("error") is not None
    return kinds


def _kind(module: str) -> str:
    """Return what a module of tests is about, such as ``fuzz: command line``."""
    folder, _, name = module.removeprefix("tests.").rpartition(".")
    words = name.removeprefix("test_").replace("_", " ")
    return words if folder == "faults" else f"{folder}: {words}"


def table(kinds: dict[str, Kind]) -> str:
    """Return the kinds as Markdown."""
    rows = [
        f"| {name} | {kind.tried:,} | {kind.tried - kind.lost:,} | {kind.lost:,} "
        f"| {'; '.join(_reason(*each) for each in sorted(kind.skipped.items()))} |"
        for name, kind in sorted(kinds.items())
    ]
    return HEAD + "\n".join(rows) + "\n"


def _reason(text: str, count: int) -> str:
    line = re.sub(r"[\s|]+", " ", text).strip()
    return f"{count}: {line}"


def main(report: Path, out: Path) -> int:
    """Write the table; return 1 if anything was lost."""
    kinds = read(report)
    write_text(out, table(kinds))
    print(out.read_text(encoding="utf-8"), end="")
    return int(any(kind.lost for kind in kinds.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
