"""What docs/how_to/plugins.md shows runs."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
import yaml

from bssbench.cli.main import main
from bssbench.experiment.configuration import configure

PAGE = (Path(__file__).parents[2] / "docs" / "how_to" / "plugins.md").read_text()
FILE = re.compile(r"<!-- file (\S+) -->\s*```\w+\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^bssbench (.*)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILE.findall(PAGE):
        Path(name).write_text(text)


def test_its_commands_run_in_their_order(capsys):
    commands = COMMAND.findall(PAGE)
    assert len(commands) == 7
    for words in commands:
        assert main(shlex.split(words)) == 0, words
    assert "quiet-ica" in capsys.readouterr().out
    scores = pd.read_csv("scores.csv").set_index("score")
    assert (scores.loc["mcc", "value"] > 0.9).all()
    assert scores.loc["kurtosis", "status"].tolist() == ["ok"] * 3


def test_its_experiment_is_one():
    experiment = configure(yaml.safe_load(Path("experiment.yaml").read_text()))
    assert experiment.methods["quiet-ica"].parameters == {"max_iterations": 200}
