"""A diary as a table (CSV), one entry a row, as spreadsheets read and write it."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from kedut.diary.ahead import refuse_ahead
from kedut.diary.entry import Entry
from kedut.diary.errors import BadEntry, LineFault
from kedut.diary.journal import Event
from kedut.diary.put_over import flat
from kedut.diary.when import Writing, read_time, writing_of
from kedut.diary.wire import Imported, RowsOfOneId, entry_from_json, entry_to_json

_NUMBERS = {
    "count.twitches",
    "count.minutes",
    "measured.rate_per_min",
    "measured.low",
    "measured.high",
    "context.sleep_hours",
    "context.caffeine_cups",
}
_LISTS = {"where", "new_symptoms", "context.remedies"}
_YES_NO = {
    "context.no_remedy",
    "function.ten_heel_raises_left",
    "function.ten_heel_raises_right",
    "function.tripped",
    "function.speech_changed",
}
COLUMNS = (
    "id",
    "at",
    "said",
    "count.twitches",
    "count.minutes",
    "measured.rate_per_min",
    "measured.low",
    "measured.high",
    "measured.modality",
    "measured.recording",
    "where",
    "new_symptoms",
    "function.ten_heel_raises_left",
    "function.ten_heel_raises_right",
    "function.tripped",
    "function.speech_changed",
    "context.exercise",
    "context.sleep_hours",
    "context.stress",
    "context.caffeine_cups",
    "context.alcohol",
    "context.drinking",
    "context.remedies",
    "context.no_remedy",
    "note",
)
_BETWEEN = ";"
_WHOLE = "count.twitches"
# Thousands to one spreadsheet, a fraction to the other. Ours writes a fraction with a point.
_UNCLEAR = re.compile(r"([1-9]\d{0,2}),(\d{3})")
_UNCLEAR_WHOLE = re.compile(r"([1-9]\d{0,2})[.,](\d{3})")
_SHOWN_OF_A_BAD_LINE = 200
_LONGEST_ROW_LINES = 50  # a note may hold line breaks
# A spreadsheet would take a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SAID_YES = {"yes", "true", "1", "ya"}
_SAID_NO = {"no", "false", "0", "tidak"}


def dump_table(entries: Iterable[Entry]) -> str:
    """Give the entries as CSV with a line of column names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        told = flat(entry_to_json(entry))
        writer.writerow([_cell(column, told.get(column)) for column in COLUMNS])
    return out.getvalue()


def load_table(text: str, *, zone: str | None = None, now: datetime | None = None) -> Imported:
    """Read CSV with a line of column names; bad rows are told, and so is what was left out.

    Comma, semicolon or tab between the cells; an entry is added as of its own time.

    Parameters
    ----------
    zone : of times written without one, such as Asia/Jakarta; without it they are told as faults
    now : the moment it is; rows of a day that has not begun are told as faults

    Raises
    ------
    ValueError
        The zone is none.
    """
    lines = io.StringIO(text.removeprefix("\ufeff").replace("\0", ""), newline="").readlines()
    head = lines[0] if lines else ""
    between = max(",;\t", key=head.count)
    if not any(line.strip() for line in lines):
        return Imported(events=(), faults=(_fault(1, BadEntry("the file is empty"), ""),))
    try:
        names = _column_names(next(csv.reader([head], delimiter=between), []))
    except (ValueError, csv.Error) as wrong:
        return Imported(events=(), faults=(_fault(1, wrong, head),))
    faults: list[LineFault] = []
    rows = list(_rows(lines, between, faults))
    place = names.index("at")
    writing = writing_of((row[place] for _, row in rows if len(row) > place), zone)
    remarks = [LineFault(line=1, what=what, text=head.strip()) for what in _unknown(names)]
    events: list[Event] = []
    by_id = RowsOfOneId()
    for line, row in rows:
        try:
            entry, remark = _entry(names, row, writing)
            if now is not None:
                refuse_ahead(entry, now)
        except ValueError as wrong:
            faults.append(_fault(line, wrong, lines[line - 1]))
            continue
        event, twice = by_id.event(line, entry)
        events.append(event)
        what = "; ".join(filter(None, [remark, twice]))
        if what:
            remarks.append(LineFault(line=line, what=what, text=lines[line - 1].strip()))
    faults.sort(key=lambda fault: fault.line)
    return Imported(
        events=tuple(events),
        faults=tuple(faults),
        remarks=tuple(remarks),
        rows=tuple(events),
        held=dict.fromkeys(events, frozenset(names) & frozenset(COLUMNS)),
    )


