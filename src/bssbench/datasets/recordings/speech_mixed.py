"""Real speech of four people, mixed artificially, so that the true sources are known.

The Free Spoken Digit Dataset (Jackson et al., 2018, doi:10.5281/zenodo.1342401, CC BY-SA 4.0)
contains the digits 0–9 as one file each, at 8 kHz. The data set uses the first four of its six
speakers in alphabetical order; all of them have enough samples. For each seed, every speaker says
the digits in a different random order, because a common order would give the sources a common
envelope.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from bssbench.datasets.dataset import Dataset
from bssbench.datasets.mixing import mixed
from bssbench.datasets.remote_files import RemoteFile

_ADDRESS = (
    "https://raw.githubusercontent.com/Jakobovski/free-spoken-digit-dataset/"
    "26eb9aaf76e81b692f806f9140c2d2777410d7a1/recordings/"
)
_CHECKSUMS = {
    "0_george_0.wav": "228ab63fccdf262d2e05817b6ec918b15e7d9e4bfb6bb20183c46ae088405240",
    "1_george_0.wav": "c652e9243c5cc350063be17ebb3629ae971f2059234aa33cfec3a57ae7668efd",
    "2_george_0.wav": "64e86e8aec57533dfa5b9054ca3f93f7b7da98fb41e2e1da7c9eabfb9c86792a",
    "3_george_0.wav": "ab3ce6f5af0eb27f47f1d405c205fbb35776954b3e5beada8449e218fbf30b81",
    "4_george_0.wav": "caf634cb0b03955ce98239bb9ae9660445f9021049b3211ad6dc09a1765efca3",
    "5_george_0.wav": "573faed14e5b9037ca124a040d87aea6bdb1852d47a106eba099cdd36701f34b",
    "6_george_0.wav": "a5afa6e3dad8290335c2883434d51f45d425fe33d545d784c21f1f677712abbb",
    "7_george_0.wav": "645dc7b2bd40ca8bddb2b580de6877ddffaf041a94b72a87ab9274d5345581a0",
    "8_george_0.wav": "ad8f7a9a1212a3a46e64a8e8a81d050043503f57305ba8b8d1f3b45e78a3a7c5",
    "9_george_0.wav": "2a9e54630a64239890f4716445dfa949236841b76e2f880f38cd0c5e28a997e9",
    "0_jackson_0.wav": "eea86018ce1730baaf7f5dd6ec88c1f727dd90203521a9115b489310a248ea05",
    "1_jackson_0.wav": "b3739400f793620875bb7849bfd8629dc6b2966ed6bda8276aa14178a612f13a",
    "2_jackson_0.wav": "214bac0c813b584410e3cb8cace2673d256b3fd735810bd516b2bfd0c2298620",
    "3_jackson_0.wav": "5152a17feb7dba43cfabdb4284262004da3038d5c02a6a5282e851b7ad2bb2e2",
    "4_jackson_0.wav": "e0febd48e7cf7cfdca949d0d07769e0fc708fb2e8e7648691fa7e6ed7a5b1ded",
    "5_jackson_0.wav": "070af5213084191c4de1156125bb792c28cea2728798043283e3def0dadd55b4",
    "6_jackson_0.wav": "fe7705fdfaddc378d72c479664ab8aacd53fa78a99c3d130ad74b1ff40212595",
    "7_jackson_0.wav": "bd4f5fa8db9a8a8d14a88236da314cd38fce2370cc406181b2485e03437d55d3",
    "8_jackson_0.wav": "25172d71c574ee504094d4b704efa478a253d29ee7da562ce6ec4800ffdb6eaf",
    "9_jackson_0.wav": "6b25bbf21f65cf5a6c9713ecf05b5d34641bbcfaac56b9d4d694f65758e12ff0",
    "0_lucas_0.wav": "1d942e79c200ae1f84618314f2669d9c154718276b38ccf341630635073f7c06",
    "1_lucas_0.wav": "3be94e884747e17a3004d7c30c95cc5c9da2bf6fc3a280db5ae72822824a398b",
    "2_lucas_0.wav": "1cc45214f58b07f3188a0474060cf04c600123d1bc05c9889f81a24e77edab2f",
    "3_lucas_0.wav": "584600a1e1377935ca416db7e788c4f27888561c112c2a9a67f86919059e5417",
    "4_lucas_0.wav": "4adf59a713041d3c672d4cfed07953d53f8d15fa060f17e1a8385cae3a115382",
    "5_lucas_0.wav": "266bab64975aebcb2f8e734cb8f4721ef362fb506190c35bd7a31c4bd9e418a2",
    "6_lucas_0.wav": "199e9f44ea8c5ce3556bb8bda78e831dccc383ee1acb4c5bc22531f67d79e968",
    "7_lucas_0.wav": "d3dbe5d28532c1ba3a47b099477a9e0bc9697017b1d1d4458091fe54be014ee1",
    "8_lucas_0.wav": "154cfd07257bb8488778969d694b770d6648bdc793761335115ecd2a0239de53",
    "9_lucas_0.wav": "6508d1d8403fdaceb221968cd0090a422645493bc24a049dda75a04b6387495c",
    "0_nicolas_0.wav": "527b1d27c2b931204b24995f035580dd248b908978a27756b4698ce0aa7e1aa8",
    "1_nicolas_0.wav": "d57a29689b0abf1ab609ab401dd4053dbc18c317a4ed9ebed6a9aa034e9bab0a",
    "2_nicolas_0.wav": "e55aea8bd4d83d0ae4de1b5a4b67a613f17aa00406cd726c352a061001308beb",
    "3_nicolas_0.wav": "5da068172b180b74cd8ed019d131679249387b0199cb972992adf18e21f1d82d",
    "4_nicolas_0.wav": "dc6ae853b163bebf1774701a4f7e6e27bbace3472ba3628ec2d61b2e6ab1d0c7",
    "5_nicolas_0.wav": "808a05f646857095e97450f6824440c271c5a17029d24065a7ff27ea7813f61d",
    "6_nicolas_0.wav": "48d22b265d86c14e6b4462f51122834bc66e99e3966e95f2279a9d07ffcb9e95",
    "7_nicolas_0.wav": "615dc2a2ba6e915521151479bbec3724bd1f5e0c839bb57b693c45f897a174a3",
    "8_nicolas_0.wav": "8e2af922d9417b55344ab3ff7d14148c77551c877d5a5543103a6dc07625bc12",
    "9_nicolas_0.wav": "44e8eb48a33839ac22c10c702963fbb53463858187a721f3addbacfe0e5cf14b",
}

CITATION = "Jackson et al., Free Spoken Digit Dataset (2018), doi:10.5281/zenodo.1342401"
FILES = tuple(
    RemoteFile("audio_fsdd", name, _ADDRESS + name, sha256, "CC BY-SA 4.0")
    for name, sha256 in _CHECKSUMS.items()
)
LENGTH = 24_000
N_CHANNELS = 4
N_SOURCES = 4

SPEAKERS = ("george", "jackson", "lucas", "nicolas")
SAMPLING_RATE = 8000.0
NOISE = 0.01
SUMMARY = (
    f"four speakers of digits, three seconds at {SAMPLING_RATE / 1000:g} kHz: offsets removed, "
    f"mixed here linearly with {100 * NOISE:g} % noise; by the true sources: mcc and the others"
)


def mix(paths: list[Path], seeds: Sequence[int], root_seed: int) -> Dataset:
    """Concatenate each speaker's digits in a random order per seed, and mix the four speakers.

    The offset of each file is removed before concatenation, because the recordings of one speaker
    have an offset whose changes would cause clicks. The speech is cut to three seconds and scaled
    to unit variance.
    """
    digits = [[_read(p) for p in paths if f"_{speaker}_" in p.name] for speaker in SPEAKERS]
    return mixed(
        "speech-mixed",
        seeds,
        root_seed,
        lambda order: np.stack([_spoken(said, order) for said in digits]),
        N_CHANNELS,
        NOISE,
        sampling_rate=SAMPLING_RATE,
        parameters={"noise": NOISE, "speakers": list(SPEAKERS)},
    )


def _read(path: Path) -> np.ndarray:
    """Return the samples (time,) of a digit without their offset."""
    samples = wavfile.read(path)[1].astype(np.float64)
    return np.asarray(samples - samples.mean())


def _spoken(digits: list[np.ndarray], order: np.random.Generator) -> np.ndarray:
    """Concatenate a speaker's digits in a random order and cut them to `LENGTH`."""
    return np.concatenate([digits[i] for i in order.permutation(len(digits))])[:LENGTH]
