"""Brain waves with blinks, and two electrodes by the eyes that say which component they should be.

The tutorial recording of EEGLAB (Swartz Center for Computational Neuroscience, UC San Diego): a
task of visual attention, 32 electrodes, 238 s at 128 Hz. Delorme and Makeig, Journal of
Neuroscience Methods 134 (2004) 9–21. The repository's licence (BSD-2) is that of the code; none is
stated for the data.

The electrodes EOG1 and EOG2 lie by the eyes. They are held out: a method sees the scalp alone, and
is judged by whether one of its components is what they recorded
(`bssbench.scores.measures.electrodes`).
"""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat
from scipy.signal import butter, sosfiltfilt

from bssbench.datasets.remote_files import RemoteFile

_LICENCE = "repository BSD-2-Clause (code); data not stated"
_ADDRESS = (
    "https://raw.githubusercontent.com/sccn/eeglab/"
    "94b8557aa27484c4e2cb4775315802d420b93f32/sample_data/"
)

CITATION = "Delorme and Makeig, J. Neurosci. Methods 134 (2004) 9-21"
FILES = tuple(
    RemoteFile("eeg_eeglab", name, _ADDRESS + name, sha256, _LICENCE)
    for name, sha256 in {
        "eeglab_data.set": "27594dc378685d25d5f5f762f4f8332e7a3d988b6d5d41832bb2252d93988718",
        "eeglab_data.fdt": "3ec388b9a080c723c00cd380403d64cc754929d828375bbd53bd83b468136759",
    }.items()
)
LENGTH = 30504
N_CHANNELS = 10
N_SOURCES = 10

PASS_BAND = (1.0, 40.0)
HELD_OUT = ("EOG1", "EOG2")
SUMMARY = (
    "electroencephalogram, 30 electrodes at 128 Hz: "
    f"{PASS_BAND[0]:g}–{PASS_BAND[1]:g} Hz, the first {N_SOURCES} principal components; by two "
    "electrodes held out at the eyes: eog1_correlation, eog2_correlation with their ceilings"
)


def prepare(paths: list[Path]) -> dict[str, Any]:
    """Read the recording, hold out the eyes' electrodes and reduce the others to ten components.

    The band-pass (1–40 Hz, zero phase) removes drift, steps of direct current and the mains. Ten
    principal components hold 98 % of the thirty channels' variance; they are the observations of
    all methods, so that all start from the same. They are those of the covariance, channels not
    standardised: all are in microvolts, and one that little reaches should not have its noise
    raised to the others' variance. (Standardised, the ceilings of both electrodes differ by 0.01.)

    The files are the description (MATLAB 5, which holds no code) and the samples (float32, channels
    fastest). The two electrodes are the reference signals.
    """
    # Imported here: the shapes of data sets are looked up where nothing is made.
    from sklearn.decomposition import PCA

    description = loadmat(paths[0], squeeze_me=True, variable_names=["EEG"])["EEG"]
    labels = [str(label) for label in description["chanlocs"].item()["labels"]]
    rate = float(description["srate"].item())
    recorded = np.fromfile(paths[1], dtype="<f4").reshape(-1, len(labels)).astype(np.float64)
    band_pass = butter(4, PASS_BAND, btype="bandpass", fs=rate, output="sos")
    filtered = sosfiltfilt(band_pass, recorded.T).T
    eyes = [labels.index(name) for name in HELD_OUT]
    components = PCA(N_SOURCES).fit_transform(np.delete(filtered, eyes, axis=1))
    return {
        "observations": np.ascontiguousarray(components),
        "sampling_rate": rate,
        "reference_signals": filtered[:, eyes],
        "reference_names": HELD_OUT,
        "parameters": {"pass_band": list(PASS_BAND)},
    }
