"""What a form does to its entry: adds it, changes it, or asks first where it was changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from kedut.diary.entry import Entry
from kedut.diary.journal import Event, Journal, Kind, added, corrected, moment_after, retracted
from kedut.web.diary_form import typed_from
from kedut.web.diary_log import document_of


class ChangedSince(Exception):
    """The entry is not as the form was shown it; the person is asked which of the two holds.

    standing : what stands now; none where it was taken back
    seen : what a form that was shown this carries
    """

    def __init__(self, standing: Entry | None, seen: str) -> None:
        self.standing = standing
        self.seen = seen
        super().__init__("the entry was changed since the form was shown")


def noted(history: Sequence[Event], entry: Entry, seen: str, now: datetime) -> list[Event]:
    """Give what the form of a day adds.

    What stands already is added by nothing, however often it is sent. Gone back to and filled in
    anew, the form corrects what it added itself. After any other word on that entry it may be an
    old page: what stands may be a correction that it knows nothing of, so the person is asked.

    Parameters
    ----------
    history : what happened to the entry so far
    seen : the state of the entry the form was shown with; empty where it was shown none

    Raises
    ------
    ChangedSince
    """
    if not history:
        return [added(entry, now)]
    standing = standing_of(history)
    if standing is not None and _alike(standing, entry):
        return []
    if seen or not _only_added(history):
        _must_be_as_seen(history, seen)
    return [corrected(entry, moment_after(history, now))]


def changed(history: Sequence[Event], entry: Entry, seen: str, now: datetime) -> list[Event]:
    """Give what the form of an entry to be corrected adds; parameters and errors as above."""
    if entry == standing_of(history):
        return []
    _must_be_as_seen(history, seen)
    return [corrected(entry, moment_after(history, now))]


def taken_back(history: Sequence[Event], seen: str, now: datetime) -> list[Event]:
    """Give what taking an entry back adds; parameters and errors as above."""
    if standing_of(history) is None:
        return []
    _must_be_as_seen(history, seen)
    return [retracted(history[0].entry_id, moment_after(history, now))]


def seen_of(history: Sequence[Event]) -> str:
    """Give what stands for the state an entry is in; another after each change."""
    told = b"\n".join(sorted(document_of(event) for event in history))
    return hashlib.blake2b(told, digest_size=8).hexdigest()


def standing_of(history: Sequence[Event]) -> Entry | None:
    """Give an entry as it stands; none if it was taken back."""
    return next(iter(Journal(history).entries()), None)


def _must_be_as_seen(history: Sequence[Event], seen: str) -> None:
    now = seen_of(history)
    if seen != now:
        raise ChangedSince(standing_of(history), now)


def _only_added(history: Sequence[Event]) -> bool:
    """Tell whether nothing happened to an entry but that its own form added it."""
    return [event.kind for event in history] == [Kind.ADD]


def _alike(one: Entry, other: Entry) -> bool:
    """Tell whether two say the same of the same day; the hour is when they were sent."""
    return typed_from(one).fields == typed_from(other).fields
