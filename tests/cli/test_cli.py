import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from bssbench.cli.main import main
from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.methods import method_names
from bssbench.paper.figures import figure_names
from bssbench.scores.catalogue import SCORES
from bssbench.scores.measures.matching import mean_correlation
from bssbench.separation import Separation

COMMANDS = [
    *("list", "generate", "separate", "score", "tables", "statistics", "figures", "check"),
    *("training-cost", "cores", "held-out", "select", "claims", "provenance", "manifest"),
    *("verify", "merge", "new", "efficiency", "sweep", "findings"),
]


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("ar-laplace-distinct-t400", [0], {})


@pytest.fixture
def recording(dataset, tmp_path):
    path = tmp_path / "mixtures.csv"
    pd.DataFrame(dataset.observations[0], columns=["a", "b", "c"]).to_csv(path, index=False)
    return path


def refused(capsys, *arguments):
    """Run a command that must end with code 2 and one line, and return that line."""
    assert main([str(word) for word in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("bssbench: error: ")
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    assert "usage: bssbench" in capsys.readouterr().out


def test_help_starts_without_any_library():
    heavy = "{'numpy', 'torch', 'pandas', 'matplotlib', 'scipy'}"
    program = (
        "import sys\nfrom bssbench.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"sys.exit(len({heavy} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 0


def test_torch_free_stages_stay_torch_free():
    program = (
        "import sys\n"
        "import bssbench.cli.main, bssbench.cli.listing, bssbench.experiment.configuration\n"
        "import bssbench.reproduction.code_hashes\n"
        "import bssbench.scores.collect, bssbench.paper.separation_tables, bssbench.paper.style\n"
        "import bssbench.experiment.training_cost, bssbench.paper.training_cost_table\n"
        "from bssbench.paper.figures import figure_module, figure_names\n"
        "import importlib\n"
        "[importlib.import_module(figure_module(name)) for name in figure_names()]\n"
        "bssbench.cli.listing.listing()\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 0


def test_list_names_everything(capsys):
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    for name in [
        *method_names(),
        "gp-distinct",
        "modal-frame",
        "si_sdr",
        "restarts=by rule",
        "GPL-3.0",
        "Never used to choose settings",
    ]:
        assert name in out


def test_hyperparameters_are_listed_with_where_they_come_from(capsys):
    assert main(["list", "hyperparameters"]) == 0
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert next(cell.strip() for cell in head.strip("|").split("|")) == "method"
    assert any("| jade" in row and "| max_iterations" in row and "| 200" in row for row in rows)
    assert any("| skr-vae" in row and "| by rule" in row for row in rows)


@pytest.mark.parametrize("method", ["sobi", "skr-vae"])
def test_a_recording_is_separated(method, recording, dataset, tmp_path):
    out = tmp_path / "out"
    words = ["separate", recording, "--method", method, "--n-sources", 3, "--out", out]
    if method.endswith("vae"):
        words += ["--set", "steps=20", "--restarts", 1]
    assert main([str(word) for word in words]) == 0
    sources = pd.read_csv(out / "sources.csv")
    assert list(sources.columns) == ["source_1", "source_2", "source_3"]
    assert sources.shape == (400, 3)
    assert (out / "sources.png").read_bytes().startswith(b"\x89PNG")
    run = json.loads((out / "run.json").read_text())
    assert run["method"] == method
    assert set(run["timing"]) == {"start_up", "warm_up", "solve"}
    assert run["peak_bytes"] > 1e7
    assert run["provenance"]["versions"]["numpy"] == np.__version__
    centred = dataset.observations[0] - dataset.observations[0].mean(0)
    mapped = centred @ np.array(run["unmixing_matrix"]).T
    assert mean_correlation(mapped, sources.to_numpy()) > 0.999


def test_a_recording_as_npy_nonlinear_with_several_seeds(dataset, tmp_path):
    path, out = tmp_path / "mixtures.npy", tmp_path / "out"
    np.save(path, dataset.observations[0].astype(np.float32))
    words = ["separate", path, "--method", "skr-vae", "--n-sources", 2, "--out", out]
    words += ["--nonlinear", "--seed", 5, "--seeds", 3, "--restarts", 2, "--set", "steps=15"]
    assert main([str(word) for word in words]) == 0
    run = json.loads((out / "run.json").read_text())
    initialisations = {entry["seed"]: entry["loss"] for entry in run["initialisations"]}
    assert list(initialisations) == [5, 6, 7]
    assert run["chosen_seed"] == min(initialisations, key=initialisations.get)
    assert run["nonlinear"] is True
    assert run["parameters"] == {"steps": 15, "restarts": 2}
    assert pd.read_csv(out / "sources.csv").shape == (400, 2)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--settings", "["),
        ("--settings", "[" * 100_000),
        ("--parameters", "3"),
        ("--settings", "NaN"),
    ],
)
def test_what_is_no_json_is_refused(option, text, tmp_path, capsys):
    out = tmp_path / "provenance.json"
    words = {"--settings": "{}", "--parameters": "{}", "--command-line": "x", "--out": out}
    line = refused(
        capsys, "provenance", *(w for pair in (words | {option: text}).items() for w in pair)
    )
    assert f"{option}: " in line
    assert not out.exists()


@pytest.mark.slow
def test_a_recording_is_separated_well_by_the_defaults(recording, dataset, tmp_path):
    out = tmp_path / "out"
    words = ["separate", recording, "--method", "ar-flow-vae", "--n-sources", "3", "--out", out]
    assert main([str(word) for word in words]) == 0
    sources = pd.read_csv(out / "sources.csv").to_numpy()
    assert mean_correlation(dataset.sources[0], sources) > 0.95


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        ("", "the file is empty"),
        ("1,2\n3,x\n5,6\n", "line 2, column 2: expected a number, found 'x'"),
        ("1,2\n3,nan\n5,7\n", "channel_2 has no number in line 2; fill by --fill"),
        ("1,2\n3,inf\n5,7\n", "channel_2 has no number in line 2; fill by --fill"),
        ("1,2\n3,2\n5,2\n", "is '1,2' one number with a decimal comma, or two columns?"),
        ("1\n3\n5\n", "1 channels are fewer than 2 sources"),
        ("1,2,3,4\n3,2,4,5\n", "2 rows and 4 columns, but rows must be time"),
    ],
)
def test_bad_recordings_are_one_line_and_code_2(content, message, tmp_path, capsys):
    path = tmp_path / "mixtures.csv"
    if content is not None:
        path.write_text(content)
    words = ["separate", path, "--method", "sobi", "--n-sources", 2, "--out", tmp_path / "out"]
    assert message in refused(capsys, *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--method", "skr"], "unknown method 'skr'"),
        (["--method", "oracle"], "is a control"),
        (["--method", "sobi", "--nonlinear"], "is linear"),
        (["--method", "sobi", "--restarts", "2"], "'sobi' has no restarts; omit --restarts"),
        (["--method", "skr-vae", "--set", "steps"], "expected KEY=VALUE"),
        (
            ["--method", "gp-vae", "--set", "core=fft", "--set", "core=auto"],
            "'core' is given twice",
        ),
        (
            ["--method", "gp-vae", "--set", "max-minutes=1", "--set", "max_minutes=2"],
            "is given twice",
        ),
        (["--method", "skr-vae", "--set", "restarts=2", "--restarts", "3"], "is given twice"),
        (["--method", "skr-vae", "--set", "steps=many"], "steps must be of type int"),
        (["--method", "skr-vae", "--seeds", "0"], "--seeds must be at least 1"),
        (["--method", "skr-vae", "--seed", "-1"], "--seed must be at least 0"),
        (["--method", "skr-vae", "--device", "tpu9"], "not usable here"),
        (["--method", "sobi", "--cpu-seconds", "0"], "--cpu-seconds must be at least 1"),
        (
            ["--method", "skr-vae", "--set", "steps=10000000", "--cpu-seconds", "2"],
            "method 'skr-vae': more than 2 s of CPU time; raise --cpu-seconds",
        ),
        (["--method", "gp-vae", "--set", "max_minutes=0"], "does not apply: Gaussian process"),
        ([], "required: --method"),
    ],
)
def test_bad_options_are_one_line_and_code_2(options, message, recording, tmp_path, capsys):
    words = ["separate", recording, "--n-sources", 2, "--out", tmp_path / "out", *options]
    assert message in refused(capsys, *words)
    assert not (tmp_path / "out").exists()


def test_other_bad_input(tmp_path, recording, capsys):
    out = tmp_path / "out"
    assert "invalid choice" in refused(capsys, "frobnicate")
    assert "unknown data set 'gp'" in refused(
        capsys, "generate", "gp", "--out", tmp_path / "gp.npz"
    )
    assert "expected ranges" in refused(capsys, "generate", "gp-equal", "--seeds", "a-b")
    assert "no such file" in refused(capsys, "tables", "--statistics", out, "--out", out)
    assert "no such file" in refused(capsys, "score", out, "--data", out, "--out", out)
    words = ["separate", recording, "--method", "sobi", "--out", out]
    assert "required: --n-sources" in refused(capsys, *words)
    every = "required: --method, --n-sources, --out"
    assert every in refused(capsys, "separate", recording)
    (tmp_path / "data.npz").write_text("x")
    words = ["separate", tmp_path / "data.npz", "--method", "sobi", "--out", out]
    assert "cannot be read" in refused(capsys, *words)
    (tmp_path / "data.xlsx").write_text("x")
    words = ["separate", tmp_path / "data.xlsx", "--method", "sobi", "--n-sources", 2, "--out", out]
    assert "save the sheet as CSV" in refused(capsys, *words)
    words = ["generate", "gp-equal", "--set", "n-sources=5", "--out", tmp_path / "gp.npz"]
    assert "write 'gp-equal-5'" in refused(capsys, *words)
    assert "use foo.npz" in refused(capsys, "generate", "gp-equal", "--out", "foo")
    words = ["figures", "nofigure", "--scores", out, "--statistics", out, "--data", out]
    words += ["--cells", out, "--out", out]
    assert "unknown figure" in refused(capsys, *words)


def test_the_stages_one_after_the_other(tmp_path):
    """What the workflow does, by hand."""
    data, cells = tmp_path / "data", tmp_path / "cells"
    name = "gp-distinct-t120"

    def call(*words):
        assert main([str(word) for word in words]) == 0

    call("generate", name, "--seeds", "0-2", "--out", data / f"{name}.npz")
    assert Dataset.load(data / f"{name}.npz").seeds == (0, 1, 2)
    assert json.loads((data / f"{name}.json").read_text())["parameters"]["length"] == 120
    runs = []
    for method in ("sobi", "oracle", "skr-vae"):
        options = ["--set", "steps=20"] if method == "skr-vae" else []
        directory = cells / name / method
        call("separate", data / f"{name}.npz", "--method", method, "--out", directory, *options)
        assert Separation.load(directory / "separation.npz").sources.shape == (3, 120, 3)
        runs.append(directory / "run.json")
    scores = tmp_path / "scores.csv"
    call("score", *runs, "--data", data, "--out", scores, "--timings", tmp_path / "timings.csv")
    header = "dataset,method,seed,score,value,status,reason"
    assert scores.read_text().splitlines()[0] == header
    assert len(pd.read_csv(scores)) == 3 * 3 * sum(
        score.applies is None for score in SCORES.values()
    )
    timings = pd.read_csv(tmp_path / "timings.csv")
    assert (timings["peak_bytes"] > 1e7).all()
    assert (timings["start_up_cpu_seconds"] > 0).all()
    statistics = tmp_path / "statistics"
    call("statistics", "--scores", scores, "--out", statistics)
    call("tables", "--statistics", statistics, "--out", tmp_path / "tables")
    options = ["--scores", scores, "--statistics", statistics, "--data", data, "--cells", cells]
    call("figures", *options, "--out", tmp_path / "figures")
    assert len(list((tmp_path / "figures").glob("*.png"))) == len(figure_names())
