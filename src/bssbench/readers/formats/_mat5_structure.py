"""Whether the elements of a MAT file of version 5 fit into each other.

SciPy takes the types that a file gives for its numbers on trust, and crashes on unknown ones.
"""

import math
import mmap
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

__all__ = ["check_structure"]

_HEAD = 128
_MATRIX, _COMPRESSED = 14, 15
# Integers of 8 to 32 bits, single, double, 64 bits, and text in three encodings.
_NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 16, 17, 18})
_CELL, _STRUCT, _OBJECT, _CHARACTERS, _SPARSE, _FUNCTION, _OPAQUE = 1, 2, 3, 4, 5, 16, 17
_NUMERIC = range(6, 16)
_COMPLEX = 0x800
_DEEPEST = 30
_CHUNK = 1 << 20


class _Element(NamedTuple):
    kind: int
    start: int
    size: int
    end: int


def check_structure(path: Path) -> None:
    """Hold a file to the structure of MathWorks (2024), MAT-File Format, version 5.

    What is compressed is only held to its checksum.

    Raises
    ------
    ValueError
        With the byte, from 0, at which it is damaged.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        walk = _Walk(content)
        position = _HEAD
        # SciPy, too, ends where no whole tag is left.
        while position + 8 <= len(content):
            kind, size = walk.integers(position, 2)
            start, position = position + 8, position + 8 + size
            if position > len(content):
                raise ValueError(f"cut off: {len(content)} bytes of at least {position}")
            if kind == _COMPRESSED:
                _check_compressed(content, start, position)
            elif kind == _MATRIX:
                walk.matrix(start, position, 0)
            else:
                raise ValueError(f"damaged at byte {start - 8}")


def _check_compressed(content: mmap.mmap, start: int, end: int) -> None:
    stream = zlib.decompressobj()
    for place in range(start, end, _CHUNK):
        data = content[place : min(end, place + _CHUNK)]
        while data:
            stream.decompress(data, _CHUNK)
            data = stream.unconsumed_tail
    stream.flush()
    if not stream.eof:
        raise ValueError(f"damaged at byte {start}")


class _Walk:
    """Goes through the elements of matrices, each within the one around it."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._order = ">" if content[126:128] == b"MI" else "<"

    def integers(self, position: int, count: int) -> tuple[int, ...]:
        """Return unsigned integers of four bytes."""
        return struct.unpack_from(f"{self._order}{count}I", self._content, position)

    def matrix(self, start: int, end: int, depth: int) -> None:
        """Hold the parts of a matrix to those that its class has."""
        if start == end:
            return  # an empty one
        if depth > _DEEPEST:
            raise ValueError(f"nested too deeply at byte {start}")
        flags = self._part(start, end)
        if flags.kind != 6 or flags.size != 8:
            raise ValueError(f"damaged at byte {start}")
        (word,) = self.integers(flags.start, 1)
        kind, position = word & 0xFF, flags.end
        if kind == _OPAQUE:
            self._parts(position, end, 3)
            return
        dimensions = self._part(position, end)
        name = self._part(dimensions.end, end)
        if dimensions.kind not in (5, 6) or dimensions.size % 4 or dimensions.size < 8:
            raise ValueError(f"damaged at byte {position}")
        count = math.prod(self.integers(dimensions.start, dimensions.size // 4))
        if kind in (_CELL, _STRUCT, _OBJECT, _FUNCTION):
            self._matrices(name.end, end, kind, count, depth)
        elif kind in (_CHARACTERS, _SPARSE, *_NUMERIC):
            imaginary = bool(word & _COMPLEX) and kind != _CHARACTERS
            self._parts(name.end, end, (3 if kind == _SPARSE else 1) + imaginary)
        else:
            raise ValueError(f"an unknown class at byte {start}")

    def _matrices(self, position: int, end: int, kind: int, count: int, depth: int) -> None:
        if kind == _OBJECT:
            position = self._part(position, end).end
        if kind in (_STRUCT, _OBJECT):
            width = self._part(position, end)
            names = self._part(width.end, end)
            (length,) = self.integers(width.start, 1) if width.size >= 4 else (0,)
            if length == 0:
                raise ValueError(f"damaged at byte {position}")
            position, count = names.end, count * (names.size // length)
        elif kind == _FUNCTION:
            count = 1
        for _ in range(count):
            part = self._element(position, end)
            if part.kind != _MATRIX:
                raise ValueError(f"damaged at byte {position}")
            self.matrix(part.start, part.start + part.size, depth + 1)
            position = part.end

    def _parts(self, position: int, end: int, count: int) -> None:
        for _ in range(count):
            position = self._part(position, end).end

    def _part(self, position: int, end: int) -> _Element:
        """Return an element of numbers or text."""
        part = self._element(position, end)
        if part.kind not in _NUMBERS:
            raise ValueError(f"an unknown type of numbers at byte {position}")
        return part

    def _element(self, position: int, end: int) -> _Element:
        if position + 8 > end:
            raise ValueError(f"damaged at byte {position}")
        kind, size = self.integers(position, 2)
        if kind >> 16:
            # At most four bytes stand in the tag itself.
            part = _Element(kind & 0xFFFF, position + 4, kind >> 16, position + 8)
            valid = part.size <= 4
        else:
            start = position + 8
            part = _Element(kind, start, size, start + -(-size // 8) * 8)
            valid = start + size <= end
        if not valid:
            raise ValueError(f"damaged at byte {position}")
        return part
