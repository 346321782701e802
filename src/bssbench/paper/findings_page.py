"""The page of findings: for each sweep its question, the answer in numbers, and its figure."""

from collections.abc import Mapping

import pandas as pd

from bssbench.paper.report import Report, Section
from bssbench.paper.sweep_table import findings_grids
from bssbench.statistics.findings import find

__all__ = ["findings_report"]

_NOTE = (
    "All sentences are computed from the tables of the sweeps. Near: within 1 dB, with a value for "
    "every seed. Separated: 10 dB or more. Methods are compared with the Cramér-Rao bound where it "
    "can be attained, and elsewhere with the best method at the point. Points at which the bound "
    "rules out separation count against no method."
)


def findings_report(
    tables: Mapping[str, pd.DataFrame], figures: Mapping[str, str] | None = None
) -> Report:
    """Return the page, in the order of the sweeps.

    Parameters
    ----------
    tables : mapping
        The table of each sweep by name, from `bssbench.statistics.sweeps.read_sweep_table`.
    figures : mapping, optional
        The link to the figure of each sweep, by name.
    """
    sections, leads = [], []
    for name, table in tables.items():
        findings = find(table)
        leads.append({"sweep": name, "finding": findings.lead})
        link = (figures or {}).get(name, "")
        picture = f"![{name}]({link})" if link else ""
        text = "\n\n".join(
            ["*" + str(table["question"].iloc[0]) + "*", findings.lead, " ".join(findings.trends)]
        ).strip()
        sections.append(Section(name, text, tuple(findings_grids(findings)), picture))
    return Report("findings", "Findings", _NOTE, pd.DataFrame(leads), tuple(sections))
