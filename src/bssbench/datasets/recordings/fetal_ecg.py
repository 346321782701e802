"""Electrocardiogram of a pregnant woman, with the maternal and fetal hearts on eight leads.

Leads 0–4 are on the abdomen, leads 5–7 on the thorax; ten seconds at 250 Hz. Contributed to DaISy
(KU Leuven) by L. De Lathauwer. De Lathauwer, De Moor and Vandewalle, IEEE Transactions on
Biomedical Engineering 47 (2000) 567–572; Callaerts, dissertation, KU Leuven (1989). DaISy states no
licence, and citing it is customary; the copy is from the Open-Source Electrophysiological Toolbox
(OSET, BSD-3).

The true sources are unknown. Scores use physiological knowledge: the fetal heart beats faster than
the mother's and about as regularly, and the thoracic leads show the mother's heart only
(`bssbench.scores.measures.heart`).
"""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import butter, sosfiltfilt

from bssbench.datasets.remote_files import RemoteFile

CITATION = "De Lathauwer et al., IEEE Trans. Biomed. Eng. 47 (2000) 567-572; DaISy"
FILES = (
    RemoteFile(
        folder="fetal_ecg_daisy",
        name="FOETAL_ECG.dat",
        url="https://raw.githubusercontent.com/alphanumericslab/OSET/"
        "fff7f32928601c165c0f715bcbfa9c498f56ae2b/datasets/sample-data/FOETAL_ECG.dat",
        sha256="09c2c12808e56879f9e147f07d3d798e882343813a5fd8ebe7e767377a9ecf9f",
        licence="repository BSD-3-Clause; DaISy states none, citation customary",
    ),
)
LENGTH = 2500
N_CHANNELS = 8
N_SOURCES = 8

SAMPLING_RATE = 250.0
PASS_BAND = (2.0, 100.0)
SUMMARY = (
    f"electrocardiogram of a pregnant woman, eight leads at {SAMPLING_RATE:g} Hz: "
    f"{PASS_BAND[0]:g}–{PASS_BAND[1]:g} Hz; by the child's heart: fetal_heart_found, beat_rate, "
    "beat_regularity, beat_purity"
)
_THORACIC = slice(5, 8)


def prepare(paths: list[Path]) -> dict[str, Any]:
    """Read the leads and filter them to 2–100 Hz.

    Below 2 Hz, breathing and electrode drift dominate; above 100 Hz, there is no cardiac signal.
    The filter has zero phase, so that it does not shift beats, and is the same for all leads, so
    that the mixture stays instantaneous.

    The file has text columns with the time and eight leads, in the recording's unit. The thoracic
    leads are also the reference signals, because they show the mother's heart.
    """
    recorded = np.loadtxt(paths[0])[:, 1:]
    band_pass = butter(4, PASS_BAND, btype="bandpass", fs=SAMPLING_RATE, output="sos")
    leads = np.ascontiguousarray(sosfiltfilt(band_pass, recorded.T).T)
    return {
        "observations": leads,
        "sampling_rate": SAMPLING_RATE,
        "reference_signals": leads[:, _THORACIC],
        "reference_names": ("thorax 1", "thorax 2", "thorax 3"),
        "parameters": {"pass_band": list(PASS_BAND)},
    }
