"""What loading cannot see: order, sums, cycles, dates, and figures without a source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from kedut.knowledge.check_bodymap import bodymap_faults
from kedut.knowledge.check_rules import rule_faults
from kedut.knowledge.check_words import word_faults
from kedut.knowledge.entities import CALF_MOVEMENT, Level
from kedut.knowledge.errors import Fault
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.nearest import nearest
from kedut.knowledge.row_keys import KEYS, key_of, order
from kedut.knowledge.tables import Row
from kedut.knowledge.words import LANGUAGES
from kedut.quantity.sourced import Grade

# What reasoning and advice ask of decisions.csv; without one of these there is no answer.
DECISIONS = (
    "ask.causes_per_person",
    "ask.standing",
    *(f"ask.{level}" for level in Level),
    *(f"course.doubt.{grade.lower()}" for grade in Grade),
    "course.late_below",
    "diary.good_answers",
    "diary.stays_days",
    "harm.emergency",
    "harm.soon",
    "harm.urgent",
    "interview.list_length",
    "interview.most_questions",
    "interview.most_unknown_in_a_row",
    "interview.stop_value_per_second",
    "interview.weight_cause",
    "interview.weight_urgency",
    "repeat.within_days",
    "screen.calm_days",
    "show.advice_per_helper",
    "show.rare_below",
    "tests.weight_hospital",
)
LEAST_COURSE_POINTS = 3
_GRADES_WITH_SOURCE = frozenset("ABC")
_SUM_TOLERANCE = 1e-6


def check(knowledge: Knowledge) -> list[Fault]:
    """Give every fault that loading did not give, in the order of files and lines."""
    faults = [
        *_order_faults(knowledge),
        *_source_faults(knowledge),
        *_date_faults(knowledge),
        *_replaced_faults(knowledge),
        *_alias_faults(knowledge),
        *_variable_faults(knowledge),
        *_cycle_faults(knowledge),
        *_course_faults(knowledge),
        *_decision_faults(knowledge),
        *_position_faults(knowledge),
        *_claim_faults(knowledge),
        *bodymap_faults(knowledge),
        *rule_faults(knowledge),
        *word_faults(knowledge),
    ]
    return in_order(faults)


def in_order(faults: list[Fault]) -> list[Fault]:
    """Give faults by file and line, each once."""
    return sorted(set(faults), key=lambda f: (f.file, f.line, f.what))


def _order_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Give the first row out of order of each file; by size of numbers or letter by letter."""
    for name in KEYS:
        files: dict[str, list[Row]] = {}
        for row in knowledge.tables.get(name, ()):
            files.setdefault(row.file, []).append(row)
        for rows in files.values():
            keys = [key_of(name, row) for row in rows]
            if keys == sorted(keys):
                continue
            sizes = [order(key) for key in keys]
            for place in range(1, len(rows)):
                if sizes[place] < sizes[place - 1]:
                    yield rows[place].fault(
                        f"{' '.join(keys[place])!r} stands after {' '.join(keys[place - 1])!r}; "
                        f"rows are sorted by {', '.join(KEYS[name])}"
                    )
                    break


def _source_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for table in knowledge.tables.values():
        for row in table:
            if row["grade"] in _GRADES_WITH_SOURCE and not row["source_keys"].strip():
                yield row.fault(f"a grade {row['grade']} figure needs a source; else grade it D")


def _date_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for name, column in (
        ("causes", "review_by"),
        ("findings", "review_by"),
        ("rules", "review_by"),
    ):
        for row in knowledge.tables[name]:
            text = row[column].strip()
            if text and as_date(text) is None:
                yield row.fault(f"{column} must be a day like 2027-11-30, got {text!r}")


