"""Electrocardiograms of women in labour, with a held-out electrode on the fetal scalp as reference.

The Abdominal and Direct Fetal ECG Database (Medical University of Silesia, PhysioNet,
doi:10.13026/C2RP4B, ODC-BY) has four abdominal leads and a simultaneous lead on the fetal scalp.
Jezewski, Matonia, Kupka, Roj and Czabanski, Biomedizinische Technik 57 (2012) 383–394. This data
set contains ten seconds at 1 kHz of three women, the records r01, r07 and r10. Seed s has the
record s mod 3: three consecutive seeds are the three women, and further seeds are further
initialisations.

The scalp electrode is held out: methods receive the abdominal leads only, and the score is the
correlation of a component with this electrode (`bssbench.scores.measures.electrodes`).
"""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat
from scipy.signal import butter, sosfiltfilt

from bssbench.datasets.remote_files import RemoteFile

_ADDRESS = (
    "https://raw.githubusercontent.com/Tashreque/Fetal-ECG-Extraction/"
    "ed5dd82758179f05e3abf81b89572f67b3edb1bb/"
)
# For each record, the four abdominal leads, then the scalp lead.
_CHECKSUMS = {
    "r01_edfm.mat": "d2add35c8b503c3cf500d8615a851f3b69e71cee2bb66b6ca9840b98f136c839",
    "r01_edfm-2.mat": "ed7d3623c47f2a31ca03981ee43708edca3bda4f5712b66c1163bcb9783fd165",
    "r01_edfm-3.mat": "53a20d006b2003258077b48043dff04db73b20ea56c1217fbc7accc1d9aa8bb7",
    "r01_edfm-4.mat": "aba5fedf483b0b0d16803e627b8a1785428212d67420a9d60754f23481a22c42",
    "r01_edfmd.mat": "838ae9e98d1cf59a74cfceed398616c371f421dc10c0af077b328767720c3023",
    "r07_edfm.mat": "e8a8af21d6320313eaaf1cac048c7671bdbd9893d92bc8f71727de4dea8f750b",
    "r07_edfm-2.mat": "c63466c637ff25c097e3c3e1a917cf57a3860aa1d221bbadf63c4cb0fa50f66c",
    "r07_edfm-3.mat": "3d6c090deb36b7f4ff1e960ccda08e00feaaecb36f0bf5b99987c1e17b830f08",
    "r07_edfm-4.mat": "752fef5edf488f083dd2d1333a34dd71d692e710718e39142dc260088935c9d3",
    "r07_edfmd.mat": "6e447a47af3a1b2730d10a430acd4bd622660b2a76310653e78b15a0182c393b",
    "r10_edfm.mat": "0d93b615677102c72cc51cc86fc39dfbfd376da8417d019a98d8844ed5a5dbb6",
    "r10_edfm-2.mat": "1ad60d0f9fb3a8ad0314eeb5b812f2389ddab7aa990766cb1c9542362da9ff62",
    "r10_edfm-3.mat": "ca091dea5491c24a3de9fcb79e51509f3d54eb5c663ef8dd0b8e20dc8c0b3d03",
    "r10_edfm-4.mat": "587b789692214ef030249b15cd5028d1ab4a54aab086798ac95a0d72fc95ba0b",
    "r10_edfmd.mat": "31e4b235be5c68bdc8339f8e1f183c14e4efa7efb560066f32836e71cddbdafe",
}

CITATION = "Jezewski et al., Biomed. Eng. 57 (2012) 383-394; PhysioNet, doi:10.13026/C2RP4B"
FILES = tuple(
    RemoteFile(
        "fetal_ecg_scalp",
        name,
        _ADDRESS + name,
        sha256,
        "ODC-BY 1.0 (the database); the repository that holds the excerpts states none",
    )
    for name, sha256 in _CHECKSUMS.items()
)
N_RECORDS = 3
LENGTH = 10_000
N_CHANNELS = 4
N_SOURCES = 4

SAMPLING_RATE = 1000.0
PASS_BAND = (8.0, 60.0)
SUMMARY = (
    f"electrocardiograms of {N_RECORDS} women in labour, seed s that of number s mod {N_RECORDS}, "
    f"four abdominal leads at {SAMPLING_RATE:g} Hz: {PASS_BAND[0]:g}–{PASS_BAND[1]:g} Hz; by an "
    "electrode held out on the child's scalp: scalp_correlation with its ceiling"
)


def prepare(paths: list[Path]) -> dict[str, Any]:
    """Read the five leads of one record and filter them to 8–60 Hz.

    This band contains the QRS complexes. Lower frequencies are breathing, movement and the slow
    waves of both hearts; higher frequencies are muscle activity. The filter (Butterworth of order
    3) has zero phase, so that it does not shift beats.

    Each lead is a MATLAB 5 file, which cannot contain code, with the variable ``val`` of shape (1,
    time) in the recorder's unit. The scalp lead is the reference signal.
    """
    leads = np.concatenate([loadmat(path, variable_names=["val"])["val"] for path in paths])
    band_pass = butter(3, PASS_BAND, btype="bandpass", fs=SAMPLING_RATE, output="sos")
    filtered = sosfiltfilt(band_pass, leads.astype(np.float64)).T
    return {
        "observations": np.ascontiguousarray(filtered[:, :N_CHANNELS]),
        "sampling_rate": SAMPLING_RATE,
        "reference_signals": filtered[:, N_CHANNELS:],
        "reference_names": ("scalp",),
        "parameters": {"pass_band": list(PASS_BAND)},
    }
