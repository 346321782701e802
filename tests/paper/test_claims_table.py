"""The verdicts as a reader sees them."""

import re

import pandas as pd
import pytest
import yaml

from bssbench.cli.main import main
from bssbench.paper.claims_table import overview

HEADER = "dataset,method,seed,score,value,status,reason\n"
ROUNDS = "".join(
    f"skr-vae,500,{number},1.0,\ngp-vae,500,{number},{3.0 + number / 10},\n" for number in range(5)
)
COSTS = f"method,length,round,seconds_of_training,reason\n{ROUNDS}"


@pytest.fixture
def judged(tmp_path):
    """Verdicts on three sources of text: what is better, what is cheaper, what was not run."""
    about = {"score": "mcc", "datasets": ["gp-equal"], "because": "It is so."}
    ours = {**about, "methods": ["skr-vae"]}
    cost = {
        "test": "cheaper",
        "table": "training_cost",
        "quantity": "seconds_of_training",
        **{"where": {}, "of": {"method": "skr-vae"}, "than": {"method": "gp-vae"}},
        **{"each": {"length": [500]}, "factor": 1, "because": "why"},
    }
    tests = {
        "good": [{**ours, "test": "superior", "than": ["gp-vae"], "margin": 0.02}, cost],
        "bad": [{**ours, "test": "at_most", "threshold": 0.5}],
        "open": [
            {**ours, "test": "at_least", "threshold": 0.91},
            {**about, "methods": ["sobi"], "test": "at_least", "threshold": 0.9},
        ],
    }
    claims = [
        {"name": name, "sentence": f"It is {name}.", "source": "a paper", "tests": own}
        for name, own in tests.items()
    ]
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump({"claims": claims}))
    rows = [
        f"gp-equal,{method},{seed},mcc,{value + seed / 100},ok,"
        for method, value in (("skr-vae", 0.9), ("gp-vae", 0.8))
        for seed in range(4)
    ]
    (tmp_path / "scores.csv").write_text(HEADER + "\n".join(rows) + "\n")
    (tmp_path / "costs.csv").write_text(COSTS)

    def judge(out):
        files = {
            "--claims": "claims.yaml",
            "--scores": "scores.csv",
            "--training-cost": "costs.csv",
        }
        words = [word for option, name in files.items() for word in (option, str(tmp_path / name))]
        assert main(["claims", *words, "--out", str(tmp_path / out)]) == 0
        return tmp_path / out / "claims.csv", tmp_path / out / "claims.md"

    return judge


def test_each_claim_has_its_verdict_and_the_numbers_behind_it(judged):
    table, text = judged("once")
    parts = pd.read_csv(table)
    verdicts = dict(zip(parts["claim"], parts["claim_verdict"], strict=True))
    assert verdicts == {"good": "supported", "bad": "refuted", "open": "undecided"}
    assert parts["part"].tolist() == [1, 2, 1, 1, 2]
    assert parts["verdict"].tolist() == [
        *("supported", "supported", "refuted", "undecided", "not run")
    ]
    words = re.sub(" +", " ", text.read_text())
    for claim, verdict in verdicts.items():
        assert f"\n## {claim}: {verdict}\n\nIt is {claim}.\n\nSource: a paper\n" in words
    needed = int(parts["seeds_needed"].dropna().item())
    assert f"| 4 (of {needed} needed) | undecided |" in words
    assert f"| 0 of 2 | seeds: {needed}; parts not run: 1 |" in words
    assert re.search(
        r"\| length 500 \| method skr-vae \| method gp-vae \| 3\.2 \[2\.\d+, 3\.\d+\]", words
    )
    assert "Not run: sobi on gp-equal." in words


def test_equal_tables_give_equal_bytes(judged):
    for first, second in zip(judged("once"), judged("twice"), strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_a_claim_that_depends_names_the_data():
    verdicts = ["supported", "supported", "refuted", "undecided"]
    parts = pd.DataFrame({"where": [f"length {n}" for n in (1, 2, 3, 4)], "verdict": verdicts})
    parts = parts.assign(claim="C", reading="improved", claim_verdict="depends", seeds_needed=None)
    row = overview({"C": "It is so."}, parts).iloc[0]
    assert (row["plain"], row["improved"], row["supported"]) == ("", "depends", "2 of 4")
    assert row["why"] == "supported on length 1, 2; refuted on length 3"
    parts["where"] = ["gp-near", "gp-distinct", "gp-tp", "waveforms"]
    both = pd.concat([parts, parts.assign(reading="plain")])
    assert overview({"C": "It is so."}, both)["why"].item() == (
        "as the abstract reads, supported on gp-near, gp-distinct; refuted on gp-tp; "
        "as improved here, supported on gp-near, gp-distinct; refuted on gp-tp"
    )


def test_both_readings_stand_side_by_side(judged, tmp_path):
    file = tmp_path / "claims.yaml"
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump(content | {"plain": {"skr-vae": "gp-vae"}}))
    table, text = judged("readings")
    parts = pd.read_csv(table).groupby(["claim", "reading"])["claim_verdict"].first()
    # What is compared with itself is no better; costs are the same in both.
    assert parts["good"].to_dict() == {"improved": "supported", "plain": "depends"}
    words = re.sub(" +", " ", text.read_text())
    assert "| good | It is good. | depends | supported | 1 of 2, 2 of 2 |" in words
    assert "| as the abstract reads, supported on length 500; refuted on gp-equal |" in words
    assert "## good: depends as the abstract reads, supported as improved here\n" in words
    assert "As the abstract reads, `mcc`: better by more than the margin. It is so." in words
