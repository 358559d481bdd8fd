"""Tables of text: how they are spelled, and their rows as numbers, piece by piece."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.limits import EXPORT, sound_count

_BLOCK: Final = 1 << 22  # bytes read at once
_LINE_MOST: Final = 1 << 20  # constant: a header line longer than a megabyte is no header
_EMPTY: Final = [
    "",
    "nan",
    "NaN",
    "NAN",
    "null",
    "NULL",
    "None",
    "n/a",
    "N/A",
    "NA",
    "-",
    "inf",
    "-inf",
]
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\Z")
HEADER_LINES_MOST: Final = 200  # constant: exports of amplifiers have up to some tens


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How a text is written.

    header : its lines before the first row of numbers
    delimiter : between cells; a blank stands for any run of blanks
    data_at : the byte (as UTF-8) where the numbers start
    columns : cells in the first row of numbers
    """

    encoding: str
    delimiter: str
    decimal: str
    header: tuple[str, ...]
    data_at: int
    columns: int

    def cells(self, line: str) -> list[str]:
        """Give the cells of a line of the header, bare."""
        parts = line.split() if self.delimiter == " " else line.split(self.delimiter)
        return [part.strip().strip('"').strip() for part in parts]


class _Utf8(io.RawIOBase):
    """A text of any encoding as UTF-8, with blanks made even where they divide cells."""

    def __init__(self, file: BinaryIO, encoding: str, *, blanks: bool, skip: int) -> None:
        self._file, self._blanks = file, blanks
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._rest, self._tail, self._skip, self._ended = b"", "", skip, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest and not self._ended:
            self._more()
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _more(self) -> None:
        raw = self._file.read(_BLOCK)
        self._ended = not raw
        text = self._decoder.decode(raw, final=self._ended)
        if self._blanks:
            text = self._tail + text
            cut = len(text) if self._ended else text.rfind("\n") + 1
            text, self._tail = text[:cut], text[cut:]
            if len(self._tail) > _LINE_MOST:
                raise OSError("a line without an end")
        raw = text.encode()
        if self._skip:
            left = max(0, self._skip - len(raw))
            raw, self._skip = raw[self._skip :], left
        if self._blanks:
            raw = re.sub(rb"[ \t]*\r?\n[ \t]*", b"\n", raw)
            raw = re.sub(rb"[ \t]+", b"\t", raw).lstrip(b"\t")
        self._rest = raw


def spelled(head: bytes, where: str) -> Spelling:
    """Tell how a text is written, by its first bytes."""
    encoding = "utf-8-sig"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if "\ufffd" in text:
        encoding = "latin-1"
        text = head.decode(encoding)
    lines = text.splitlines(keepends=True)
    if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")):
        lines.pop()  # cut where the first bytes end
    for at, line in enumerate(lines[:HEADER_LINES_MOST]):
        found = _row(line)
        if found is not None:
            following = lines[at + 1 : at + 3]
            # one line of numbers may still belong to a header: the next must be like it
            if following and all(_row(one) is None for one in following):
                continue
            delimiter, decimal, columns = found
            before = "".join(lines[:at])
            return Spelling(
                encoding=encoding,
                delimiter=delimiter,
                decimal=decimal,
                header=tuple(one.strip("\r\n") for one in lines[:at]),
                data_at=len(before.encode()),
                columns=sound_count(columns, where),
            )
    raise BadRecording(where=where, what="no rows of numbers are in this text", remedy=EXPORT)


def _row(line: str) -> tuple[str, str, int] | None:
    """Give delimiter, decimal mark and number of cells of a row of numbers, or none."""
    bare = line.strip("\r\n")
    if not bare.strip() or len(bare) > _LINE_MOST:
        return None
    for delimiter, decimal in ((";", ","), (";", "."), ("\t", ","), ("\t", "."), (",", ".")):
        if delimiter in bare:
            cells = [part.strip().strip('"') for part in bare.split(delimiter)]
            if _numbers(cells, decimal):
                return delimiter, decimal, len(cells)
    cells = bare.split()
    for decimal in (".", ","):
        if _numbers(cells, decimal):
            return " ", decimal, len(cells)
    return None


def _numbers(cells: list[str], decimal: str) -> bool:
    other = "," if decimal == "." else "."
    numbers = 0
    for cell in cells:
        if _NUMBER.match(cell) and other not in cell:
            numbers += 1
        elif cell not in _EMPTY:
            return False
    return numbers > 0


def _skip(row: Any) -> str:  # noqa: ARG001 - the library hands it over
    return "skip"


def rows_of(
    file: BinaryIO, spelling: Spelling, columns: list[int], where: str
) -> Generator[NDArray[np.float64], None, None]:
    """Give rows of some columns as numbers, shape (rows, columns); NaN where a cell is empty."""
    import pyarrow as pa
    from pyarrow import csv

    file.seek(0)
    blanks = spelling.delimiter == " "
    text = _Utf8(file, spelling.encoding, blanks=blanks, skip=spelling.data_at)
    names = [f"c{at}" for at in range(spelling.columns)]
    wanted = [names[at] for at in columns]
    try:
        reader = csv.open_csv(
            pa.PythonFile(io.BufferedReader(text, _BLOCK), mode="r"),
            read_options=csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
            parse_options=csv.ParseOptions(
                delimiter="\t" if blanks else spelling.delimiter,
                invalid_row_handler=_skip,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.float64()),
                include_columns=wanted,
                null_values=_EMPTY,
                decimal_point=spelling.decimal,
            ),
        )
        for batch in reader:
            if batch.num_rows:
                yield np.stack([one.to_numpy(zero_copy_only=False) for one in batch.columns], 1)
    except (pa.ArrowInvalid, UnicodeError) as broken:
        raise BadRecording(
            where=where,
            what=f"a row of it is not all numbers ({str(broken)[:120]})",
            remedy=EXPORT,
        ) from broken
