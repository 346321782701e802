"""Electroencephalogram with blinks, and two held-out electrodes near the eyes as reference.

The tutorial recording of EEGLAB (Swartz Center for Computational Neuroscience, UC San Diego): a
visual attention task, 32 electrodes, 238 s at 128 Hz. Delorme and Makeig, Journal of Neuroscience
Methods 134 (2004) 9–21. The repository's licence (BSD-2) covers the code; no licence is stated for
the data.

The electrodes EOG1 and EOG2 are near the eyes. They are held out: methods receive the scalp
electrodes only, and the score is the correlation of a component with a held-out electrode
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
    """Read the recording, hold out the electrodes near the eyes and reduce the others to ten.

    A zero-phase band-pass filter (1–40 Hz) removes drift, jumps of the baseline and mains noise.
    The observations are the first ten principal components, which contain 98 % of the variance of
    the thirty channels. The channels are not standardised first: all are in microvolts, and
    standardisation would amplify the noise of weak channels. (It changes the ceilings of both
    electrodes by 0.01.)

    The files are the description (MATLAB 5, which cannot contain code) and the samples (float32,
    channels fastest). The two electrodes are the reference signals.
    """
    # Imported here because looking up the shape of a data set should not import scikit-learn.
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
