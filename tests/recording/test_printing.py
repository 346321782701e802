import os

import pytest

from bssbench.recording.printing import Screen, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a$x^2$ é 日", "a$x^2$ é 日"),
        ("two\nlines\t", r"two\nlines\t"),
        (os.fsdecode(b"caf\xe9.csv"), r"caf\udce9.csv"),
    ],
)
def test_everything_can_be_shown_in_a_line(text, shown):
    assert printable(text) == shown
    printable(text).encode("utf-8")


def test_where_nobody_watches_the_lines_wait(capsys):
    screen = Screen()
    screen.report("understood")
    screen.warn(["odd\nthing"])
    assert capsys.readouterr().err == ""
    screen.finish()
    screen.finish()
    assert capsys.readouterr().err == "bssbench: understood\nbssbench: warning: odd\\nthing\n"


def test_on_a_terminal_they_do_not(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    Screen().report("understood")
    assert capsys.readouterr().err == "bssbench: understood\n"
