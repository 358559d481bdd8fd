"""What the evaluation of a diary says of one family of invented courses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kedut.bench.course_follow import LOOKED_AT, WITHIN_DAYS, Reading, alike, follow
from kedut.bench.proportion import Proportion
from kedut.diary.trend import Direction
from kedut.simulate.courses import Kind, SimulatedCourse

_DAY = 14
_HALF = 0.5
_BINS = 10
_CHANCES = ("resolved", "resolving", "steady", "more")


class Draw(Protocol):
    """A family of invented courses."""

    def __call__(self, kind: Kind, rng: np.random.Generator) -> SimulatedCourse:
        """Draw a course of a kind."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A course and what was shown on its days."""

    course: SimulatedCourse
    shown: dict[int, Reading]

    @property
    def dense(self) -> bool:
        """Tell whether at most half of the days are missing."""
        return self.course.missing <= _HALF


def follow_all(draw: Draw, count: int, seed: int) -> dict[Kind, list[Followed]]:
    """Give so many courses of each kind, read day by day."""
    found: dict[Kind, list[Followed]] = {}
    for place, kind in enumerate(Kind):
        courses = (draw(kind, np.random.default_rng([seed, place, n])) for n in range(count))
        found[kind] = [Followed(course=course, shown=follow(course)) for course in courses]
    return found


def direction_lines(followed: dict[Kind, list[Followed]]) -> Iterator[str]:
    """Give how often the direction is right on day 14."""
    for dense in (True, False):
        every: list[str] = []
        for kind, courses in followed.items():
            marks = [_mark(one.shown[_DAY]) for one in courses if one.dense is dense]
            every += marks
            yield _marks_line(f"{kind}, {_missing(dense)}", marks)
        yield _marks_line(f"all kinds, {_missing(dense)}", every)
        strict = [
            _mark(one.shown[_DAY], perhaps=False)
            for courses in followed.values()
            for one in courses
            if one.dense is dense
        ]
        yield _marks_line(f"the same, perhaps more taken for too little, {_missing(dense)}", strict)


def _mark(reading: Reading, *, perhaps: bool = True) -> str:
    little = {Direction.TOO_LITTLE} if perhaps else {Direction.TOO_LITTLE, Direction.PERHAPS_MORE}
    if reading.direction in little:
        return "too little to say"
    right = alike(reading.direction) is alike(reading.truth)
    return "right" if right else "wrong"


def _marks_line(title: str, marks: Sequence[str]) -> str:
    wrong = marks.count("wrong") / max(len(marks), 1)
    little = marks.count("too little to say") / max(len(marks), 1)
    return (
        f"{title}: right {Proportion(marks.count('right'), len(marks))}, "
        f"wrong {100 * wrong:.1f} %, too little to say {100 * little:.1f} %"
    )


def _missing(dense: bool) -> str:
    return "at most half of the days missing" if dense else "more than half missing"


def calibration_lines(followed: dict[Kind, list[Followed]]) -> Iterator[str]:
    """Give how far the chances are from how often they come true."""
    shown = [one.shown[day] for many in followed.values() for one in many for day in LOOKED_AT]
    said = np.array([[getattr(one.chances, name) for name in _CHANCES] for one in shown])
    true = np.array([[one.truth.value == name for name in _CHANCES] for one in shown], np.float64)
    yield f"calibration error, all four chances: {_error(said, true):.3f} over {len(shown)} days"
    for place, name in enumerate(_CHANCES):
        yield f"calibration error, {name}: {_error(said[:, place], true[:, place]):.3f}"
    at_14 = slice(LOOKED_AT.index(_DAY), None, len(LOOKED_AT))
    yield f"calibration error, all four chances on day 14: {_error(said[at_14], true[at_14]):.3f}"
    bins = np.minimum((said.ravel() * _BINS).astype(int), _BINS - 1)
    for place in range(_BINS):
        here = bins == place
        if here.any():
            yield (
                f"predicted {said.ravel()[here].mean():.2f}, "
                f"true {true.ravel()[here].mean():.2f} ({int(here.sum())})"
            )


def _error(said: np.ndarray, true: np.ndarray) -> float:
    """Give the expected calibration error over ten bins of equal width."""
    said, true = said.ravel(), true.ravel()
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(said[bins == b].mean() - true[bins == b].mean())) * int((bins == b).sum())
        for b in range(_BINS)
        if (bins == b).any()
    ]
    return sum(gaps) / len(said)


def worsening_lines(followed: dict[Kind, list[Followed]]) -> Iterator[str]:
    """Give how soon worsening is named, and how often wrongly."""
    worse = followed[Kind.WORSENING]
    for dense in (True, False):
        some = [one for one in worse if one.dense is dense]
        weak = [one for one in some if one.course.weak_from is not None]
        either = sum(_more_in_time(one) or _lost_in_time(one) for one in some)
        tell = f"within {WITHIN_DAYS} days of its start, {_missing(dense)}"
        rose = Proportion(sum(map(_more_in_time, some)), len(some))
        yield f"named {tell}, by rate or function: {Proportion(either, len(some))}"
        yield f"more twitches named {tell}: {rose}"
        yield f"lost function named {tell}: {Proportion(sum(map(_lost_in_time, weak)), len(weak))}"
    back = [one for one in followed[Kind.RELAPSING] if one.dense]
    yield (
        f"coming back named within {WITHIN_DAYS} days, {_missing(True)}: "
        f"{Proportion(sum(map(_more_in_time, back)), len(back))}"
    )
    benign = followed[Kind.RESOLVING] + followed[Kind.STEADY]
    for dense in (True, False):
        some = [one for one in benign if one.dense is dense]
        more = [any(_more(one.shown[day]) for day in one.shown) for one in some]
        lost = [any(one.shown[day].worse for day in one.shown) for one in some]
        both = [a or b for a, b in zip(more, lost, strict=True)]
        tell = f"in 30 days of a resolving or steady course, {_missing(dense)}"
        yield f"false alarm {tell}: {Proportion(sum(both), len(some))}"
        yield f"more twitches named wrongly {tell}: {Proportion(sum(more), len(some))}"
        yield f"lost function named wrongly {tell}: {Proportion(sum(lost), len(some))}"
        perhaps = [any(_perhaps(one.shown[day]) for day in one.shown) for one in some]
        yield f"more or perhaps more told wrongly {tell}: {Proportion(sum(perhaps), len(some))}"


def _more(reading: Reading) -> bool:
    return reading.direction is Direction.MORE


def _perhaps(reading: Reading) -> bool:
    return alike(reading.direction) is Direction.MORE


def _more_in_time(one: Followed) -> bool:
    start = one.course.turns_on or 0
    return any(_more(one.shown[d]) for d in one.shown if start <= d <= start + WITHIN_DAYS)


def _lost_in_time(one: Followed) -> bool:
    start = one.course.weak_from
    if start is None:
        return False
    return any(one.shown[d].worse for d in one.shown if start <= d <= start + WITHIN_DAYS)
