"""What an import does to a diary: what is new, what corrects, what was there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kedut.diary.entry import Entry
from kedut.diary.journal import Event, Journal, corrected, moment_after
from kedut.diary.table import dump_table, load_table
from kedut.diary.wire import Imported, alike


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an import comes to; `new`, `corrected` and `had` add up to what was read.

    events : to be written, in this order
    new, corrected, had : entries that were not there, those that were otherwise, what is left
    stays : rows that say what an entry once said and says no more; it stays as it is
    beside : new entries of the same moment as one that stands under another id
    """

    events: tuple[Event, ...]
    new: int
    corrected: int
    had: int
    stays: tuple[Entry, ...] = ()
    beside: tuple[Entry, ...] = ()


def taken_in(journal: Journal, found: Imported, now: datetime) -> TakenIn:
    """Give what an import does to a diary; the same rows again, in any order, do nothing.

    Events are taken as they are. A row says how an entry should stand: where the diary has the
    entry and it never said so, the row corrects it, recorded now.
    """
    every = tuple(dict.fromkeys(found.events))
    rows = set(found.rows)
    fresh = [one for one in every if one not in rows and one not in journal.history(one.entry_id)]
    begun = {one.entry_id for one in fresh if not journal.history(one.entry_id)}
    new = len(begun)
    mended = len(fresh) - new
    wider = journal.also(*fresh)
    stays: list[Entry] = []
    added_rows: list[Entry] = []
    by_id: dict[str, list[Event]] = {}
    for one in every:
        if one in rows:
            by_id.setdefault(one.entry_id, []).append(one)
    for entry_id, said in by_id.items():
        counts = max(said, key=lambda one: one.recorded).entry
        history = wider.history(entry_id)
        if not history:
            fresh += said
            new += 1
            added_rows += [counts] if counts else []
        elif counts is None or _said_before(counts, history):
            if counts and not _stands(counts, wider):
                stays.append(counts)
        else:
            fresh.append(corrected(counts, moment_after(history, now)))
            mended += 1
    moments = {entry.at for entry in journal.entries()}
    return TakenIn(
        events=tuple(fresh),
        new=new,
        corrected=mended,
        had=len(found.events) - new - mended,
        stays=tuple(stays),
        beside=tuple(entry for entry in added_rows if entry.at in moments),
    )


def _said_before(entry: Entry, history: tuple[Event, ...]) -> bool:
    return any(one.entry is not None and _says(entry, one.entry) for one in history)


def _stands(entry: Entry, journal: Journal) -> bool:
    there = journal.entry(entry.id)
    return there is not None and _says(entry, there)


def _says(row: Entry, entry: Entry) -> bool:
    """Tell whether a row says an entry, also where a table cannot hold all of it."""
    if alike(row, entry):
        return True
    back = load_table(dump_table([entry])).events
    return bool(back) and back[0].entry is not None and alike(row, back[0].entry)
