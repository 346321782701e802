"""Numbers that no command can mean: refused in one line, before any work."""

import pytest

from bssbench.cli.main import main


def refused(capsys, line):
    assert main(line.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("bssbench: error: ")
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.parametrize("value", ["-1", "1.5", "x", "9" * 5000])
@pytest.mark.parametrize(
    "line",
    [
        "generate gp-equal-t50 --out out.npz",
        "separate own.csv --method sobi --out out",
        "held-out skr-vae --dataset gp-equal-t50 --out out.csv",
        "training-cost sobi --out out.csv",
    ],
)
def test_a_root_seed_is_a_whole_number(line, value, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "expected an integer" in refused(capsys, f"{line} --root-seed {value}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("generate gp-equal-t50 --seeds 0-999999999", "more than the limit of 100000"),
        ("generate gp-equal-t50 --seeds 0-99999,200000-299999", "more than the limit of 100000"),
        (f"generate gp-equal-t50 --seeds {'9' * 5000}", "at most 18 digits"),
        ("generate gp-equal-t100000000 --seeds 0-99999", "memory"),
        (
            "held-out skr-vae --dataset gp-equal-t50 --seeds 0-999999999 --out x",
            "more than the limit of 100000",
        ),
        ("measure-cores --round -1 --out x.csv", "expected an integer"),
        ("verify --sample 1 --sampling-seed -1", "expected an integer"),
    ],
)
def test_more_than_anyone_means(line, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert message in refused(capsys, line)
    assert list(tmp_path.iterdir()) == []


def test_a_trial_of_too_many_seeds(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["training-cost", "sobi lengths=100 seeds=1000000000", "--out", "x.csv"]
    assert main(words) == 2
    assert "more than 100000 seeds" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
