"""A diary as the store keeps it: each event a note of its own, the plan, and single answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kedut.assess.entries import entries_of
from kedut.assess.interview import Question
from kedut.assess.transcript import BadTranscript, Transcript, answered, interview_of, unpack
from kedut.diary.days import by_day
from kedut.diary.entry import Entry
from kedut.diary.journal import Event, Journal, Kind
from kedut.diary.schedule import Block, schedule
from kedut.diary.wire import entry_to_json, event_from_json, event_to_json
from kedut.knowledge.knowledge_base import Knowledge
from kedut.storage.notes import LARGEST_NOTE_BYTES, add_notes, notes_of
from kedut.storage.store import Store
from kedut.storage.token import Token

_SPARE_BYTES = 64  # of an event that corrects: its kind, the moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Days with and days without something, chance deciding the order; or none any more.

    what : what is tried; empty where the plan was ended
    """

    what: str
    first: date
    seed: int
    recorded: datetime

    def blocks(self) -> tuple[Block, ...]:
        """Give its days, in blocks."""
        return schedule(self.first, seed=self.seed) if self.what else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Single questions answered on the diary's own page: by finding, whether it is so."""

    answers: Mapping[str, bool]
    recorded: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What is kept under one link.

    entries : as they stand, by time; days : one a day
    last : what was noted last, by when it was written down
    told : the newest interview that can be read, with the single answers given here;
        asked_on the day it was given, none where there are only single answers; told_at when the
        last of those were
    unreadable : notes of a shape this kedut does not know
    """

    journal: Journal
    entries: tuple[Entry, ...]
    days: tuple[Entry, ...]
    last: Event | None
    plan: Plan | None
    told: Transcript
    asked_on: date | None
    told_at: datetime | None
    unreadable: int


def opened(store: Store, token: Token, knowledge: Knowledge) -> Diary:
    """Give the diary that a link opens.

    Raises
    ------
    NotKept, NotOpened, BadEntries, StoreUnavailable
    """
    interview, asked_at = _newest(store.read(token).document, knowledge)
    events: list[Event] = []
    plans: list[Plan] = []
    told: list[Told] = []
    unreadable = 0
    for document in notes_of(store, token):
        try:
            shape = json.loads(document.decode())
            if "plan" in shape:
                plans.append(_plan(shape["plan"]))
            elif "told" in shape:
                told.append(_told(shape["told"]))
            else:
                events.append(event_from_json(shape))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            unreadable += 1
    newest = max(plans, key=lambda plan: plan.recorded, default=None)
    journal = Journal(events)
    entries = journal.entries()
    said = (event for event in events if event.entry is not None)
    return Diary(
        journal=journal,
        entries=entries,
        days=by_day(entries),
        last=max(said, key=lambda event: event.recorded, default=None),
        plan=newest if newest and newest.what else None,
        told=_with(interview, asked_at, told, knowledge),
        asked_on=asked_at.date() if asked_at else None,
        told_at=max((one.recorded for one in told), default=None),
        unreadable=unreadable,
    )


def history_of(store: Store, token: Token, address: str) -> tuple[Event, ...]:
    """Give what happened to the entry of an address, in the order it was recorded.

    Nothing else is read of a diary, however long it is.

    Raises
    ------
    NotKept, NotOpened, StoreUnavailable
    """
    found: list[Event] = []
    for document in notes_of(store, token):
        try:
            shape = json.loads(document.decode())
            if address_of(shape.get("entry_id", "")) == address:
                found.append(event_from_json(shape))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue  # who opens the diary is told
    return Journal(found).events


def write(store: Store, token: Token, events: Iterable[Event]) -> int:
    """Add events and give how many were not there yet."""
    return add_notes(store, token, {_name(one): document_of(one) for one in events})


def write_plan(store: Store, token: Token, plan: Plan) -> None:
    """Add a plan, which takes the place of the one before."""
    shape = {
        "plan": {
            "what": plan.what,
            "first": plan.first.isoformat(),
            "seed": plan.seed,
            "recorded": plan.recorded.isoformat(),
        }
    }
    document = json.dumps(shape, sort_keys=True).encode()
    add_notes(store, token, {b"plan " + document: document})


def write_told(store: Store, token: Token, told: Told) -> None:
    """Add single answers; of two about one finding the later holds."""
    shape = {"told": {"answers": dict(told.answers), "recorded": told.recorded.isoformat()}}
    document = json.dumps(shape, sort_keys=True).encode()
    add_notes(store, token, {b"told " + document: document})


def document_of(event: Event) -> bytes:
    """Give an event as it is kept."""
    return json.dumps(
        event_to_json(event), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode(errors="replace")


def fits(event: Event) -> bool:
    """Tell whether an event is small enough to be kept, also as a correction."""
    return len(document_of(event)) <= LARGEST_NOTE_BYTES - _SPARE_BYTES


def address_of(entry_id: str) -> str:
    """Give how an entry is named in an address; ids from elsewhere may hold anything."""
    return hashlib.blake2b(entry_id.encode(errors="replace"), digest_size=12).hexdigest()


def _name(event: Event) -> bytes:
    """Give what the same event is called each time; when it was first added does not matter."""
    told: dict[str, Any] = {"kind": event.kind.value, "id": event.entry_id}
    if event.entry is not None:
        told["entry"] = entry_to_json(event.entry)
    if event.kind is not Kind.ADD:
        told["recorded"] = event.recorded.isoformat()
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=32).digest()


def _newest(document: bytes, knowledge: Knowledge) -> tuple[Transcript, datetime | None]:
    for entry in reversed(entries_of(document)):
        try:
            return unpack(entry.t, knowledge), entry.answered_at
        except BadTranscript:
            continue
    return Transcript(), None


def _with(
    interview: Transcript, asked_at: datetime | None, told: Iterable[Told], knowledge: Knowledge
) -> Transcript:
    """Give the interview with the single answers; one given before it only fills what it left."""
    asked = interview_of(interview).case
    settled = {*asked.present, *asked.absent}
    for one in sorted(told, key=lambda one: one.recorded):
        earlier = asked_at is not None and one.recorded < asked_at
        for name, here in one.answers.items():
            if name in knowledge.findings and not (earlier and name in settled):
                question, said = Question("yes_no", name, (name,)), (name,)
                interview = answered(interview, question, **{_STATE[here]: said})
    return interview


_STATE = {True: "present", False: "absent"}


def _told(told: Mapping[str, Any]) -> Told:
    answers = told["answers"]
    if not all(isinstance(here, bool) for here in answers.values()):
        raise ValueError("an answer is neither yes nor no")
    return Told(answers=answers, recorded=_moment(told["recorded"]))


def _plan(told: Mapping[str, Any]) -> Plan:
    return Plan(
        what=str(told["what"]),
        first=date.fromisoformat(told["first"]),
        seed=int(told["seed"]),
        recorded=_moment(told["recorded"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a note was recorded without time zone: {text}")
    return moment
