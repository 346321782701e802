"""The page of findings: of each sweep its question, the answer in numbers, and its figure."""

from collections.abc import Mapping

import pandas as pd

from bssbench.paper.report import Report, Section
from bssbench.paper.sweep_table import findings_grids
from bssbench.statistics.findings import find

__all__ = ["findings_report"]

_NOTE = (
    "Computed from the tables of the sweeps: no sentence here is written by hand. Near is within 1 "
    "dB, with a value of every seed; separated is 10 dB or more. A method is judged against the "
    "Cramér-Rao bound where it can be attained, elsewhere against the best method at the point. "
    "Points where the bound says that nothing can separate count against no method."
)


def findings_report(
    tables: Mapping[str, pd.DataFrame], figures: Mapping[str, str] | None = None
) -> Report:
    """Return the page, in the order of the sweeps.

    Parameters
    ----------
    tables : mapping
        By a sweep's name its table, as `bssbench.statistics.sweeps.read_sweep_table` reads it.
    figures : mapping, optional
        By a sweep's name the link to its figure.
    """
    sections, leads = [], []
    for name, table in tables.items():
        findings = find(table)
        leads.append({"sweep": name, "finding": findings.lead})
        link = (figures or {}).get(name, "")
        picture = f"![{name}]({link})" if link else ""
        said = "\n\n".join(
            ["*" + str(table["question"].iloc[0]) + "*", findings.lead, " ".join(findings.trends)]
        ).strip()
        sections.append(Section(name, said, tuple(findings_grids(findings)), picture))
    return Report("findings", "Findings", _NOTE, pd.DataFrame(leads), tuple(sections))
