"""The parameters of a C3D file: groups of named texts and numbers."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT

_INTEL, _DEC = 84, 85  # constant: the format's; 86 is big-endian
_PARAMETERS_MOST: Final = 10_000
_WIDTHS: Final = {-1: 1, 1: 1, 2: 2, 4: 4}


class Parameters:
    """What the parameters say, by group and name."""

    def __init__(self, *, vax: bool) -> None:
        self.vax = vax
        self._found: dict[tuple[str, str], tuple[int, tuple[int, ...], bytes]] = {}

    def add(self, key: tuple[str, str], kind: int, sides: tuple[int, ...], raw: bytes) -> None:
        """Keep one."""
        self._found[key] = (kind, sides, raw)

    def float32(self, raw: bytes) -> float:
        """Give a number of 4 bytes as this file's processor wrote it."""
        if self.vax:
            return float(struct.unpack("<f", raw[2:4] + raw[:2])[0]) / 4.0
        return float(struct.unpack("<f", raw)[0])

    def texts(self, group: str, name: str) -> list[str]:
        """Give texts, bare."""
        kind, sides, raw = self._found.get((group, name), (0, (), b""))
        if kind != -1 or not sides or not sides[0]:
            return []
        wide = sides[0]
        parts = [raw[at : at + wide] for at in range(0, len(raw) - wide + 1, wide)]
        return [part.decode("latin-1").strip("\0 ") for part in parts]

    def numbers(self, group: str, name: str) -> NDArray[Any]:
        """Give numbers, all in a row."""
        kind, _, raw = self._found.get((group, name), (0, (), b""))
        if kind == 2:
            return np.frombuffer(raw, "<i2")
        if kind == 4:
            return np.array([self.float32(raw[at : at + 4]) for at in range(0, len(raw), 4)])
        return np.frombuffer(raw, np.int8) if kind == 1 else np.zeros(0)


def read_parameters(file: BinaryIO, block: int, name: str) -> Parameters:
    """Give the parameters, which start at a block of 512 bytes."""
    file.seek(512 * (block - 1))
    raw = file.read(4)
    if len(raw) < 4:
        raise BadRecording(where=name, what="it ends before its parameters", remedy=COPY_AGAIN)
    blocks, processor = raw[2], raw[3]
    if processor not in {_INTEL, _DEC}:
        raise BadRecording(
            where=f"{name} (parameters)", what=f"a processor of kind {processor}", remedy=EXPORT
        )
    # some writers leave the number of blocks at 0 or too small: at most what a byte can say
    data = file.read(512 * max(blocks, 255) - 4)
    parameters = Parameters(vax=processor == _DEC)
    groups: dict[int, str] = {}
    waiting: list[tuple[int, str, int, tuple[int, ...], bytes]] = []
    at = 0
    for _ in range(_PARAMETERS_MOST):
        if at + 4 > len(data):
            break
        length, group = struct.unpack_from("<bb", data, at)
        length = abs(length)
        title = data[at + 2 : at + 2 + length].decode("latin-1").strip().upper()
        link = at + 2 + length
        if not length or link + 2 > len(data):
            break
        step = struct.unpack_from("<H", data, link)[0]
        if group < 0:
            groups[-group] = title
        elif got := _value(data, link + 2):
            waiting.append((group, title, *got))
        if step == 0:
            break
        at = link + step
    for group, title, kind, sides, content in waiting:
        parameters.add((groups.get(group, ""), title), kind, sides, content)
    return parameters


def _value(data: bytes, at: int) -> tuple[int, tuple[int, ...], bytes] | None:
    if at + 2 > len(data):
        return None
    kind, many = struct.unpack_from("<bB", data, at)
    if kind not in _WIDTHS or many > 7 or at + 2 + many > len(data):
        return None
    sides = tuple(data[at + 2 : at + 2 + many])
    size = _WIDTHS[kind]
    for side in sides:
        size *= side
    content = data[at + 2 + many : at + 2 + many + size]
    return (kind, sides, content) if len(content) == size else None
