import json

import pytest

from bssbench.errors import InputError
from bssbench.scores.collect import collect
from bssbench.scores.table import read_scores


def test_scores_of_another_form_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_scores(tmp_path / "none.csv")
    header = "dataset,method,seed,score,value,status,reason\n"
    for text, message in [
        ("a,b\n1,2\n", "expected the columns"),
        (header, "there are no scores"),
        (header + "d,m,0,mcc,high,ok,\n", "no number"),
        (header + "d,m,0,foo,0.5,ok,\n", "unknown score 'foo'"),
    ]:
        (tmp_path / "scores.csv").write_text(text)
        with pytest.raises(InputError, match=message):
            read_scores(tmp_path / "scores.csv")
    (tmp_path / "run.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(InputError, match=r"not a cell's run\.json"):
        collect([tmp_path / "run.json"], tmp_path)
