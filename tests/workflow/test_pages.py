"""Tables and numbers that README.md and the documentation show."""

import re
import runpy
from pathlib import Path

import pandas as pd
import pytest

from bssbench.errors import InputError

PROJECT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(PROJECT / "workflow" / "scripts" / "pages.py"))
rendered = SCRIPT["rendered"]
PAGES = {str(page.relative_to(PROJECT)): page for page in SCRIPT["pages"](PROJECT)}
RESULTS = [name for name in PAGES if name.startswith(("README", "docs/results/"))]
# What is no result: code, targets of links, comments that give no source, versions, and papers.
NO_RESULT = re.compile(
    r"^(`{3,}|:{3,}).*?^\1$|`[^`\n]+`|\]\([^)]*\)|https?://\S+|^<!-- .*?-->$|Python \d\.\d+"
    r"|arXiv[ :]\d+\.\d+|CC[ -]BY[-\w ]* \d\.\d",
    re.DOTALL | re.MULTILINE,
)


def test_an_ablation_shows_the_greatest_loss_of_each_group(tmp_path):
    tables = tmp_path / "results" / "extended" / "tables"
    tables.mkdir(parents=True)
    (tables / "ablation.csv").write_text(
        "method,without,dataset,score,mean_difference\n"
        "skr-vae,,a,si_sdr,\nskr-vae,rotation,a,si_sdr,-0.26\nskr-vae,rotation,b,si_sdr,0.5\n"
        "skr-vae,rotation,c,si_sdr,0.04\nskr-vae,rotation,a,mcc,-9\n"
        "skr-vae,everything,a,si_sdr,-1\nskr-vae,everything,b,si_sdr,-2\n"
        "skr-vae,everything,c,si_sdr,-3\ngp-vae,base,a,si_sdr,1\ngp-vae,base,b,si_sdr,2\n"
        "gp-vae,base,c,si_sdr,3\n"
    )
    text = "<!-- begin ablation datasets=a,b/c -->\n<!-- end ablation -->"
    assert rendered(text, "page.md", tmp_path).splitlines()[2:-2] == [
        "| without | skr-vae | gp-vae |",
        "| :-- | --: | --: |",
        "| rotation | −0.3, 0.0 |  |",
        "| base |  | 1.0, 3.0 |",
        "| everything | −2.0, −3.0 |  |",
    ]
    with pytest.raises(InputError, match=r"^page.md: .* no ablation on all of d"):
        rendered(text.replace("=a,b/c", "=a/d"), "page.md", tmp_path)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_the_record_has(page):
    text = PAGES[page].read_text()
    assert rendered(text, page, PROJECT) == text, "make pages"


def unsourced(text):
    """Return the numbers with a decimal point that have no source behind them."""
    text = NO_RESULT.sub("", SCRIPT["BLOCK"].sub("", text))
    # Their words may contain numbers.
    text = re.sub("<!-- by hand: .*?-->", "<!-- by hand: -->", text)
    numbers = re.finditer(r"(?<![\w.])−?(?:\.\d{3}|\d+\.\d+)\b", text)
    return [
        number[0]
        for number in numbers
        if not SCRIPT["VALUE"].match(text, number.start())
        and not text[number.end() :].lstrip("*").startswith("<!-- by hand: ")
    ]


@pytest.mark.parametrize("page", RESULTS)
def test_every_result_on_a_page_has_a_source(page):
    assert not unsourced(PAGES[page].read_text())


def test_a_number_without_a_source_is_found():
    sourced = "**0.9**<!-- mcc sobi gp-near --> and 2.0<!-- by hand: 8.5 / 4 -->, `1.5`\n"
    block = "<!-- begin claims question=C1 -->\n| 3.5 |\n<!-- end claims -->\n"
    fence = "```text\n4.5\n```\n"
    assert unsourced(sourced + block + fence + "from 6.5 to .712 with Python 3.11") == [
        "6.5",
        ".712",
    ]


@pytest.fixture
def root(tmp_path):
    """Two methods, a control and a failure on two data sets, and two versions of two claims."""
    rows = [
        *(("mcc", "sobi", "gp-near", 0.98765), ("mcc", "skr-vae", "gp-near", 0.5)),
        *(("mcc", "oracle", "gp-near", 0.9999), ("mcc", "skr-vae", "gp-tp", None)),
        *(("mcc", "oracle", "gp-tp", 0.9), ("mcc", "sobi", "gp-tp", 0.8)),
        *(("rmse", "sobi", "gp-tp", 0.25), ("rmse", "skr-vae", "gp-tp", 0.5)),
        ("si_sdr", "sobi", "gp-near", -0.26),
    ]
    summary = pd.DataFrame(rows, columns=["score", "method", "dataset", "median"])
    summary["lowest"] = summary["median"] - 0.1
    for folder in ("reference", "extended"):
        statistics = tmp_path / "results" / folder / "statistics"
        statistics.mkdir(parents=True)
        summary.to_csv(statistics / "summary.csv", index=False)
        # The values of the extended run are smaller by a tenth.
        summary = summary.assign(median=summary["median"] - 0.1)
    (tmp_path / "results" / "reference" / "verdicts.csv").write_text(
        "commit,date,claim,sentence,plain,improved,supported,why,reason\n"
        "v0,2026-01-01,C1a,It is so.,,supported,1 of 1,,\n"
        "v1,2026-02-01,C1a,It is so.,refuted,depends,1 of 2,holds on a,A bug.\n"
        "v1,2026-02-01,C1b,It is cheap.,,supported,1 of 1,,\n"
        "v1,2026-02-01,C2a,It is fast.,,supported,1 of 1,,\n"
        "v1,2026-02-01,C2b,It is small.,,refuted,0 of 1,,\n"
        "v1,2026-02-01,C2c,It is new.,,supported,1 of 1,,\n"
    )
    return tmp_path


