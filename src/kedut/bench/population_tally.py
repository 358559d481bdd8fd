"""What moving each figure did over many cases, added up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from kedut.bench.case_moved import Answer
from kedut.bench.figures_moved import Figure
from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.course import course_of
from kedut.quantity.sourced import Grade

_LEAST = 1e-6  # constant: no figure is moved to impossible or certain


@dataclass(slots=True, kw_only=True)
class Effect:
    """Over so many cases: what a figure does at the end of its range where it does more.

    moves : sum over cases of the greatest movement of any cause's chance
    leading, level, either : cases in which the leading cause, the urgency, one of both differs
    lower, higher : cases in which the urgency falls, or rises, at one end
    """

    figure: Figure
    cases: int = 0
    moves: float = 0.0
    most: float = 0.0
    leading: int = 0
    level: int = 0
    either: int = 0
    lower: int = 0
    higher: int = 0

    def note(self, before: Answer, ends: Sequence[Answer]) -> None:
        """Take in one case."""
        other = [end for end in ends if end is not before]
        if not other:
            return
        move = max(float(np.abs(end.at_work - before.at_work).max()) for end in other)
        turned = any(end.leading != before.leading for end in other)
        ranks = [end.level.rank - before.level.rank for end in other]
        self.cases += 1
        self.moves += move
        self.most = max(self.most, move)
        self.leading += turned
        self.level += any(ranks)
        self.either += turned or any(ranks)
        self.lower += min(ranks) < 0
        self.higher += max(ranks) > 0

    def add(self, other: Effect) -> None:
        """Add what was found over other cases."""
        for name in ("cases", "moves", "leading", "level", "either", "lower", "higher"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.most = max(self.most, other.most)


@dataclass(slots=True, kw_only=True)
class Tally:
    """The effects over a group of cases; `shown` counts the cases that show a cause's course."""

    cases: int = 0
    effects: dict[str, Effect] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)

    def of(self, figure: Figure) -> Effect:
        """Give the effect of a figure, to be added to."""
        return self.effects.setdefault(figure.key, Effect(figure=figure))

    def add(self, other: Tally) -> None:
        """Add another group."""
        self.cases += other.cases
        for effect in other.effects.values():
            self.of(effect.figure).add(effect)
        for cause, count in other.shown.items():
            self.shown[cause] = self.shown.get(cause, 0) + count

    def ranked(self, *names: str) -> list[Effect]:
        """Give the effects that are above nothing, the greatest first."""
        some = [one for one in self.effects.values() if getattr(one, names[0])]
        return sorted(
            some, key=lambda one: (*(-getattr(one, name) for name in names), one.figure.key)
        )

    def to_json(self) -> str:
        """Give it as text; figures that moved nothing are left out."""
        told = {key: asdict(one) for key, one in self.effects.items() if one.cases}
        return json.dumps({"cases": self.cases, "effects": told, "shown": self.shown})

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """Read it back."""
        told = json.loads(text)
        effects = {}
        for key, one in told["effects"].items():
            figure = one.pop("figure")
            figure["grade"], figure["sources"] = Grade(figure["grade"]), tuple(figure["sources"])
            effects[key] = Effect(figure=Figure(**figure), **one)
        return cls(cases=told["cases"], effects=effects, shown=told["shown"])


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseEffect:
    """A figure of a course: in how many cases it is shown, and how far it moves what is shown."""

    figure: Figure
    shown: int
    moves: float


def course_figures(knowledge: Knowledge, tally: Tally) -> Iterator[CourseEffect]:
    """Give what each published point of a course does to the shares that are shown."""
    for cause, points in knowledge.course.items():
        before = course_of(knowledge, cause)
        if before is None:
            continue
        for place, point in enumerate(points):
            moves = 0.0
            for end in (point.resolved.low, point.resolved.high):
                value = min(max(end, _LEAST), 1 - _LEAST)
                resolved = replace(
                    point.resolved,
                    value=value,
                    low=min(point.resolved.low, value),
                    high=max(point.resolved.high, value),
                )
                other = list(points)
                other[place] = replace(point, resolved=resolved)
                courses = {**knowledge.course, cause: tuple(other)}
                after = course_of(replace(knowledge, course=courses), cause)
                if after is not None:
                    pairs = zip(before.resolved, after.resolved, strict=True)
                    moves = max(moves, *(abs(a.value - b.value) for (_, a), (_, b) in pairs))
            yield CourseEffect(
                figure=Figure(
                    table="course",
                    name=f"{cause}/day {point.day:g}",
                    value=point.resolved.value,
                    low=point.resolved.low,
                    high=point.resolved.high,
                    grade=point.resolved.grade,
                    sources=point.resolved.sources,
                ),
                shown=tally.shown.get(cause, 0),
                moves=moves,
            )
