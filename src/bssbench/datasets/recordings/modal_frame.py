"""Ambient vibration of a five-storey steel frame: each source is a mode of the structure.

Recorded at the Institute of Structural Mechanics, Bauhaus-Universität Weimar: a frame one metre
high, excited by a fan, measured by a laser vibrometer (channels 0–2, velocity) and accelerometers
(channels 3–4). Marwitz et al., Experimental Mechanics 57 (2017) 1311–1325;
doi:10.5281/zenodo.14936576. The reference frequencies are those of the published modal model of the
same structure, obtained from 14 setups by stochastic subspace identification.
"""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.signal import butter, sosfiltfilt

from bssbench.datasets.mixing import standardised
from bssbench.datasets.remote_files import RemoteFile

CITATION = "Marwitz et al., Experimental Mechanics 57 (2017) 1311-1325"
FILES = (
    RemoteFile(
        folder="modal_steel_frame",
        name="m1_measurement_1.npy",
        url="https://raw.githubusercontent.com/pyOMA-dev/pyOMA/"
        "c0e17452b284f7ed7ae7321189f3b907666e0207/tests/files/measurement_1/measurement_1.npy",
        sha256="ab728cf6e8136b89574bbd4216714a38678c75b6806d8af0d9fe7b628c5a45bc",
        licence="repository GPL-3.0; no separate data licence",
    ),
)
LENGTH = 6827
N_CHANNELS = 5
N_SOURCES = 5

RECORDED_RATE = 256.0
DECIMATION = 9
PASS_BAND = (0.8, 5.5)
REFERENCE_FREQUENCIES = (1.2283, 1.4358, 2.1000, 4.0175, 4.7704)
SUMMARY = (
    "vibration of a steel frame, five channels: accelerations integrated, "
    f"{PASS_BAND[0]:g}–{PASS_BAND[1]:g} Hz, decimated by {DECIMATION} to "
    f"{RECORDED_RATE / DECIMATION:.1f} Hz; by its five lowest modes: modes_found, mode_purity"
)

_VELOCITIES = slice(0, 3)
_ACCELERATIONS = slice(3, 5)


def prepare(paths: list[Path]) -> dict[str, Any]:
    """Read the measurement and reduce it to the band of the first five modes.

    The accelerations are integrated, because velocity and acceleration of a mode differ in phase by
    a quarter of a period, which an instantaneous mixture cannot represent. A zero-phase band-pass
    filter (0.8–5.5 Hz) removes the drift of the integration and prevents aliasing.
    """
    measured = np.load(paths[0], allow_pickle=False)
    accelerations = measured[:, _ACCELERATIONS]
    integrated = cumulative_trapezoid(accelerations, dx=1 / RECORDED_RATE, axis=0, initial=0)
    velocities = np.concatenate([measured[:, _VELOCITIES], integrated], axis=1)
    band_pass = butter(8, PASS_BAND, btype="bandpass", fs=RECORDED_RATE, output="sos")
    # Channels are contiguous, because the following steps sum along time.
    channels = sosfiltfilt(band_pass, velocities.T)[:, ::DECIMATION]
    return {
        "observations": np.ascontiguousarray(standardised(channels).T),
        "sampling_rate": RECORDED_RATE / DECIMATION,
        "reference_frequencies": REFERENCE_FREQUENCIES,
        "parameters": {"pass_band": list(PASS_BAND), "decimation": DECIMATION},
    }
