"""What statistics keep on disk is what they computed."""

import shutil

import numpy as np
import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.statistics.evaluation import FILES, Evaluation, evaluate

COLUMNS = ["dataset", "method", "seed", "score", "value", "status", "reason"]


@pytest.fixture
def evaluation(rng):
    """Three methods on three data sets, of which one seed failed, and a control."""
    rows = [
        (dataset, method, seed, "si_sdr", rng.uniform(), "ok", "")
        for dataset in ("gp-distinct", "waveforms", "regime-ar")
        for method in ("sobi", "jade", "fastica", "oracle")
        for seed in range(6)
    ]
    rows[0] = (*rows[0][:4], np.nan, "failed", "nan, or null")
    return evaluate(pd.DataFrame(rows, columns=COLUMNS))


def test_what_is_read_is_what_was_written_to_the_last_bit(evaluation, tmp_path):
    evaluation.save(tmp_path)
    read = Evaluation.load(tmp_path)
    for name in ("summary", "comparisons", "equivalence"):
        ours, theirs = getattr(evaluation, name), getattr(read, name)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True, check_dtype=False)
    assert len(evaluation.rankings) == len(read.rankings) == 1
    for ours, theirs in zip(evaluation.rankings, read.rankings, strict=True):
        for name in ("ranks", "medians", "p_values", "mean_ranks"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
            assert list(getattr(ours, name).index) == list(getattr(theirs, name).index)
        for name in ("title", "statistic", "p", "critical_difference", "left_out_methods"):
            assert getattr(ours, name) == getattr(theirs, name)
    read.save(tmp_path / "again")
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_what_is_missing_or_spoilt_is_one_line(evaluation, tmp_path, name):
    evaluation.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match="make it with 'bssbench statistics'"):
        Evaluation.load(tmp_path)
    (tmp_path / name).write_text('{"rankings": [{}]}' if name.endswith("json") else '"')
    with pytest.raises(InputError, match=name):
        Evaluation.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "column", "entry"),
    [
        ("summary.csv", "median", "x"),
        ("summary.csv", "median", None),
        ("comparisons.csv", "seeds_needed", "1.5"),
        ("comparisons.csv", "seeds_needed", None),
        ("equivalence.csv", "p_better", "x"),
    ],
)
def test_a_copy_without_a_column_or_with_no_number_in_it_is_one_line(
    evaluation, tmp_path, name, column, entry
):
    evaluation.save(tmp_path)
    path = tmp_path / name
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    path.unlink()
    shutil.rmtree(tmp_path / ".sha256")
    if entry is None:
        table = table.drop(columns=column)
    else:
        table.loc[0, column] = entry
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match=name):
        Evaluation.load(tmp_path)
