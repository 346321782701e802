"""Write a table of the faults that `make faults` caused, and of what was lost.

Each test is one fault, or as many as its property ``tried`` states; a test that fails counts as one
loss. Tests that were skipped are listed with their reasons.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from bssbench.files import write_text

HEAD = """\
# Faults caused on purpose

For each kind of fault: how many were tried; after how many the suite ended as documented, with the
same results; and how many lost something. `make faults` writes this table.

| kind | tried | survived | lost | not tried here |
|---|---:|---:|---:|---|
"""


@dataclass
class Kind:
    """The faults of one kind that were tried, and why others were not."""

    tried: int = 0
    lost: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def read(reports: Iterable[Path]) -> dict[str, Kind]:
    """Read pytest's reports, and add up the tests of each module."""
    kinds: dict[str, Kind] = {}
    for report in reports:
        # pytest wrote it a moment ago.
        for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
            kind = kinds.setdefault(_kind(case.get("classname", "")), Kind())
            skipped = case.find("skipped")
            if skipped is not None:
                kind.skipped[skipped.get("message", "")] += 1
                continue
            properties = {each.get("name"): each.get("value", "") for each in case.iter("property")}
            kind.tried += int(properties.get("tried", "1"))
            kind.lost += case.find("failure") is not None or case.find("error") is not None
    return kinds


def _kind(module: str) -> str:
    """Return the kind of fault of a test module, such as ``fuzz: command line``."""
    folder, _, name = module.removeprefix("tests.").rpartition(".")
    words = name.removeprefix("test_").replace("_", " ")
    return words if folder in ("faults", words) else f"{folder}: {words}"


def table(kinds: dict[str, Kind]) -> str:
    """Return the table in Markdown."""
    rows = [
        f"| {name} | {kind.tried:,} | {kind.tried - kind.lost:,} | {kind.lost:,} "
        f"| {'; '.join(_reason(*each) for each in sorted(kind.skipped.items()))} |"
        for name, kind in sorted(kinds.items())
    ]
    return HEAD + "\n".join(rows) + "\n"


def _reason(text: str, count: int) -> str:
    line = re.sub(r"[\s|]+", " ", text).strip()
    return f"{count}: {line}"


def main() -> int:
    """Write the table; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path, metavar="XML", help="from pytest")
    parser.add_argument("--out", required=True, type=Path, metavar="MD", help="the table")
    arguments = parser.parse_args()
    kinds = read(arguments.reports)
    text = table(kinds)
    write_text(arguments.out, text)
    print(text, end="")
    return int(any(kind.lost for kind in kinds.values()))


if __name__ == "__main__":
    sys.exit(main())
