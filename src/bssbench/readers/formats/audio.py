"""Sound files: WAV, FLAC, OGG, AIFF and others that libsndfile reads."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.columns import Columns
from bssbench.readers.formats._assembly import assembled
from bssbench.readers.formats._libraries import needed, reading, writing
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

# How each kind is written: libsndfile's names of format and encoding.
_FORMATS = {
    ".wav": ("WAV", "FLOAT"),
    ".wave": ("WAV", "FLOAT"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".oga": ("OGG", "VORBIS"),
    ".aiff": ("AIFF", "FLOAT"),
    ".aif": ("AIFF", "FLOAT"),
    ".aifc": ("AIFF", "FLOAT"),
    ".au": ("AU", "FLOAT"),
    ".snd": ("AU", "FLOAT"),
    ".caf": ("CAF", "FLOAT"),
    ".w64": ("W64", "FLOAT"),
    ".rf64": ("RF64", "FLOAT"),
}
# MP3 is not written: it delays and colours.
SUFFIXES = (*_FORMATS, ".mp3")

# Below 1, so that rounding does not clip.
_PEAK = 0.99


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is a sound file."""
    if head[:4] in (b"RIFF", b"RF64", b"RIFX"):
        return head[8:12] == b"WAVE"
    if head[:4] == b"FORM":
        return head[8:12] in (b"AIFF", b"AIFC")
    if head.startswith(b"ID3"):
        return head[3:4] in (b"\x02", b"\x03", b"\x04")
    return head.startswith((b"fLaC", b"OggS", b"riff\x2e\x91\xcf\x11", b".snd", b"caff"))


def read(path: Path, request: Request) -> Table:
    """Read samples of shape (time, channel); integers are scaled to full scale at 1.

    WAV is read without soundfile, too, by SciPy.

    Raises
    ------
    InputError
        If the file is damaged, or soundfile is needed and not installed.
    """
    kind = path.suffix.lower().removeprefix(".").upper() or "a sound file"
    with reading(path, kind):
        if _is_wave(path) and not _has_soundfile():
            values, rate, understood = _by_scipy(path)
        else:
            with needed(path, "soundfile"):
                import soundfile
            values, rate, understood = _by_soundfile(path, soundfile)
    if len(values) == 0:
        raise InputError(f"{path}: it contains no samples")
    columns = Columns(
        path,
        ("",) * values.shape[1],
        values,
        sampling_rate=float(rate),
        understood=tuple(understood),
    )
    # Time is the sampling rate: no channel is used as time unless the user requests it.
    request = replace(request, time_column=request.time_column or "none")
    return assembled(columns, request, "audio")


def _is_wave(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"


def _has_soundfile() -> bool:
    try:
        import soundfile
    except (ImportError, OSError):  # the latter without libsndfile
        return False
    return soundfile is not None


def _by_soundfile(path: Path, soundfile: Any) -> tuple[np.ndarray, float, list[str]]:
    # Open, for libsndfile takes no names that are not in UTF-8.
    with path.open("rb") as file:
        try:
            sound = soundfile.SoundFile(file)
        except soundfile.LibsndfileError as error:
            # Its whole text names the file as Python's object.
            raise ValueError(error.error_string) from None
        with sound:
            values = sound.read(dtype="float64", always_2d=True)
            understood = [f"{sound.format} of {sound.channels} channels, {sound.subtype}"]
            if sound.subtype.startswith("PCM"):
                understood.append("integers scaled to full scale at 1")
            if _is_cut_off(sound.extra_info) or len(values) < sound.frames:
                found = f"{len(values)} samples were found"
                understood.append(f"warning: the file is shorter than its header states; {found}")
            return values, sound.samplerate, understood


def _is_cut_off(log: str) -> bool:
    """Return whether the log of libsndfile states that data are missing."""
    found = re.search(r"^data : (\d+) \(should be (\d+)\)", log, re.MULTILINE)
    # The largest number stands where the length was not known yet.
    return found is not None and int(found[2]) < int(found[1]) < 2**32 - 1


def _by_scipy(path: Path) -> tuple[np.ndarray, float, list[str]]:
    import scipy.io.wavfile

    rate, samples = scipy.io.wavfile.read(path)
    values = samples.reshape(len(samples), -1)
    understood = [f"WAV of {values.shape[1]} channels, {samples.dtype}"]
    if samples.dtype.kind in "iu":
        info = np.iinfo(samples.dtype)
        middle = 0 if info.min < 0 else (info.max + 1) / 2
        values = (values.astype(np.float64) - middle) / ((info.max + 1.0) - middle)
        understood.append("integers scaled to full scale at 1")
    return values.astype(np.float64), float(rate), understood


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:  # noqa: ARG001
    """Write one sound file with all signals as channels, scaled by a common factor, unnamed.

    Raises
    ------
    InputError
        For a kind that does not support the channels or the rate, or can't be written.
    """
    if path.suffix.lower() == ".mp3" or like.sampling_rate is None:
        why = (
            "its sampling rate is unknown"
            if path.suffix.lower() != ".mp3"
            else "MP3 is not written"
        )
        raise InputError(f"{path}: {why}; use the CSV file")
    # What was called otherwise and seen to be sound is written as WAV.
    kind = _FORMATS.get(path.suffix.lower(), _FORMATS[".wav"])
    peak = float(np.abs(signals).max(initial=0.0))
    scale = _PEAK / peak if peak > 0 else 1.0
    rate = max(1, round(like.sampling_rate))
    scaled = signals * scale
    with writing(path, kind[0]):
        if kind[0] == "WAV" and not _has_soundfile():
            import scipy.io.wavfile

            scipy.io.wavfile.write(path, rate, scaled.astype(np.float32))
        else:
            with needed(path, "soundfile", "write"):
                import soundfile
            with path.open("wb") as file:
                soundfile.write(file, scaled, rate, format=kind[0], subtype=kind[1])
    remarks = {"VORBIS": ["compressed with loss"], "PCM_24": ["rounded to 24 bits"]}.get(
        kind[1], []
    )
    remarks = [*remarks, f"multiplied by {scale:.6g}, so that the largest sample is {_PEAK}"]
    if rate != like.sampling_rate:
        remarks.append(f"the rate of {like.sampling_rate:g} Hz rounded to {rate}")
    return "; ".join(remarks)
