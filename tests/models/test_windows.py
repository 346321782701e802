import pytest
import torch

from bssbench.models.windows import Windows, evenly_spaced

LENGTH, WINDOW = 12, 9


def series(length):
    """Two replicates of two components whose values say where they are from."""
    return torch.arange(length).expand(2, 2, -1) + 1000 * torch.arange(2)[:, None, None]


def test_stretches_are_of_the_series_and_begin_anywhere_in_it():
    windows = Windows([1, 2], LENGTH, WINDOW)
    starts = []
    for _ in range(60):
        cut = windows.cut(series(LENGTH))
        assert cut.shape == (2, 2, WINDOW)
        first = cut[:, 0, 0] - 1000 * torch.arange(2)
        for replicate, start in enumerate(first.tolist()):
            expected = series(LENGTH)[replicate, :, start : start + WINDOW]
            assert torch.equal(cut[replicate], expected)
        starts.append(first.tolist())
    for of_replicate in zip(*starts, strict=True):
        assert set(of_replicate) == {0, 1, 2, 3}
    assert len({tuple(pair) for pair in starts}) > 4, "replicates are cut apart"


def test_a_replicates_stretches_do_not_depend_on_the_batch():
    together, alone = Windows([1, 2], LENGTH, WINDOW), Windows([2], LENGTH, WINDOW)
    for _ in range(10):
        assert torch.equal(together.cut(series(LENGTH))[1], alone.cut(series(LENGTH)[1:])[0])


@pytest.mark.parametrize("window", [10, 16])
def test_evenly_spaced_stretches_span_the_series_and_do_not_overlap(window):
    for length in range(window, 40 * window, 7):
        stretches = evenly_spaced(series(length), window)
        assert len(stretches) == min(16, length // window)
        seen = torch.cat(stretches, dim=-1)[0, 0]
        assert seen.unique().numel() == len(stretches) * window
        assert seen[0] == 0
        if len(stretches) > 1:
            assert seen[-1] == length - 1
