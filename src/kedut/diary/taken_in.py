"""What an import does to a diary: what is new, what corrects, what was there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kedut.diary.entry import Entry
from kedut.diary.journal import Event, Journal, corrected, moment_after
from kedut.diary.put_over import Difference, left_standing, put_over, taken_back
from kedut.diary.table import dump_table, load_table
from kedut.diary.wire import Imported, alike


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an import comes to; `new`, `corrected` and `had` add up to what was read.

    events : to be written, in this order
    new, corrected, had : entries that were not there, those that were otherwise, what is left
    stays : rows that say what an entry once said and says no more; it stays as it is
    beside : new entries of the same moment as one that stands under another id
    back : what rows take back of entries that stood, by an empty cell or a shorter list
    kept : function answers and new symptoms that stay though the cell of a row is empty
    """

    events: tuple[Event, ...]
    new: int
    corrected: int
    had: int
    stays: tuple[Entry, ...] = ()
    beside: tuple[Entry, ...] = ()
    back: tuple[Difference, ...] = ()
    kept: tuple[Difference, ...] = ()


def taken_in(journal: Journal, found: Imported, now: datetime) -> TakenIn:
    """Give what an import does to a diary; the same rows again, in any order, do nothing.

    Events are taken as they are. A row says how an entry should stand: where the diary has the
    entry and it never said so, the row corrects it, recorded now. A column that is not there
    leaves the answer standing; so does an empty cell of function or of new symptoms.
    """
    every = tuple(dict.fromkeys(found.events))
    rows = set(found.rows)
    fresh = [one for one in every if one not in rows and one not in journal.history(one.entry_id)]
    begun = {one.entry_id for one in fresh if not journal.history(one.entry_id)}
    new = len(begun)
    mended = len(fresh) - new
    wider = journal.also(*fresh)
    stays: list[Entry] = []
    back: list[Difference | None] = []
    kept: list[Difference | None] = []
    added_rows: list[Entry] = []
    by_id: dict[str, list[Event]] = {}
    for one in every:
        if one in rows:
            by_id.setdefault(one.entry_id, []).append(one)
    for entry_id, said in by_id.items():
        folded, counts, held = _folded(said, found.held)
        history = wider.history(entry_id)
        if not history:
            fresh += folded
            new += 1
            added_rows.append(counts)
            continue
        stood = wider.entry(entry_id)
        if stood is not None:
            kept.append(left_standing(counts, held, stood))
        if any(_says(counts, held, one.entry) for one in history if one.entry is not None):
            if stood is None or not _says(counts, held, stood):
                stays.append(counts)
            continue
        last = stood or next((one.entry for one in reversed(history) if one.entry), counts)
        entry = put_over(counts, held, last)
        fresh.append(corrected(entry, moment_after(history, now)))
        mended += 1
        if stood is not None:
            back.append(taken_back(stood, entry))
    moments = {entry.at for entry in journal.entries()}
    return TakenIn(
        events=tuple(fresh),
        new=new,
        corrected=mended,
        had=len(found.events) - new - mended,
        stays=tuple(stays),
        beside=tuple(entry for entry in added_rows if entry.at in moments),
        back=tuple(filter(None, back)),
        kept=tuple(filter(None, kept)),
    )


def _folded(
    said: list[Event], held: Mapping[Event, frozenset[str]]
) -> tuple[list[Event], Entry, frozenset[str] | None]:
    """Give the rows of one entry, each put over those before it, the last entry, its columns.

    So no row takes back what another of the same file says, but by another answer.
    """
    first, *others = sorted(said, key=lambda one: one.recorded)
    folded, entry, columns = [first], first.entry, held.get(first)
    for one in others:
        if one.entry is None or entry is None:
            continue
        theirs = held.get(one)
        entry = put_over(one.entry, theirs, entry)
        columns = None if columns is None or theirs is None else columns | theirs
        folded.append(replace(one, entry=entry))
    if entry is None:
        raise ValueError("a row says how an entry should stand; it cannot take one back")
    return folded, entry, columns


def _says(row: Entry, held: frozenset[str] | None, entry: Entry) -> bool:
    """Tell whether a row says nothing but an entry, also where a table cannot hold all of it."""
    if alike(row, entry) or alike(put_over(row, held, entry), entry):
        return True
    found = load_table(dump_table([entry])).events
    back = found[0].entry if found else None
    return back is not None and alike(put_over(row, held, back), back)
