"""What fresh seeds change is told from what chance changes."""

import math

import numpy as np
import pandas as pd
import pytest

from bssbench.paper.replication_tables import orders_report, verdicts_report
from bssbench.paper.report import write
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.claims_file import read_claims
from bssbench.statistics.replication import compare_orders, compare_verdicts

HEADLINE = next(name for name, score in SCORES.items() if score.headline)
CLAIMS = """
plain: {jade: fastica}
claims:
  - name: own
    sentence: Sobi separates what is simulated and what is recorded.
    source: nowhere
    tests:
      - {test: at_least, score: mcc, datasets: [gp-distinct, modal-frame], methods: [sobi],
         threshold: 0.9, because: "why"}
      - {test: cheaper, table: cores, quantity: seconds, where: {}, of: {core: fft},
         than: {core: dense}, each: {length: [256]}, factor: 1.0, because: "why"}
  - name: recorded
    sentence: Sobi separates what is recorded.
    source: nowhere
    tests:
      - {test: at_least, score: mcc, datasets: [modal-frame], methods: [sobi], threshold: 0.9,
         because: "why"}
"""


def table(levels, first_seed, rng, score=HEADLINE, dataset="gp-distinct", spread=0.1, n_seeds=10):
    """Scores of ten seeds about a level for each method."""
    rows = [
        (dataset, method, seed, score, level + spread * rng.standard_normal(), "ok", "")
        for method, level in levels.items()
        for seed in range(first_seed, first_seed + n_seeds)
    ]
    return pd.DataFrame(
        rows, columns=["dataset", "method", "seed", "score", "value", "status", "reason"]
    )


def test_what_changes_places_by_much_is_significant_and_what_does_by_chance_is_not(rng):
    old = {"sobi": 3.0, "jade": 2.0, "fastica": 1.0, "picard": 1.0, "random": 0.0}
    new = {"sobi": 2.0, "jade": 3.0, "fastica": 1.0, "picard": 1.0, "random": 9.0}
    orders = compare_orders(table(old, 100, rng), table(new, 200, rng))
    assert len(orders) == 6, "controls take no part"
    assert set(orders["recorded_best"]) == {"sobi"}
    assert set(orders["fresh_best"]) == {"jade"}
    changed = orders[orders["significant"]]
    assert changed[["method", "other"]].to_numpy().tolist() == [["sobi", "jade"]]
    row = changed.iloc[0]
    assert row["recorded_difference"] == pytest.approx(1.0, abs=0.3)
    assert row["fresh_difference"] == pytest.approx(-1.0, abs=0.3)
    alike = orders[(orders["method"] + orders["other"]).isin(["fasticapicard", "picardfastica"])]
    assert not alike["significant"].any()
    assert (orders["recorded_difference"] >= 0).all(), "the first is ahead in the record"


def test_the_same_law_on_other_seeds_changes_no_order_significantly():
    """Of two hundred pairs none may be more than chance has: Holm holds that in each data set."""
    found = 0
    for number in range(20):
        rng = np.random.default_rng(number)
        levels = dict.fromkeys(["sobi", "jade", "fastica", "picard", "infomax"], 1.0)
        orders = compare_orders(table(levels, 100, rng), table(levels, 200, rng))
        assert len(orders) == 10
        found += orders["significant"].any()
    assert found <= 3


def test_p_values_are_exact_where_nothing_is_tied(rng):
    """Two samples that do not overlap: 2 of all the ways to share out their ranks."""
    old, new = ({"sobi": 3.0, "jade": level} for level in (1.0, 5.0))
    for n_seeds in (4, 10):
        tables = (table(own, 100, rng, n_seeds=n_seeds) for own in (old, new))
        (p,) = compare_orders(*tables)["p"]
        assert p == pytest.approx(2 / math.comb(2 * n_seeds, n_seeds))
    equal = table(dict.fromkeys(["sobi", "jade"], 3.0), 100, rng, spread=0.0)
    assert compare_orders(equal, equal)["p"].tolist() == [1.0]


def test_where_seeds_are_too_few_for_the_pairs_the_table_does_not_say_that_none_changed(
    rng,
):
    levels = dict(zip(["sobi", "jade", "fastica", "picard", "infomax"], range(5), strict=True))
    reverse = {method: -level for method, level in levels.items()}
    for n_seeds, count in ((3, "–"), (10, "10")):
        tables = (table(own, 100, rng, n_seeds=n_seeds) for own in (levels, reverse))
        orders = compare_orders(*tables)
        assert orders["decidable"].tolist() == [n_seeds == 10] * 10
        (section,) = orders_report(orders).sections
        assert section.grids[0].rows()[0][-3:] == ["10", "10", count]


def test_failed_seeds_and_methods_of_one_table_alone_are_no_pairs(rng):
    old = table({"sobi": 3.0, "jade": 2.0, "fastica": 1.0}, 100, rng)
    new = table({"sobi": 3.0, "jade": 2.0}, 200, rng)
    assert len(compare_orders(old, new)) == 1
    new.loc[new["method"] == "jade", ["value", "status"]] = [np.nan, "failed"]
    assert compare_orders(old, new).empty
    assert compare_orders(old, new.assign(dataset="waveforms")).empty


def test_verdicts_rest_on_scores_of_what_both_tables_have(rng, tmp_path):
    (tmp_path / "claims.yaml").write_text(CLAIMS)
    claims = read_claims(tmp_path / "claims.yaml")
    good, bad = ({"sobi": level} for level in (0.99, 0.5))
    recorded = pd.concat(
        [
            table(good, 100, rng, "mcc", spread=0.001),
            table(bad, 100, rng, "mcc", "modal-frame", spread=0.001),
        ]
    )
    for level, verdict in ((good, "supported"), (bad, "refuted")):
        fresh = table(level, 200, rng, "mcc", spread=0.001)
        found = compare_verdicts(claims, recorded, fresh)
        assert len(found) == 1
        row = found.iloc[0]
        assert (row["claim"], row["recorded"], row["fresh"]) == ("own", "supported", verdict)
        assert row["changed"] == (verdict != "supported")
        assert (row["parts"], row["parts_changed"]) == (1, int(verdict != "supported"))
    text = write(verdicts_report(found, "200-209"), tmp_path, formats=("csv", "md"))[1].read_text()
    assert "1 of 1 verdicts changed on seeds 200-209" in text
    assert "**refuted**" in text


def test_each_reading_of_a_claim_has_a_verdict(rng, tmp_path):
    (tmp_path / "claims.yaml").write_text(CLAIMS.replace("methods: [sobi]", "methods: [jade]"))
    claims = read_claims(tmp_path / "claims.yaml")
    tables = [
        table({"jade": 0.99, "fastica": level}, seed, rng, "mcc", spread=0.001)
        for seed, level in ((100, 0.5), (200, 0.99))
    ]
    found = compare_verdicts(claims, *tables).set_index("reading")
    assert found["recorded"].to_dict() == {"improved": "supported", "plain": "refuted"}
    assert found["changed"].to_dict() == {"improved": False, "plain": True}


def test_the_report_names_each_pair_that_changed_places(rng, tmp_path):
    orders = compare_orders(
        table({"sobi": 3.0, "jade": 2.0}, 100, rng), table({"sobi": 1.0, "jade": 2.0}, 200, rng)
    )
    csv, markdown = write(orders_report(orders), tmp_path, formats=("csv", "md"))
    assert len(pd.read_csv(csv)) == 1
    assert "- gp-distinct: sobi was ahead of jade by" in markdown.read_text()