def as_date(text: str) -> date | None:
    """Give the day a cell names, or nothing."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _replaced_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for name in ("findings", "causes"):
        replaced = {row["id"]: row["replaced_by"] for row in knowledge.tables[name]}
        for row in knowledge.tables[name]:
            target = row["replaced_by"]
            if not target:
                continue
            if target not in replaced:
                hint = ", ".join(repr(n) for n in nearest(target, replaced, 1))
                yield row.fault(
                    f"replaced_by {target!r} is not in {name}.csv"
                    + (f"; nearest: {hint}" if hint else "")
                )
            elif replaced[target]:
                yield row.fault(
                    f"replaced_by {target!r} is itself replaced; name {replaced[target]!r}"
                )


def _alias_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Give aliases that lead to another alias, or hide a finding of the same name."""
    for row in knowledge.tables["aliases"]:
        if row["id"] in knowledge.aliases:
            yield row.fault(f"alias of the alias {row['id']!r}; name what that one stands for")
        if row["alias"] in knowledge.findings:
            yield row.fault(f"{row['alias']!r} is a finding already")


def _variable_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Give the exclusive variables whose backgrounds do not add up to one."""
    for variable, members in knowledge.variables.items():
        single = [finding for finding, states in members.items() if len(states) == 1]
        missing = [finding for finding in single if finding not in knowledge.background]
        here = next(r for r in knowledge.tables["findings"] if r["variable"] == variable)
        if missing:
            yield here.fault(f"variable {variable}: no background for {', '.join(missing)}")
            continue
        total = sum(knowledge.background[finding].p.value for finding in single)
        if abs(total - 1) > _SUM_TOLERANCE:
            yield here.fault(
                f"variable {variable}: the backgrounds of its states add up to {total:g}, not 1"
            )


def _cycle_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Give the implications that lead back to where they start."""
    for row in knowledge.tables["implications"]:
        waiting, seen = [row["implies"]], set[str]()
        while waiting:
            name = waiting.pop()
            if name == row["finding"]:
                yield row.fault(f"{row['finding']} implies itself through {row['implies']}")
                break
            if name not in seen:
                seen.add(name)
                waiting += [implied for implied, _ in knowledge.implied.get(name, ())]


def _course_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Give the points of a resolved curve that fall with the days."""
    for cause, points in knowledge.course.items():
        for before, after in pairwise(points):
            if after.resolved.value < before.resolved.value:
                row = next(
                    r
                    for r in knowledge.tables["course"]
                    if r["cause"] == cause and r["measure"] == "resolved"
                )
                yield row.fault(
                    f"{cause}: fewer have recovered by day {after.day:g} than by day {before.day:g}"
                )


def _decision_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for key in DECISIONS:
        if key not in knowledge.decisions:
            yield Fault(file="tables/decisions.csv", line=0, what=f"{key} is missing")
    for row in knowledge.tables["decisions"]:
        start = "ask.cause."
        if row["key"].startswith(start):
            cause = row["key"].removeprefix(start)
            if cause not in knowledge.causes:
                yield row.fault(f"cause {cause!r} is not in causes.csv")


def _position_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for name in ("screen", "opening"):
        for row in knowledge.tables.get(name, ()):
            if row["position"] and not row["position"].isdecimal():
                yield row.fault(f"position must be a whole number, got {row['position']!r}")


def _claim_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Give the claims carried by something that is not there."""
    rules = {row["id"] for row in knowledge.tables["rules"]}
    known = {
        "cause": set(knowledge.causes),
        "finding": {*knowledge.findings, *knowledge.aliases, CALF_MOVEMENT},
        "rule": rules,
        "treatment": {t.id for t in knowledge.treatments},
        "test": {t.id for t in knowledge.tests},
        "course": {row["cause"] for row in knowledge.tables["course"]},
        "topic": _topics(knowledge),
    }
    for row in knowledge.tables["claims"]:
        for carrier in filter(None, row["carried_by"].split(";")):
            thing, _, name = carrier.partition(":")
            if name not in known.get(thing, ()):
                hint = ", ".join(repr(n) for n in nearest(name, known.get(thing, ()), 1))
                yield row.fault(
                    f"carried_by {carrier!r} leads nowhere" + (f"; nearest: {hint}" if hint else "")
                )


def _topics(knowledge: Knowledge) -> set[str]:
    return {name for language in LANGUAGES for name in knowledge.words(language).table("topics")}
