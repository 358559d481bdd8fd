"""How the twitching goes: rate over time with its uncertainty, and which way it went of late.

More twitches are told as more twitches. They alone are never called worsening of the person: that
is what `kedut.diary.function` looks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil, exp, log

import numpy as np
from numpy.typing import NDArray

from kedut.diary.days import by_day
from kedut.diary.entry import Entry, Said
from kedut.diary.rate_evidence import People, leading_modality, likelihood, persons
from kedut.diary.rate_filter import across, likeliest, smooth
from kedut.diary.rate_states import GONE, LEVELS, PLACE_OF_STATE, WAYS, chain, turns

Floats = NDArray[np.float64]

WEEK = 7
_MOST_STEPS = 120
_TWICE = log(2)
# The chain is a little too cautious; on other invented courses more so, on the third family not.
_SHARPNESS = 1.15
_NOTES_A_STEP = 2
_PEOPLE_FAR = 4
_QUANTILES = (0.05, 0.5, 0.95)
_CHANGE_WITHIN = 3  # days to either side that are one change
_CHANGE_NAMED = 0.5


class Direction(StrEnum):
    """Which way the rate went within a week; more or fewer begins at the double or half.

    PERHAPS_MORE is likelier than not, and not yet sure enough to be told as more.
    """

    RESOLVED = "resolved"
    RESOLVING = "resolving"
    STEADY = "steady"
    PERHAPS_MORE = "perhaps_more"
    MORE = "more"
    TOO_LITTLE = "too_little_to_say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """The chances of each direction; they sum to 1."""

    resolved: float
    resolving: float
    steady: float
    more: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateOn:
    """Twitches per minute on a day: median, 90 % band, and the chance that it was gone."""

    day: date
    rate_per_min: float
    low: float
    high: float
    gone: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """About this day it began to go another way, with this chance."""

    day: date
    direction: Direction
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTrend:
    """The trend of the twitching; it says nothing of what the person can do.

    compared_with : the day `chances` compare today with, a week before or the first noted
    since_start : the same against the first day
    in_numbers : whether anything was counted or measured; if not, rates per minute are a guess
    noted_days : how many days say anything of the twitching
    """

    direction: Direction
    chances: Chances
    compared_with: date
    since_start: Chances
    rates: tuple[RateOn, ...]
    changes: tuple[Change, ...]
    noted_days: int
    in_numbers: bool
    last_noted: date
    last_seen: date | None
    days_since_seen: int | None


NAMED_FROM = 0.5  # a direction is named from this chance on
MORE_FROM = 0.90  # more twitches without a "perhaps" from this one: it is looked for every day
_NOTED_DAYS = 3
_SILENT_DAYS = 7


def rate_trend(entries: Sequence[Entry], today: date) -> RateTrend | None:
    """Give the trend of the twitching up to today; none if no entry says anything of it."""
    days = [day for day in by_day(entries) if _says_a_rate(day) and day.day <= today]
    if not days:
        return None
    first, last = days[0].day, days[-1].day
    recent = max(first, today - timedelta(days=_MOST_STEPS - 1))
    people, weights = persons(days)
    modality = leading_modality(days)
    near = _read(_Notes(days, recent, today, 1), people, weights, modality)
    lead = min(WEEK, len(near.filtered) - 1)
    chances = near.chances_of_last(lead)
    span = (today - first).days + 1
    far = near
    if recent > first:
        # Who the person is, is known well by now.
        best = np.argsort(-near.weights, kind="stable")[:_PEOPLE_FAR]
        some = people.only(near.people[best])
        notes = _Notes(days, first, today, ceil(span / _MOST_STEPS))
        far = _read(notes, some, near.weights[best], modality)
    seen = next((day.day for day in reversed(days) if twitch_seen(day)), None)
    noted = sum(day.day >= today - timedelta(days=4 * WEEK) for day in days[-4 * WEEK - 1 :])
    silent = (today - last).days
    direction = named(chances) if said_enough(noted, silent) else Direction.TOO_LITTLE
    if direction is Direction.RESOLVED and seen == last:
        direction = Direction.RESOLVING  # it may be gone since, but no day says so
    return RateTrend(
        direction=direction,
        chances=chances,
        compared_with=today - timedelta(days=lead),
        since_start=_between(far.states[0], far.states[-1])
        if len(far.states) > 3 * WEEK
        else far.chances_of_last(len(far.states) - 1),
        rates=far.rates if far is near else (*_until(far.rates, recent), *near.rates),
        changes=near.changes,
        noted_days=len(days),
        in_numbers=any(day.count is not None or day.measured is not None for day in days),
        last_noted=last,
        last_seen=seen,
        days_since_seen=None if seen is None else (today - seen).days,
    )


def said_enough(noted_days: int, silent_days: int) -> bool:
    """Tell whether so many days noted of late, the last so long ago, allow a direction at all."""
    return noted_days >= _NOTED_DAYS and silent_days <= _SILENT_DAYS


def read_on(days: Sequence[Entry], today: date) -> date:
    """Give the day to read a diary on: its last one noted where long silence followed.

    What weeks without a note say is nothing.

    Parameters
    ----------
    days : one a day, in order (`kedut.diary.days.by_day`)
    """
    noted = [entry.day for entry in days if entry.day <= today]
    return noted[-1] if noted and (today - noted[-1]).days > _SILENT_DAYS else today


def named(chances: Chances) -> Direction:
    """Give the direction that is likely enough to be named, or too little to say."""
    if chances.more >= NAMED_FROM:
        return Direction.MORE if chances.more >= MORE_FROM else Direction.PERHAPS_MORE
    fewer = chances.resolved + chances.resolving
    if fewer >= NAMED_FROM:
        return Direction.RESOLVED if chances.resolved > chances.resolving else Direction.RESOLVING
    if chances.steady >= NAMED_FROM:
        return Direction.STEADY
    return Direction.TOO_LITTLE


def twitch_seen(day: Entry) -> bool:
    """Tell whether it was noted that it twitched that day."""
    return (
        day.said in {Said.SOME, Said.A_LOT}
        or (day.count is not None and day.count.twitches > 0)
        or (day.measured is not None and day.measured.low > 0)
    )


def chances_since(then: Floats, now: Floats, told: Sequence[Floats | None]) -> Chances:
    """Give the chances of each direction between two days, one day a step.

    Parameters
    ----------
    then, now : (people, STATES), the chances on either day given all up to it
    told : the likelihoods, (people, STATES), of each day after then up to now, none where none
    """
    likely = likeliest(now)
    both = across(
        chain(),
        then[likely],
        [None if one is None else one[likely] for one in told],
        PLACE_OF_STATE,
    )
    return _directions(both)


def _directions(both: Floats) -> Chances:
    """Give the chances from those of each level then, by row, with each level now."""
    levels = np.append(LEVELS, LEVELS[0] - 2 * _TWICE)  # gone lies below all
    rise = levels[None, :] - levels[:, None]
    gone = float(both[:, -1].sum())
    more = float(both[:, :-1][rise[:, :-1] > _TWICE].sum())
    fewer = float(both[:, :-1][rise[:, :-1] < -_TWICE].sum())
    powers = np.maximum([gone, fewer, 1 - gone - fewer - more, more], 0.0) ** _SHARPNESS
    resolved, resolving, steady, more = (powers / powers.sum()).tolist()
    return Chances(resolved=resolved, resolving=resolving, steady=steady, more=more)


@dataclass(frozen=True, slots=True)
class _Notes:
    """What is noted from `first` to `today`, in steps of so many days, a few notes a step."""

    days: Sequence[Entry]
    first: date
    today: date
    days_a_step: int

    @property
    def steps(self) -> int:
        return ceil(((self.today - self.first).days + 1) / self.days_a_step)

    def by_step(self) -> dict[int, list[Entry]]:
        found: dict[int, list[Entry]] = {}
        for day in self.days:
            if day.day >= self.first:
                found.setdefault((day.day - self.first).days // self.days_a_step, []).append(day)
        return {step: noted[:: ceil(len(noted) / _NOTES_A_STEP)] for step, noted in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    people: NDArray[np.intp]
    weights: Floats
    told: Mapping[int, Floats]
    filtered: Floats
    states: Floats
    rates: tuple[RateOn, ...]
    changes: tuple[Change, ...]

    def chances_of_last(self, steps: int) -> Chances:
        """Give the chances of each direction over the last steps of a day."""
        last = len(self.filtered) - 1
        told = [self.told.get(step) for step in range(last - steps + 1, last + 1)]
        return chances_since(self.filtered[last - steps], self.filtered[last], told)


def _read(notes: _Notes, people: People, weights: Floats, modality: str | None) -> _Reading:
    seen: dict[int, Floats] = {}
    said: dict[object, Floats | None] = {}  # most days say what others said
    for step, noted in notes.by_step().items():
        for day in noted:
            evidence = (day.said, day.count, day.measured)
            if evidence not in said:
                said[evidence] = likelihood(day, people, modality)
            told = said[evidence]
            if told is not None:
                seen[step] = _both(seen.get(step), told)
    daily = notes.days_a_step == 1
    # Over coarser steps no turn is looked for.
    turned = turns() if daily else turns()[:0]
    found = smooth(chain(notes.days_a_step), weights, seen, notes.steps, turned)
    dates = [notes.first + timedelta(days=s * notes.days_a_step) for s in range(notes.steps)]
    left = found.filtered[-1].sum(axis=1)
    return _Reading(
        people=found.people,
        weights=left / left.sum(),
        told={step: likely[found.people] for step, likely in seen.items()},
        filtered=found.filtered,
        states=found.states,
        rates=_rates(found.states, dates),
        changes=_changes(found.changed, dates) if daily else (),
    )


def _both(before: Floats | None, told: Floats) -> Floats:
    if before is None:
        return told
    both = before * told
    whole: Floats = both / both.max()
    return whole


def _says_a_rate(day: Entry) -> bool:
    return not (day.said is None and day.count is None and day.measured is None)


def _rates(states: Floats, dates: Sequence[date]) -> tuple[RateOn, ...]:
    """Give median and band by day; the part that is gone lies below every level."""
    by_level = states[:, :GONE].reshape(len(states), WAYS, -1).sum(axis=1)
    sums = np.cumsum(by_level, axis=1) + states[:, GONE:]
    middle = np.concatenate([states[:, GONE:], (sums[:, 1:] + sums[:, :-1]) / 2], axis=1)
    rates = []
    for day, gone, row in zip(dates, states[:, GONE], middle, strict=True):
        low, median, high = (
            0.0 if gone >= q else exp(float(np.interp(q, row, LEVELS))) for q in _QUANTILES
        )
        rates.append(RateOn(day=day, rate_per_min=median, low=low, high=high, gone=float(gone)))
    return tuple(rates)


def _until(rates: Sequence[RateOn], day: date) -> tuple[RateOn, ...]:
    return tuple(rate for rate in rates if rate.day < day)


def _changes(changed: Floats, dates: Sequence[date]) -> tuple[Change, ...]:
    """Give the changes more likely than not, each at its likeliest day."""
    found: list[Change] = []
    ways = (Direction.RESOLVING, Direction.STEADY, Direction.MORE)
    for place, way in enumerate(ways):
        left = changed[:, place].copy()
        while True:
            padded = np.pad(left, _CHANGE_WITHIN)
            near = np.convolve(padded, np.ones(2 * _CHANGE_WITHIN + 1), "valid")
            at = int(near.argmax())
            if near[at] < _CHANGE_NAMED:
                break
            span = slice(max(0, at - _CHANGE_WITHIN), at + _CHANGE_WITHIN + 1)
            peak = span.start + int(left[span].argmax())
            found.append(
                Change(day=dates[peak], direction=way, probability=min(1.0, float(near[at])))
            )
            left[span] = 0
    return tuple(sorted(found, key=lambda change: (change.day, change.direction)))


def _between(then: Floats, now: Floats) -> Chances:
    """Give the chances between days far apart, as if nothing tied them."""
    count = len(LEVELS) + 1
    before, after = (
        np.bincount(PLACE_OF_STATE, states, count).astype(np.float64) for states in (then, now)
    )
    return _directions(np.outer(before, after))
