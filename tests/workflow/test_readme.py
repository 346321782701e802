"""What the README says of the record."""

import re
import runpy
from pathlib import Path

import pandas as pd
import pytest

from bssbench.errors import InputError

PROJECT = Path(__file__).parents[2]
REFERENCE = PROJECT / "results" / "reference"
SCRIPT = runpy.run_path(str(PROJECT / "workflow" / "scripts" / "readme.py"))
rendered = SCRIPT["rendered"]
README = (PROJECT / "README.md").read_text()


def test_an_ablation_shows_the_greatest_loss_of_each_group(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "ablation.csv").write_text(
        "method,without,dataset,score,mean_difference\n"
        "skr-vae,,a,si_sdr,\nskr-vae,rotation,a,si_sdr,-0.26\nskr-vae,rotation,b,si_sdr,0.5\n"
        "skr-vae,rotation,c,si_sdr,0.04\nskr-vae,rotation,a,mcc,-9\n"
        "skr-vae,everything,a,si_sdr,-1\nskr-vae,everything,b,si_sdr,-2\n"
        "skr-vae,everything,c,si_sdr,-3\ngp-vae,base,a,si_sdr,1\ngp-vae,base,b,si_sdr,2\n"
        "gp-vae,base,c,si_sdr,3\n"
    )
    text = "<!-- begin ablation datasets=a,b/c -->\n<!-- end ablation -->"
    assert rendered(text, tmp_path, tmp_path).splitlines()[2:-2] == [
        "| without | skr-vae | gp-vae |",
        "| :-- | --: | --: |",
        "| rotation | −.3, .0 |  |",
        "| base |  | 1.0, 3.0 |",
        "| everything | −2.0, −3.0 |  |",
    ]
    with pytest.raises(InputError, match="takes nothing away on all of d"):
        rendered(text.replace("=a,b/c", "=a/d"), tmp_path, tmp_path)


def test_the_readme_shows_what_the_record_has():
    assert rendered(README, REFERENCE) == README, "make readme"


def test_what_looks_like_a_result_has_its_source():
    """Correlations and decibels among the results say where they are from, or that none is kept."""
    results = README[README.index("## What comes out") : README.index("### What inverting")]
    text = SCRIPT["BLOCK"].sub("", results)
    found = list(re.finditer(r"(?<![\w.])(?:\.\d{3}|\d+\.\d)\b(.{0,100})", text))
    assert len(found) > 20
    for number in found:
        behind = number[1].lstrip("*")
        known = SCRIPT["VALUE"].match(number[0]) or behind.startswith("<!-- by hand: ")
        assert known, number[0]


@pytest.fixture
def reference(tmp_path):
    """Two methods, a control and a failure on two data sets, and two versions of one claim."""
    (tmp_path / "statistics").mkdir()
    rows = [
        *(("mcc", "sobi", "gp-near", 0.98765), ("mcc", "skr-vae", "gp-near", 0.5)),
        *(("mcc", "oracle", "gp-near", 0.9999), ("mcc", "skr-vae", "gp-tp", None)),
        *(("mcc", "oracle", "gp-tp", 0.9), ("mcc", "sobi", "gp-tp", 0.8)),
        *(("rmse", "sobi", "gp-tp", 0.25), ("rmse", "skr-vae", "gp-tp", 0.5)),
        ("si_sdr", "sobi", "gp-near", -0.26),
    ]
    summary = pd.DataFrame(rows, columns=["score", "method", "dataset", "median"])
    summary["lowest"] = summary["median"] - 0.1
    summary.to_csv(tmp_path / "statistics" / "summary.csv", index=False)
    (tmp_path / "verdicts.csv").write_text(
        "commit,date,claim,sentence,plain,improved,supported,why,reason\n"
        "v0,2026-01-01,C1,It is so.,,supported,1 of 1,,\n"
        "v1,2026-02-01,C1,It is so.,refuted,depends,1 of 2,holds on a,A bug.\n"
    )
    return tmp_path


def shown(block, reference):
    text = rendered(
        f"Before.\n{block} -->\nold\n<!-- end {block.split()[2]} -->\nAfter.", reference
    )
    assert text.startswith(f"Before.\n{block} -->\n\n|")
    assert text.endswith("-->\nAfter.")
    assert rendered(text, reference) == text
    return text.splitlines()[5:-3]


def test_tables_are_of_the_record(reference):
    words = "<!-- begin separation score=mcc methods=skr-vae,sobi,oracle\ndatasets=gp-near,gp-tp"
    assert shown(words, reference)[1:] == [
        "| gp-near | .500 | **.988** | 1.000 |",
        "| gp-tp |  | **.800** | .900 |",
    ]
    assert shown("<!-- begin claims", reference) == [
        "| C1 | It is so. | refuted | depends | 1 of 2 | holds on a |"
    ]
    row = "| 2026-02-01 | C1 | It is so. | supported | depends | A bug. |"
    assert shown("<!-- begin moved", reference) == [row]
    assert shown("<!-- begin moved since=2026-03-01", reference) == []


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("mcc sobi gp-near", ".988"),
        ("mcc sobi gp-near lowest", ".888"),
        # The best of several, by the direction of the score; what has no value is none of them.
        ("mcc skr-vae,sobi gp-near", ".988"),
        ("mcc skr-vae,sobi gp-tp", ".800"),
        ("rmse skr-vae,sobi gp-tp", ".250"),
        ("si_sdr sobi gp-near", "−.260"),
    ],
)
def test_a_number_follows_its_source(source, number, reference):
    text = f"It has 1,000 samples and **.123**<!-- {source} -->, or 12.3 others."
    assert rendered(text, reference) == text.replace(".123", number)


def test_a_number_keeps_its_decimals(reference):
    for written, number in (("1", "1"), ("0.1", "1.0"), (".1234", ".9877")):
        source = "<!-- mcc sobi gp-near -->"
        assert rendered(written + source, reference) == number + source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".1<!-- mcc sobbi gp-near -->", "has no mcc sobbi gp-near median"),
        (".1<!-- mcc sobi gp-near lowst -->", "has no mcc sobi gp-near lowst"),
        (".1<!-- mcc skr-vae gp-tp -->", "mcc skr-vae gp-tp has no value"),
        ("<!-- begin chosen -->\n<!-- end chosen -->", "unknown table 'chosen'"),
        ("<!-- begin claims of=2 -->\n<!-- end claims -->", "table 'claims': .*'of'"),
        ("<!-- begin moved 2026 -->\n<!-- end moved -->", "table 'moved': "),
        ("<!-- begin training lengths=500 -->\n<!-- end training -->", "training_cost.csv"),
        (
            "<!-- begin separation score=mmc methods=sobi datasets=gp-tp -->\n"
            "<!-- end separation -->",
            "table 'separation': .*'mmc'",
        ),
        (
            "<!-- begin separation score=mcc methods=sobi,jad datasets=gp-tp -->\n"
            "<!-- end separation -->",
            "has no method 'jad'",
        ),
    ],
)
def test_what_the_record_lacks_is_named(text, message, reference):
    with pytest.raises(InputError, match=f"^README.md: .*{message}"):
        rendered(text, reference)
