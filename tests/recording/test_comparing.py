import json
import os

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.datasets.catalogue import make_dataset
from bssbench.recording import comparing, comparison
from bssbench.recording.comparison import AGREEING, Entry, agreement_of, recommended, with_others


def entry(name, sources, **about):
    return Entry(name, "ok", sources=sources, **{"converged": True, **about})


@pytest.fixture
def sources(rng):
    return rng.laplace(size=(2000, 3))


def near(sources, rng, noise):
    """The same sources in another order, with signs of their own and noise."""
    shuffled = sources[:, rng.permutation(3)] * rng.choice([-1, 1], size=3)
    return shuffled + noise * rng.standard_normal(sources.shape)


def test_agreement_knows_no_order_and_no_sign(sources, rng):
    entries = [entry("a", sources), entry("b", near(sources, rng, 0.0))]
    assert agreement_of(entries) == pytest.approx(np.ones((2, 2)))


def test_the_method_that_agrees_best_is_recommended(sources, rng):
    entries = [
        entry("far", rng.laplace(size=(2000, 3))),
        entry("a", near(sources, rng, 0.2)),
        entry("middle", sources),
        entry("b", near(sources, rng, 0.2)),
    ]
    agreement = agreement_of(entries)
    assert recommended(entries, agreement) == "middle"
    assert with_others(agreement)[0] < 0.5


def test_what_did_not_converge_or_is_not_stable_is_not_recommended(sources, rng):
    others = [entry(name, near(sources, rng, 0.1)) for name in "abc"]
    for about in ({"converged": False}, {"lowest_quality": 0.5}):
        entries = [entry("middle", sources, **about), *others]
        assert recommended(entries, agreement_of(entries)) in ("a", "b", "c")


def test_where_methods_do_not_agree_none_is(sources, rng):
    entries = [entry(name, rng.laplace(size=(2000, 3))) for name in "abcd"]
    agreement = agreement_of(entries)
    assert with_others(agreement).max() < AGREEING
    assert recommended(entries, agreement) is None
    two = [entry("a", sources), entry("b", sources)]
    assert recommended(two, agreement_of(two)) is None


def test_all_methods_are_compared_and_a_failure_is_a_row(tmp_path, monkeypatch, capsys):
    for module in (comparing, comparison):
        monkeypatch.setattr(
            module, "applicable_methods", lambda nonlinear: ["amuse", "gp-vae", "jade", "sobi"]
        )
    tried = comparison.find

    def failing(asked, *arguments):
        if asked.method == "jade":
            raise comparison.InputError("method 'jade': it broke")
        return tried(asked, *arguments)

    monkeypatch.setattr(comparison, "find", failing)
    words = ["--method", "All", "--n-sources", "3"]
    path, out = tmp_path / "mixtures.npy", tmp_path / "out"
    np.save(path, make_dataset("ar-laplace-distinct-t500", [0], {}).observations[0])
    with monkeypatch.context() as patch:
        patch.setattr(comparison, "too_large", lambda asked, _: "too large")
        assert main(["separate", str(path), *words, "--out", str(out)]) == 2
    assert "no method succeeded; amuse: too large" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["mixtures.npy"]

    monkeypatch.setattr(comparison, "too_large", lambda asked, _: "large" * asked.method.count("v"))
    assert main(["separate", str(path), *words, "--out", str(out)]) == 0
    table = pd.read_csv(out / "comparison.csv").set_index("method")
    assert table["status"].to_dict() == {
        "amuse": "ok",
        "gp-vae": "left out",
        "jade": "failed",
        "sobi": "ok",
    }
    assert table.loc["jade", "reason"] == "method 'jade': it broke"
    assert (table.loc[["amuse", "sobi"], "agreement_with_others"] > 0.9).all()
    shown = capsys.readouterr().out
    assert "jade" in shown
    assert "recommended: none" in shown
    assert sorted(os.listdir(out)) == [
        *("agreement.csv", "amuse", "comparison.csv", "report.html", "run.json", "sobi"),
    ]
    run = json.loads((out / "run.json").read_text())
    assert set(run["files"]) == {
        file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file()
    }
    assert pd.read_csv(out / "sobi" / "sources.csv").shape == (500, 3)
    # The older comparison gives way as a whole.
    words = ["--method", "amuse", "--n-sources", "3", "--out", str(out)]
    assert main(["separate", str(path), *words]) == 0
    assert "sobi" not in os.listdir(out)
