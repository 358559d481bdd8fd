"""A diary as a table (CSV), one entry a row, as spreadsheets read and write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from kedut.diary.entry import Entry
from kedut.diary.errors import BadEntry, LineFault
from kedut.diary.journal import Event, added
from kedut.diary.wire import Imported, entry_from_json, entry_to_json

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
        told = _flat(entry_to_json(entry))
        writer.writerow([_cell(column, told.get(column)) for column in COLUMNS])
    return out.getvalue()


def load_table(text: str) -> Imported:
    """Read CSV with a line of column names; unknown columns are ignored, bad rows are told.

    Comma, semicolon or tab between the cells; an entry is added as of its own time.
    """
    text = text.removeprefix("\ufeff").replace("\0", "")
    head = text.split("\n", 1)[0]
    between = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    names: list[str] = []
    events: list[Event] = []
    faults: list[LineFault] = []
    while True:
        row: list[str] | None = []
        try:
            row = next(rows, None)
            if row is None:
                break
            if not names:
                names = _column_names(row)
            elif any(cell.strip() for cell in row):
                entry = _entry(names, row)
                events.append(added(entry, entry.at))
        except (ValueError, csv.Error) as wrong:
            shown = between.join(row or ())[:200]
            faults.append(LineFault(line=rows.line_num, what=str(wrong), text=shown))
            if not names:
                break
    return Imported(events=tuple(events), faults=tuple(faults))


def _column_names(row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    if "at" not in names:
        raise BadEntry(
            f"the first line must name the columns, 'at' among them; known are {', '.join(COLUMNS)}"
        )
    return names


def _entry(names: list[str], row: list[str]) -> Entry:
    if len(row) > len(names):
        raise BadEntry(f"{len(row)} cells under {len(names)} column names")
    told: dict[str, Any] = {}
    for name, cell in zip(names, row, strict=False):
        if name in COLUMNS and cell.strip():
            group, _, part = name.partition(".")
            value = _value(name, cell.strip())
            if part:
                told.setdefault(group, {})[part] = value
            else:
                told[name] = value
    return entry_from_json(told)


def _value(name: str, cell: str) -> Any:
    if name in _NUMBERS:
        try:
            return float(cell.replace(",", "."))
        except ValueError:
            raise BadEntry(f"{name!r} must be a number, got {cell!r}") from None
    if name in _YES_NO:
        if cell.casefold() in _SAID_YES | _SAID_NO:
            return cell.casefold() in _SAID_YES
        raise BadEntry(f"{name!r} must be yes or no, got {cell!r}")
    if name in _LISTS:
        return [one.strip() for one in cell.split(_BETWEEN) if one.strip()]
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*_FORMULA, "'")) else cell


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in told.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{part}": inner for part, inner in value.items()}
        else:
            flat[key] = value
    return flat


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column in _YES_NO:
        return "yes" if value else "no"
    if column in _LISTS:
        return _BETWEEN.join(value)
    text = str(value)
    if column not in _NUMBERS and text.startswith((*_FORMULA, "'")):
        return f"'{text}"
    return text
