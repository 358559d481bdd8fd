"""How far answers drift from one knowledge to another, over many cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.knowledge_text import Block, Grid, Heading, Line, Pairs
from kedut.simulate.persons import Simulator, World

LISTED = 10
_HELD = 100  # constant: sorted now and then, not at each
_NAMED = 6
_MOVES = 0.1  # constant: ten points are more than the digits shown to a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person would notice first: how soon, and the leading cause."""

    urgency: str
    cause: str

    def __str__(self) -> str:
        return f"{self.urgency}, {self.cause or 'no cause'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One case under both knowledges; `by` is how far the chance that moves most does."""

    name: str
    before: Answer
    after: Answer
    by: float
    cause: str
    chances: tuple[float, float]

    @property
    def rise(self) -> int:
        """Give by how many levels the urgency rises; below 0 it falls."""
        return Level(self.after.urgency).rank - Level(self.before.urgency).rank


@dataclass(slots=True, kw_only=True)
class Drift:
    """What moved over many cases: counts, and of the moved ones so many as are listed.

    urgency, leading : cases whose urgency moved, whose leading cause did; answers : either
    falls : cases whose urgency fell
    far : cases in which a chance moved by ten points or more
    """

    cases: int = 0
    urgency: int = 0
    leading: int = 0
    answers: int = 0
    falls: int = 0
    far: int = 0
    levels: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lower: list[Moved] = field(default_factory=list)
    _farthest: list[Moved] = field(default_factory=list)

    def note(self, one: Moved) -> None:
        """Take in one case."""
        self.cases += 1
        self.levels[one.before.urgency, one.after.urgency] += 1
        self.urgency += one.rise != 0
        self.leading += one.before.cause != one.after.cause
        self.answers += one.before != one.after
        self.falls += one.rise < 0
        self.far += one.by >= _MOVES
        if one.rise < 0:
            _list(self._lower, one, _depth)
        if one.before != one.after or one.by >= _MOVES:
            _list(self._farthest, one, _distance)

    @property
    def lower(self) -> list[Moved]:
        """Give the cases whose urgency fell most, from the highest first; at most `LISTED`."""
        return sorted(self._lower, key=_depth)[:LISTED]

    @property
    def farthest(self) -> list[Moved]:
        """Give the cases in which a chance moved farthest; at most `LISTED`."""
        return sorted(self._farthest, key=_distance)[:LISTED]


def _depth(one: Moved) -> tuple[int, int, str]:
    return one.rise, -Level(one.before.urgency).rank, one.name


def _distance(one: Moved) -> tuple[float, str]:
    return -one.by, one.name


def _list(those: list[Moved], one: Moved, order: Callable[[Moved], Any]) -> None:
    """Add a case, and let go of what will not be listed."""
    those.append(one)
    if len(those) > _HELD:
        those.sort(key=order)
        del those[LISTED:]


def compare(name: str, cases: tuple[Case, Case], knowledges: tuple[Knowledge, Knowledge]) -> Moved:
    """Give one case's answers under two knowledges."""
    found = [
        assess(case, knowledge, detail="brief")
        for case, knowledge in zip(cases, knowledges, strict=True)
    ]
    answers = [
        Answer(urgency=str(one.urgency.level), cause=one.causes[0].id if one.causes else "")
        for one in found
    ]
    first, second = ({c.id: c.probability for c in one.causes} for one in found)
    cause = max(
        sorted({*first, *second}),
        key=lambda c: abs(second.get(c, 0.0) - first.get(c, 0.0)),
        default="",
    )
    chances = first.get(cause, 0.0), second.get(cause, 0.0)
    return Moved(
        name=name,
        before=answers[0],
        after=answers[1],
        by=abs(chances[1] - chances[0]),
        cause=cause,
        chances=chances,
    )


def people(knowledge: Knowledge, count: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give invented people as the first knowledge has them: what they tell, and a short name."""
    simulator = Simulator(knowledge, seed, World(wrong=0.0))
    for number in range(1, count + 1):
        case = simulator.person().case
        told = ", ".join(case.present[:_NAMED]) or "nothing"
        more = len(case.present) - _NAMED
        age = "" if case.age is None else f"{case.age:.0f} "
        name = f"person {number} of seed {seed} ({age}{case.sex}: {told}"
        yield (
            name + (f" and {more} more)" if more > 0 else ")"),
            {
                "age": case.age,
                "sex": case.sex,
                "findings_present": list(case.present),
                "findings_absent": list(case.absent),
            },
        )


def drift_text(found: Drift) -> list[Block]:
    """Give the drift in words: how many moved, the worst direction first."""
    blocks: list[Block] = [
        Heading(f"drift over {found.cases} cases"),
        Pairs(
            (
                ("urgency moved", _of(found.urgency, found.cases)),
                ("  to a lower one", _of(found.falls, found.cases)),
                ("leading cause moved", _of(found.leading, found.cases)),
                ("a chance moved by 10 points or more", _of(found.far, found.cases)),
            )
        ),
    ]
    steps = [(pair, count) for pair, count in found.levels.items() if pair[0] != pair[1]]
    if steps:
        rows = tuple(
            (before, after, str(count))
            for (before, after), count in sorted(steps, key=lambda step: (-step[1], step[0]))
        )
        blocks.append(Grid(("urgency before", "after", "cases"), rows))
    if found.falls:
        blocks.append(Heading("urgency fell: look at each of these"))
        blocks += [Line(f"{one.name}: {one.before} -> {one.after}") for one in found.lower]
        if found.falls > LISTED:
            blocks.append(Line(f"and {found.falls - LISTED} more", quiet=True))
    far = [one for one in found.farthest if one.by > 0]
    if far:
        blocks.append(Heading("chances that moved farthest"))
        blocks += [
            Line(f"{one.name}: {one.cause} {one.chances[0]:.3f} -> {one.chances[1]:.3f}")
            for one in far
        ]
    return blocks


def _of(count: int, cases: int) -> str:
    return f"{count} of {cases} ({100 * count / max(cases, 1):.1f} %)"
