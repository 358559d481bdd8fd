"""Invented courses read day by day, as the person would have seen them on each day."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kedut.diary.function import function_trend
from kedut.diary.rate_evidence import leading_modality, likelihood, persons
from kedut.diary.rate_filter import Forward
from kedut.diary.rate_states import chain
from kedut.diary.trend import WEEK, Chances, Direction, chances_since, named, said_enough
from kedut.simulate.courses import FIRST_DAY, Floats, SimulatedCourse

DAYS = 30
LOOKED_AT = (7, 14, 21, 28)  # on these days whether or not there is an entry
WITHIN_DAYS = 5  # worsening is to be named


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was shown on a day, and what was true."""

    chances: Chances
    direction: Direction
    truth: Direction
    worse: bool


def follow(course: SimulatedCourse) -> dict[int, Reading]:
    """Give what was shown on each day with an entry, and on the days looked at.

    The kinds of person are those of the whole diary; else each day knows only what came before.
    """
    entries = {(entry.day - FIRST_DAY.date()).days: entry for entry in course.entries}
    people, weights = persons(course.entries)
    modality = leading_modality(course.entries)
    forward = Forward.begin(chain(), weights)
    passed: list[tuple[np.ndarray, np.ndarray, np.ndarray | None]] = []
    read, noted = {}, 0
    last = 0
    for day in range(DAYS):
        if day:
            forward.step()
        told = likelihood(entries[day], people, modality) if day in entries else None
        if told is not None:
            forward.see(told)
            noted, last = noted + 1, day
        passed = [*passed[-WEEK:], (forward.now, forward.alive, told)]
        if day in entries or day in LOOKED_AT:
            then, had, _ = passed[0]
            left = forward.alive
            week = [None if seen is None else seen[left] for *_, seen in passed[1:]]
            chances = chances_since(then[np.searchsorted(had, left)], forward.now, week)
            enough = said_enough(noted, day - last)
            upto = [entry for at, entry in entries.items() if at <= day]
            read[day] = Reading(
                chances=chances,
                direction=named(chances) if enough else Direction.TOO_LITTLE,
                truth=true_direction(course, day),
                worse=function_trend(upto, upto[-1].day).worse,
            )
    return read


def true_direction(course: SimulatedCourse, day: int) -> Direction:
    """Give which way the true rate went within a week; the double or the half is a change."""
    return direction_at(course.log_rate, day)


def direction_at(log_rate: Floats, day: int) -> Direction:
    """Give which way a true rate went within a week."""
    now, then = log_rate[day], log_rate[max(0, day - WEEK)]
    if np.isneginf(now):
        return Direction.RESOLVED
    if np.isneginf(then) or now - then > math.log(2):
        return Direction.MORE
    return Direction.RESOLVING if then - now > math.log(2) else Direction.STEADY


def alike(direction: Direction) -> Direction:
    """Give the direction with resolved taken for resolving, and perhaps more for more."""
    match direction:
        case Direction.RESOLVED:
            return Direction.RESOLVING
        case Direction.PERHAPS_MORE:
            return Direction.MORE
        case _:
            return direction