def shown(block, root):
    kind = block.split()[2]
    text = f"Before.\n{block} -->\nold\n<!-- end {kind} -->\nAfter."
    written = rendered(text, "page.md", root)
    assert written.startswith(f"Before.\n{block} -->\n\n|")
    assert written.endswith("-->\nAfter.")
    assert rendered(written, "page.md", root) == written
    return written.splitlines()[1 + len(block.splitlines()) + 1 : -3]


def test_tables_are_of_the_record(root):
    words = "<!-- begin separation score=mcc methods=skr-vae,sobi,oracle\ndatasets=gp-near,gp-tp"
    rows = ["| gp-near | 0.500 | **0.988** | 1.000 |", "| gp-tp |  | **0.800** | 0.900 |"]
    assert shown(words, root)[2:] == rows
    words += " results=extended"
    assert shown(words, root)[2] == "| gp-near | 0.400 | **0.888** | 0.900 |"
    claims = [
        "| C1a | It is so. | refuted | depends | 1 of 2 | holds on a |",
        "| C1b | It is cheap. | – | supported | 1 of 1 |  |",
    ]
    assert shown("<!-- begin claims", root)[2:4] == claims
    assert shown("<!-- begin claims question=C1", root)[2:] == claims
    row = "| 2026-02-01 | C1a | It is so. | supported | depends | A bug. |"
    assert shown("<!-- begin moved", root)[2:] == [row]
    assert shown("<!-- begin moved since=2026-03-01", root)[2:] == []


def test_verdicts_answer_questions_in_both_readings(root):
    (root / "config").mkdir()
    (root / "config" / "claims.yaml").write_text(
        "questions: {C1: 'Is it so?', C2: 'Does it pay?'}\nclaims:\n"
        + "".join(
            f"- {{name: {name}, sentence: It is {name}., source: ours, tests: [{{test: at_least, "
            "score: mcc, datasets: [gp-near], methods: [sobi], threshold: 0.9, because: ours}]}\n"
            for name in ("C1a", "C2a")
        )
    )
    assert shown("<!-- begin verdicts ", root) == [
        "| question | as the abstract reads | as improved here |",
        "| :-- | :-- | :-- |",
        "| C1: Is it so? | refuted: C1a | supported: C1b; depends: C1a |",
        "| C2: Does it pay? | – | supported: C2a, C2c; refuted: C2b |",
    ]


def test_columns_can_be_renamed(root):
    words = "<!-- begin separation score=mcc methods=skr-vae,sobi datasets=gp-near"
    assert shown(f"{words} titles=skr-vae:SKR,data_set:data", root)[0] == "| data | SKR | sobi |"
    with pytest.raises(InputError, match="no column 'jade'"):
        shown(f"{words} titles=jade:JADE", root)


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("mcc sobi gp-near", "0.988"),
        ("mcc sobi gp-near lowest", "0.888"),
        ("extended mcc sobi gp-near", "0.888"),
        # The best of several, by the direction of the score; a missing value is ignored.
        ("mcc skr-vae,sobi gp-near", "0.988"),
        ("mcc skr-vae,sobi gp-tp", "0.800"),
        ("rmse skr-vae,sobi gp-tp", "0.250"),
        ("si_sdr sobi gp-near", "−0.260"),
    ],
)
def test_a_number_follows_its_source(source, number, root):
    text = f"It has 1,000 samples and **.123**<!-- {source} -->, or 12.3 others."
    assert rendered(text, "page.md", root) == text.replace(".123", number)


def test_a_number_keeps_its_decimals(root):
    for written, number in (("1", "1"), ("0.1", "1.0"), (".1234", "0.9877")):
        source = "<!-- mcc sobi gp-near -->"
        assert rendered(written + source, "page.md", root) == number + source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".1<!-- mcc sobbi gp-near -->", "have no mcc sobbi gp-near median"),
        (".1<!-- mcc sobi gp-near lowst -->", "have no mcc sobi gp-near lowst"),
        (".1<!-- mcc skr-vae gp-tp -->", "mcc skr-vae gp-tp has no value"),
        ("<!-- begin chosen -->\n<!-- end chosen -->", "unknown table 'chosen'"),
        ("<!-- begin claims of=2 -->\n<!-- end claims -->", "table 'claims': .*'of'"),
        ("<!-- begin claims question=C9 -->\n<!-- end claims -->", "no claim answers 'C9'"),
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
        (
            "<!-- begin separation score=mcc methods=sobi datasets=gp-tp results=fresh -->\n"
            "<!-- end separation -->",
            "summary.csv is missing",
        ),
    ],
)
def test_an_error_names_the_page_and_what_is_missing(text, message, root):
    with pytest.raises(InputError, match=f"^docs/page.md: .*{message}"):
        rendered(text, "docs/page.md", root)


def test_pages_are_those_written_by_hand(tmp_path):
    for name in ("README.md", "docs/a.md", "docs/results/b.md", "docs/_build/c.md", "docs/d.rst"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [str(page.relative_to(tmp_path)) for page in SCRIPT["pages"](tmp_path)]
    assert found == ["README.md", "docs/a.md", "docs/results/b.md"]


def test_zero_has_no_sign():
    assert SCRIPT["_number"](-0.04, 1) == "0.0"
    assert SCRIPT["_number"](-0.06, 1) == "−0.1"
