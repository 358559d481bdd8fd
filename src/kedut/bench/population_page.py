"""The page of the figures that move the answers most: what to research next."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from kedut.bench.figures_moved import Figure
from kedut.bench.population_people import PEOPLE, PUBLISHED
from kedut.bench.population_tally import CourseEffect, Effect, Tally
from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade

_NEXT = 40
_EACH = 15
_COUNTED = Grade.MEASURED

Table = list[tuple[str, ...]]


def research_next(tally: Tally) -> list[Effect]:
    """Give the figures that nobody has counted yet, by how many answers they turn."""
    return [
        one
        for one in tally.ranked("moves")
        if one.figure.grade is not _COUNTED and one.figure.ranged
    ]


def by_answers(effects: Sequence[Effect]) -> list[Effect]:
    """Sort by answers turned, then by how far chances move."""
    return sorted(effects, key=lambda one: (-one.either, -one.moves, one.figure.key))


def summary(tallies: dict[str, Tally], courses: Sequence[CourseEffect]) -> list[str]:
    """Give the page's main figures as lines to print."""
    told = []
    for group, tally in tallies.items():
        told.append(f"cases, {group}: {tally.cases}")
        told.append(f"figures that move a chance by 0.1 points or more, {group}: {_some(tally)}")
        for name, label in (("leading", "a leading cause"), ("level", "an urgency")):
            told.append(f"figures that turn {label}, {group}: {len(tally.ranked(name))}")
        turned = [one for one in by_answers(research_next(tally)) if one.either]
        for place, one in enumerate(turned[:5], 1):
            told.append(
                f"research next {place}, {group}: {one.figure.key} turns "
                f"{_share(one.either, tally.cases)} of answers"
            )
    ranked = sorted(courses, key=lambda one: -one.moves * one.shown)
    told += [
        f"course {place}: {one.figure.key} moves what is shown by {100 * one.moves:.0f} points"
        for place, one in enumerate(ranked[:3], 1)
    ]
    return told


def _some(tally: Tally) -> int:
    return sum(one.cases > 0 for one in tally.effects.values())


