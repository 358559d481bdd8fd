"""Rows of samples kept on disk, for formats that cannot be read from the middle."""

from __future__ import annotations

import tempfile
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.missing import Missing
from kedut.measurement.recording import Gap

_BYTES_MOST: Final = 48 << 30  # constant: 24 h of 64 channels at 2,048 Hz take 45 GB


class Scratch:
    """Rows of numbers in a file without a name: gone when it is closed, or when we are.

    Parameters
    ----------
    columns : numbers in a row
    where : the recording's name, for what is said when it grows too large
    kind : `f4` for samples, `f8` where times stand beside them
    """

    def __init__(self, columns: int, where: str, kind: str = "f4") -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="kedut-")  # noqa: SIM115
        self._columns, self._where = columns, where
        self._kind = np.dtype(kind)
        self.length = 0
        self._missing = Missing()

    def append(self, rows: NDArray[Any]) -> None:
        """Add rows, shape (rows, columns)."""
        whole = np.ascontiguousarray(rows, self._kind)
        self._missing.see(self.length, ~np.isfinite(whole.T))
        self.length += len(whole)
        if self.length * self._columns * self._kind.itemsize > _BYTES_MOST:
            raise BadRecording(
                where=self._where,
                what="unpacked it is larger than 48 GB",
                remedy="cut it into shorter files, or export it as EDF",
            )
        self._file.seek(0, 2)
        self._file.write(whole.tobytes())

    def fetch(self, start: int, stop: int) -> NDArray[np.floating[Any]]:
        """Give rows `start` to `stop`, turned: shape (columns, rows)."""
        width = self._columns * self._kind.itemsize
        self._file.seek(start * width)
        raw = self._file.read((stop - start) * width)
        table: NDArray[np.floating[Any]] = np.frombuffer(raw, self._kind).reshape(-1, self._columns)
        return table.T.copy()

    def gaps(self, rate_hz: float, names: list[str]) -> tuple[Gap, ...]:
        """Give where rows lack numbers."""
        return self._missing.gaps(rate_hz, names)

    def close(self) -> None:
        """Let go of the file, which removes it."""
        self._file.close()