def _rows(
    lines: list[str], between: str, faults: list[LineFault]
) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not empty with its line, from 1."""
    at = 1
    while at < len(lines):
        rows = csv.reader(lines[at : at + _LONGEST_ROW_LINES], delimiter=between, strict=True)
        took = 1
        try:
            row = next(rows)
            took = rows.line_num
            if any(cell.strip() for cell in row):
                yield at + 1, row
        except (csv.Error, StopIteration) as wrong:
            # A quote left open would swallow the lines after it: go on at the very next one.
            took = 1
            faults.append(_fault(at + 1, wrong, lines[at]))
        at += took


def _unknown(names: list[str]) -> Iterator[str]:
    for name in names:
        if name and name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            yield f"the column {name!r} is not known and is left out{meant}"
    twice = sorted({name for name in names if name and names.count(name) > 1})
    for name in twice:
        yield f"the column {name!r} stands twice; the last one counts"


def _fault(line: int, wrong: Exception, text: str) -> LineFault:
    return LineFault(line=line, what=str(wrong), text=text.rstrip("\r\n")[:_SHOWN_OF_A_BAD_LINE])


def _column_names(row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    if "at" not in names:
        raise BadEntry(
            f"the first line must name the columns, 'at' among them; known are {', '.join(COLUMNS)}"
        )
    return names


def _entry(names: list[str], row: list[str], writing: Writing) -> tuple[Entry, str]:
    """Give the entry of a row, and what ought to be looked at about it."""
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        raise BadEntry(
            f"{len(row)} cells under {len(names)} column names; put a text with a comma in quotes"
        )
    if any(names[len(row) :]):
        raise BadEntry(
            f"cut short: {len(row)} cells under {len(names)} column names; "
            "an empty cell needs its comma too"
        )
    told: dict[str, Any] = {}
    remark = ""
    for name, cell in zip(names, row, strict=False):
        if name in COLUMNS and cell.strip():
            group, _, part = name.partition(".")
            value = _value(name, cell.strip())
            if name == "at":
                value, remark = read_time(str(value), writing)
            if part:
                told.setdefault(group, {})[part] = value
            else:
                told[name] = value
    return entry_from_json(told), remark


def _value(name: str, cell: str) -> Any:
    if name in _NUMBERS:
        unclear = (_UNCLEAR_WHOLE if name == _WHOLE else _UNCLEAR).fullmatch(cell)
        if unclear:
            whole, rest = unclear.groups()
            raise BadEntry(
                f"{name!r} {cell!r}: thousands to some, a fraction to others; "
                f"write {whole}{rest}, or {float(f'{whole}.{rest}'):g}"
            )
        try:
            return float(cell.replace(",", "."))
        except ValueError:
            raise BadEntry(f"{name!r} must be a number, got {cell!r}") from None
    if name in _YES_NO:
        if cell.casefold() in _SAID_YES | _SAID_NO:
            return cell.casefold() in _SAID_YES
        raise BadEntry(f"{name!r} must be yes or no, got {cell!r}")
    text = cell[1:] if cell[:1] == "'" and cell[1:].startswith((*_FORMULA, "'")) else cell
    if name in _LISTS:
        return [one.strip() for one in text.split(_BETWEEN) if one.strip()]
    return text


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column in _YES_NO:
        return "yes" if value else "no"
    text = _BETWEEN.join(value) if column in _LISTS else str(value)
    if column not in _NUMBERS and text.startswith((*_FORMULA, "'")):
        return f"'{text}"
    return text
