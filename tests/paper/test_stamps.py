import json

import pandas as pd
import pytest
from PIL import Image

from bssbench.paper.drawing import Drawing
from bssbench.paper.stamps import read_stamp, stamp
from bssbench.paper.style import new_figure, save_drawing

IDENTITY = json.dumps({"data": "0123456789abcdef", "files": {"scores.csv": ["value"]}})


def write(directory, identity):
    """Write a table and a figure in all of their formats."""
    figure = new_figure(height=1.0, width=1.0)
    figure.subplots().plot([0, 1])
    save_drawing(Drawing(figure, "A line.", pd.DataFrame({"y": [0, 1]})), "f", directory, identity)
    texts = {"t.csv": "a,b\n1,2\n", "t.md": "# T\n", "t.tex": "\\relax\n"}
    for name, text in texts.items():
        (directory / name).write_text(text)
    stamp([directory / name for name in texts], identity)
    return {path.name: path for path in directory.iterdir()}


def test_every_format_gives_back_what_it_carries(tmp_path):
    paths = write(tmp_path, IDENTITY)
    for name in ("t.csv", "t.md", "t.tex", "f.pdf", "f.png", "f.txt", "f.csv"):
        assert read_stamp(paths[name]) == json.loads(IDENTITY), name


def test_what_a_reader_sees_is_left_alone(tmp_path):
    paths = write(tmp_path, IDENTITY)
    assert paths["t.csv"].read_text() == "a,b\n1,2\n"
    assert paths["f.txt"].read_text() == "A line.\n"
    assert paths["t.md"].read_text().startswith("# T\n\n<!-- ")
    assert paths["t.tex"].read_text().startswith("\\relax\n% ")
    # By an outside reader: it is metadata of the format, not bytes at the end.
    assert IDENTITY in Image.open(paths["f.png"]).text["Comment"]


def test_the_same_identity_gives_the_same_bytes_and_another_one_others(tmp_path):
    folders = [tmp_path / name for name in ("first", "again", "other")]
    identities = [IDENTITY, IDENTITY, IDENTITY.replace("0123", "3210")]
    for folder in folders:
        folder.mkdir()
    first, again, other = (
        {name: path.read_bytes() for name, path in write(folder, identity).items()}
        for folder, identity in zip(folders, identities, strict=True)
    )
    assert first == again
    same = {name for name in first if first[name] == other[name]}
    assert same == {"t.csv", "f.csv", "f.txt"}


@pytest.mark.parametrize("name", ["t.csv", "t.md", "f.pdf", "f.png"])
def test_without_identity_a_file_carries_none(tmp_path, name):
    assert read_stamp(write(tmp_path, None)[name]) is None
