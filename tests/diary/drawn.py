"""Diary entries and events for hypothesis, and how many examples a law is tried on."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kedut.diary.entry import (
    Alcohol,
    Amount,
    Context,
    Count,
    Entry,
    Function,
    MeasuredRate,
    Said,
)
from kedut.diary.journal import Event, added, corrected, retracted

EXAMPLES = int(os.environ.get("KEDUT_LAW_EXAMPLES", "40"))
law = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 40,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
START = datetime(2026, 1, 1, tzinfo=UTC)
names = st.lists(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), max_size=2, unique=True).map(tuple)
maybe = st.none() | st.booleans()
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


@st.composite
def times(draw: st.DrawFn) -> datetime:
    minutes = draw(st.integers(0, 60 * 24 * 60))
    zone = timezone(
        timedelta(minutes=draw(st.sampled_from([-660, -210, 0, 60, 120, 345, 420, 840])))
    )
    return (START + timedelta(minutes=minutes)).astimezone(zone)


@st.composite
def rates(draw: st.DrawFn) -> MeasuredRate:
    low, rate, high = sorted(draw(st.tuples(*[st.floats(0, 200)] * 3)))
    return MeasuredRate(
        rate_per_min=rate, low=low, high=high, modality=draw(st.sampled_from(["emg", "motion"]))
    )


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    remedies = draw(names)
    return Context(
        exercise=draw(st.none() | st.sampled_from(Amount)),
        sleep_hours=draw(st.none() | st.floats(0, 24)),
        caffeine_cups=draw(st.none() | st.floats(0, 50)),
        alcohol=draw(st.none() | st.sampled_from(Alcohol)),
        remedies=remedies,
        no_remedy=not remedies and draw(st.booleans()),
    )


@st.composite
def entries(draw: st.DrawFn, entry_id: str | None = None) -> Entry:
    return Entry(
        id=entry_id or draw(st.sampled_from("abcdefgh")),
        at=draw(times()),
        said=draw(st.none() | st.sampled_from(Said)),
        count=draw(
            st.none() | st.builds(Count, twitches=st.integers(0, 500), minutes=st.floats(0.5, 60))
        ),
        measured=draw(st.none() | rates()),
        where=draw(names),
        new_symptoms=draw(names),
        context=draw(contexts()),
        function=draw(
            st.builds(Function, ten_heel_raises_left=maybe, tripped=maybe, speech_changed=maybe)
        ),
        note=draw(texts),
    )


@st.composite
def events(draw: st.DrawFn) -> Event:
    entry, recorded = draw(entries()), draw(times())
    if draw(st.integers(0, 3)) == 0:
        return retracted(entry.id, recorded)
    return draw(st.sampled_from([added, corrected]))(entry, recorded)
