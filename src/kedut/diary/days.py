"""One entry a day: the last word of the day on each thing said, the bad one on what one can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from itertools import islice
from operator import lt

from kedut.diary.entry import BAD_ANSWERS, Context, Entry, Function


def by_day(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give one entry a day, by day, whatever the order given.

    The last word of the day counts for each thing apart: an evening entry that says nothing of
    tripping does not unsay the morning's. What could not be done once that day, or went wrong
    once, stays so for the day: speech that was slurred in the morning was, however it is in the
    evening. New symptoms of the day add up. To take one of these back, correct the entry that has
    it.
    """
    every = tuple(entries)
    dates = [entry.day for entry in every]
    if all(map(lt, dates, islice(dates, 1, None))):  # it is by day already
        return every
    days: dict[date, list[Entry]] = {}
    for day, entry in zip(dates, every, strict=True):
        days.setdefault(day, []).append(entry)
    return tuple(_last_word(days[day]) for day in sorted(days))


def _last_word(entries: Sequence[Entry]) -> Entry:
    if len(entries) == 1:
        return entries[0]
    shown, *later = sorted(entries, key=lambda entry: (entry.at, entry.id, repr(entry)))
    for entry in later:
        shown = replace(
            entry,
            said=shown.said if entry.said is None else entry.said,
            count=entry.count or shown.count,
            measured=entry.measured or shown.measured,
            where=entry.where or shown.where,
            new_symptoms=tuple(sorted({*shown.new_symptoms, *entry.new_symptoms})),
            context=_context(shown.context, entry.context),
            function=_function(shown.function, entry.function),
            note=entry.note or shown.note,
        )
    return shown


def _function(before: Function, after: Function) -> Function:
    said = {part.name: getattr(after, part.name) for part in fields(after)}
    return replace(
        before,
        **{
            name: value
            for name, value in said.items()
            if value is not None and getattr(before, name) is not BAD_ANSWERS[name]
        },
    )


def _context(before: Context, after: Context) -> Context:
    said = {
        part.name: getattr(after, part.name)
        for part in fields(after)
        if part.name not in {"remedies", "no_remedy"}
    }
    taken = tuple(sorted({*before.remedies, *after.remedies}))
    return replace(
        before,
        **{name: value for name, value in said.items() if value is not None},
        remedies=taken,
        no_remedy=not taken and (before.no_remedy or after.no_remedy),
    )