def page(knowledge: Knowledge, tallies: dict[str, Tally], courses: Sequence[CourseEffect]) -> str:
    """Give the page."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    people, published = tallies[PEOPLE], tallies.get(PUBLISHED, Tally())
    turned = by_answers(research_next(people))
    lines = [
        "# Which figures move the answers most",
        "",
        f"Reckoned on {today} with knowledge {knowledge.version} by `make population`; no figure",
        "on this page is typed in by hand.",
        "",
        f"Every figure was moved alone to both ends of its stated range, over {people.cases}",
        "invented people as they leave the interview and "
        f"{published.cases} published cases. The answers",
        "are exact: nothing is interpolated. A movement below 0.1 points of probability counts as",
        "none. Of the figures that an urgency or a chance rests on,",
        f"{_some(people)} move a chance of somebody at all; {len(people.ranked('leading'))} turn a",
        f"leading cause and {len(people.ranked('level'))} an urgency.",
        "",
        "## What to research next",
        "",
        "Figures that nobody has counted (grade B, C or D), by the share of answers in which the",
        "urgency or the leading cause turns within the stated range. A study that narrows one of",
        "these helps more people than any other.",
        "",
        *_told(_effects(turned[:_NEXT], people, published)),
        "",
        "## Urgency",
        "",
        "Figures at whose worse end some urgency falls: the direction in which an error hurts.",
        "",
        *_told(_levels(people.ranked("lower", "moves")[:_EACH], people)),
        "",
        "In the published cases, which are rarer and more severe:",
        "",
        *_told(_levels(published.ranked("lower", "moves")[:_EACH], published)),
        "",
        "## Chances",
        "",
        "All grades, by the mean movement of the chance that moves most.",
        "",
        *_told(_effects(people.ranked("moves")[:_EACH], people, published)),
        "",
        "## Course",
        "",
        "Points of a course, by how far the share shown as gone by some day moves, times how often",
        "it is shown.",
        "",
        *_told(_courses(courses, people)),
        "",
        "## Where the movement comes from",
        "",
        "Shares of all movement of chances, by table and grade.",
        "",
        *_told(_shares(people)),
        "",
        "## How to read this",
        "",
        "- One figure at a time: two that are wrong together are not seen here; the 90 % intervals",
        "  of an answer take all of them together.",
        "- The ends are those of the table (grade A counted, B from reviews, C from words, D",
        "  judged); a wide range that is honest moves more than a narrow one that is not.",
        "- `decisions` have no range of a study; they are halved and doubled, and not in the first",
        "  list. The shares of `implications` have none either and are not moved.",
        "- Rules set an urgency whatever the figures are; a figure moves it only through expected",
        "  harm. `kedut knowledge why CAUSE/FINDING` says all about one figure.",
        "- What is asked next, and which tests and advice are given, follows from these chances",
        "  and the rules; how often a moved figure changes it, and how wide an interval becomes,",
        "  is not reckoned here.",
        "- Invented people share the tables that are moved here: a cause they never have moves",
        "  nothing. The published cases beside them do not.",
        "",
    ]
    return "\n".join(lines)


def _effects(effects: Sequence[Effect], people: Tally, published: Tally) -> Table:
    rows: Table = [
        (
            "",
            "figure",
            "value (range)",
            "grade",
            "source",
            "answers turned",
            "urgency",
            "mean move",
            "most",
            "published turned",
        )
    ]
    for place, one in enumerate(effects, 1):
        other = published.effects.get(one.figure.key)
        rows.append(
            (
                str(place),
                *_figure(one.figure),
                _share(one.either, people.cases),
                _share(one.level, people.cases),
                f"{100 * one.moves / people.cases:.2f}",
                f"{100 * one.most:.0f}",
                _share(other.either, published.cases) if other else _share(0, published.cases),
            )
        )
    return rows


def _levels(effects: Sequence[Effect], tally: Tally) -> Table:
    rows: Table = [("", "figure", "value (range)", "grade", "source", "falls in", "rises in")]
    rows += [
        (
            str(place),
            *_figure(one.figure),
            _share(one.lower, tally.cases),
            _share(one.higher, tally.cases),
        )
        for place, one in enumerate(effects, 1)
    ]
    return rows


def _courses(courses: Sequence[CourseEffect], people: Tally) -> Table:
    rows: Table = [("", "figure", "value (range)", "grade", "source", "shown in", "moves")]
    ranked = sorted(courses, key=lambda one: (-one.moves * one.shown, one.figure.key))
    rows += [
        (
            str(place),
            *_figure(one.figure),
            _share(one.shown, people.cases),
            f"{100 * one.moves:.0f}",
        )
        for place, one in enumerate(ranked[:_EACH], 1)
    ]
    return rows


def _shares(tally: Tally) -> Table:
    total = sum(one.moves for one in tally.effects.values()) or 1.0
    tables = dict.fromkeys(one.figure.table for one in tally.effects.values())
    rows: Table = [("table", *map(str, Grade), "all")]
    for table in sorted(tables):
        sums = [
            sum(
                one.moves
                for one in tally.effects.values()
                if one.figure.table == table and one.figure.grade is grade
            )
            for grade in Grade
        ]
        rows.append((table, *(f"{100 * one / total:.1f} %" for one in (*sums, sum(sums)))))
    return rows


def _figure(figure: Figure) -> tuple[str, ...]:
    sources = ", ".join(figure.sources[:3]) + (", …" if len(figure.sources) > 3 else "")
    return (
        f"`{figure.table}` {figure.name}",
        f"{figure.value:.3g} ({figure.low:.3g} to {figure.high:.3g})",
        str(figure.grade),
        sources or "none",
    )


def _share(count: int, cases: int) -> str:
    return f"{100 * count / max(cases, 1):.1f} %"


def _told(rows: Table) -> list[str]:
    """Give a table as Markdown, or that there is nothing to tell."""
    if len(rows) == 1:
        return ["None."]
    rules = ["---" if name in ("figure", "source", "table", "") else "---:" for name in rows[0]]
    return [f"| {' | '.join(cells)} |" for cells in (rows[0], rules, *rows[1:])]
