"""One row of a table becomes one typed thing, or a sentence that says what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache

from kedut.knowledge.entities import (
    PRIVATE_KINDS,
    Background,
    Cause,
    Claim,
    CoursePoint,
    Finding,
    Implication,
    Kind,
    Level,
    Link,
    Prior,
    Risk,
    Rule,
    Test,
    Threshold,
    Treatment,
)
from kedut.knowledge.expression import Condition
from kedut.knowledge.expression import parse as parse_condition
from kedut.knowledge.tables import Row
from kedut.quantity.sourced import Grade, Sourced

_DAYS_A_YEAR = 365.25  # constant: calendar
_EPISODE_DAYS = 30
_ADULT_FROM_YEARS = 18
_OLDEST_YEARS = 120
_USED_LINK_ROLES = ("finding", "measured")
LINK_ROLES = (*_USED_LINK_ROLES, "composite", "demographic", "course", "excluded")
RISK_ROLES = ("risk", "amplifier", "demographic", "excluded")
ODDS_MEASURES = ("OR", "RR", "HR")
_GRADES = {str(grade): grade for grade in Grade}
WHO = ("self", "pharmacist", "gp", "specialist", "surgery", "emergency")


def keys(row: Row) -> tuple[str, ...]:
    """Give the source keys of a row."""
    return _split(row.cells.get("source_keys", ""))


@lru_cache(maxsize=1 << 14)
def _split(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(";") if key.strip())


def identifiers(expression: str) -> set[str]:
    """Give the identifiers a condition names."""
    return set(re.findall(r"[a-z][a-z0-9_]*", expression))


def number(row: Row, column: str, otherwise: float | None = None) -> float:
    """Read a number from a cell."""
    text = row[column].strip()
    if not text and otherwise is not None:
        return otherwise
    try:
        found = float(text)
    except ValueError:
        raise ValueError(f"{column} must be a number, got {text!r}") from None
    if not math.isfinite(found):
        raise ValueError(f"{column} must be a finite number, got {text!r}")
    return found


def one_of(row: Row, column: str, choices: tuple[str, ...]) -> str:
    """Read a cell that must be one of a few words."""
    if row[column] not in choices:
        raise ValueError(f"{column} must be one of {', '.join(choices)}, got {row[column]!r}")
    return row[column]


def grade(row: Row) -> Grade:
    """Read the grade of a row; a row without one is a judgement."""
    known = _GRADES.get(row.cells.get("grade", ""))
    if known is not None:
        return known
    return Grade(one_of(row, "grade", ("A", "B", "C", "D"))) if row["grade"] else Grade.JUDGEMENT


def fraction(row: Row, column: str, scale: float = 1.0) -> Sourced:
    """Read a fraction strictly between 0 and 1 with its range, times `scale`."""
    cells = row.cells
    try:  # as good as always: plain numbers in all three cells
        value, low, high = float(cells[column]), float(cells["low"]), float(cells["high"])
    except (KeyError, ValueError):
        value = low = high = math.nan
    if not 0 <= low <= value <= high <= 1:
        value = number(row, column)
        low, high = number(row, "low", value), number(row, "high", value)
    if not 0 <= low <= value <= high <= 1:
        raise ValueError(
            f"need 0 <= low <= {column} <= high <= 1, got low={low:g}, {column}={value:g}, "
            f"high={high:g}"
        )
    if not 0 < value < 1:
        raise ValueError(f"{column} must lie strictly between 0 and 1, got {value:g}")
    return Sourced(
        value=value * scale, low=low * scale, high=high * scale, grade=grade(row), sources=keys(row)
    )


def finding(row: Row) -> Finding:
    """Read a row of findings.csv."""
    return Finding(
        id=row["id"],
        kind=Kind(one_of(row, "kind", tuple(Kind))),
        asked=row["asked"] == "yes",
        seconds=number(row, "seconds", 0.0),
        variable=row["variable"],
        states=_states(row["states"]),
        gated=bool(row["gate"]),
        only_after=row["only_after"],
        worry=row["worry"] == "yes",
        hpo=row["hpo"],
        loinc=row["loinc"],
        replaced_by=row["replaced_by"],
        review_by=row["review_by"],
        note=row["note"],
    )


def _states(text: str) -> tuple[int, ...]:
    if not text:
        return ()
    if not re.fullmatch(r"[1-9](-[1-9])?", text):
        raise ValueError(f"states must be like 2 or 1-2, got {text!r}")
    return tuple(range(int(text[0]), int(text[-1]) + 1))


def cause(row: Row) -> Cause:
    """Read a row of causes.csv."""
    return Cause(
        id=row["id"],
        family=row["family"],
        harm_level=Level(one_of(row, "harm_level", tuple(Level))),
        grave=row["grave"] == "yes",
        icd10=row["icd10"],
        icd11=row["icd11"],
        replaced_by=row["replaced_by"],
        review_by=row["review_by"],
        sources=keys(row),
        note=row["note"],
    )


def prior(row: Row) -> Prior:
    """Read a row of priors.csv: the chance that the cause is at work in an episode.

    An episode is the month in which a person comes to ask. `point`, `month` and `lifetime` are
    multiplied by `factor`; `incidence` (per person-year) by `factor` and by the share of a year in
    which one that began would still be at work unexplained: `window_d`, at least the month itself.
    """
    measure = one_of(row, "measure", ("point", "month", "incidence", "lifetime"))
    scale = number(row, "factor", 1.0)
    if measure == "incidence":
        scale *= max(number(row, "window_d"), _EPISODE_DAYS) / _DAYS_A_YEAR
    if not scale > 0:
        raise ValueError(f"factor and window_d must be above 0, got {scale:g}")
    return Prior(
        cause=row["cause"],
        sex=one_of(row, "sex", ("", "female", "male")),
        age_from=number(row, "age_from", _ADULT_FROM_YEARS),
        age_to=number(row, "age_to", _OLDEST_YEARS),
        measure=measure,
        chance=_scaled(row, scale),
        note=row["note"],
    )


def _scaled(row: Row, scale: float) -> Sourced:
    value = number(row, "value")
    low, high = number(row, "low", value), number(row, "high", value)
    if not 0 <= low * scale <= value * scale <= high * scale <= 1 or value <= 0:
        raise ValueError(
            "need 0 <= low <= value <= high and a chance in (0, 1] after the conversion, "
            f"got low={low:g}, value={value:g}, high={high:g} times {scale:g}"
        )
    return Sourced(
        value=value * scale, low=low * scale, high=high * scale, grade=grade(row), sources=keys(row)
    )


def link(row: Row) -> Link:
    """Read a row of links.csv; rows that carry no weight keep their figure unchecked."""
    role = one_of(row, "role", LINK_ROLES)
    if role in _USED_LINK_ROLES:
        p = fraction(row, "p")
    else:
        p = Sourced(value=0.5, low=0, high=1, grade=Grade.JUDGEMENT)  # constant: never used
    cells = row.cells
    return Link(
        cause=cells.get("cause", ""),
        finding=cells.get("finding", ""),
        p=p,
        role=role,
        n=cells.get("n", ""),
        note=cells.get("note", ""),
    )


def risk(row: Row) -> Risk:
    """Read a row of risks.csv."""
    role = one_of(row, "role", RISK_ROLES)
    used = role in ("risk", "amplifier")
    value = number(row, "value", None if used else 1.0)
    measure = row["measure"]
    if used and measure in ODDS_MEASURES and value <= 0:
        raise ValueError(f"an odds ratio must be above 0, got {value:g}")
    if used and measure == "P(factor|condition)" and not 0 < value < 1:
        raise ValueError(f"P(factor|condition) must lie strictly between 0 and 1, got {value:g}")
    if used and measure not in (*ODDS_MEASURES, "P(factor|condition)"):
        raise ValueError(f"a row with role {role} cannot be used with measure {measure!r}")
    return Risk(
        cause=row["cause"],
        factor=row["factor"],
        measure=measure,
        value=value,
        low=number(row, "low", value),
        high=number(row, "high", value),
        grade=grade(row),
        role=role,
        sources=keys(row),
        note=row["note"],
    )


def background(row: Row) -> Background:
    """Read a row of background.csv."""
    return Background(finding=row["finding"], p=fraction(row, "p"), note=row["note"])


def implication(row: Row) -> Implication:
    """Read a row of implications.csv."""
    share = number(row, "share")
    if not 0 < share <= 1:
        raise ValueError(f"share must lie in (0, 1], got {share:g}")
    return Implication(finding=row["finding"], implies=row["implies"], share=share)


def threshold(row: Row) -> Threshold:
    """Read a row of values.csv."""
    op = one_of(row, "op", (">=", ">", "<=", "<", "between"))
    if op == "between":
        if not re.fullmatch(r"[-0-9.]+\.\.[-0-9.]+", row["threshold"]):
            raise ValueError(f"threshold of between must be like 1..14, got {row['threshold']!r}")
    else:
        number(row, "threshold")
    low, high = number(row, "low"), number(row, "high")
    if not low < high:
        raise ValueError(f"need low < high, got {low:g} and {high:g}")
    return Threshold(
        value=row["value"],
        unit=row["unit"],
        low=low,
        high=high,
        finding=row["finding"],
        op=op,
        threshold=row["threshold"],
        sources=keys(row),
    )


def rule(row: Row, rename: Callable[[str], str]) -> Rule | None:
    """Read a row of rules.csv; a merged rule (no condition) gives None."""
    if not row["when"] and row["kind"] == "merged":
        return None
    level = Level(one_of(row, "level", tuple(Level)))
    days = int(number(row, "within_days"))
    if level is Level.SELF_CARE and row["kind"] != "calm":
        raise ValueError("only a rule of kind calm may end in self-care")
    return Rule(
        id=row["id"],
        condition=parse_condition(row["when"], rename),
        level=level,
        within_days=days,
        kind=row["kind"],
        sources=keys(row),
        review_by=row["review_by"],
        note=row["note"],
    )


def _condition(text: str, rename: Callable[[str], str]) -> Condition | None:
    return parse_condition(text, rename) if text.strip() else None


def treatment(row: Row, rename: Callable[[str], str]) -> Treatment:
    """Read a row of treatments.csv."""
    return Treatment(
        id=row["id"],
        cause=row["cause"],
        who=one_of(row, "who", WHO),
        strength=row["strength"],
        only_when=_condition(row["only_when"], rename),
        not_when=_condition(row["not_when"], rename),
        grade=grade(row),
        sources=keys(row),
    )


def test(row: Row) -> Test:
    """Read a row of tests.csv."""
    return Test(
        id=row["id"],
        cause=row["cause"],
        test=row["test"],
        finding=row["finding"],
        sensitivity=number(row, "sensitivity") if row["sensitivity"] else None,
        specificity=number(row, "specificity") if row["specificity"] else None,
        where=row["where"],
        grade=grade(row),
        sources=keys(row),
    )


def course_point(row: Row) -> CoursePoint | None:
    """Read a row of course.csv; a row that is no point of the resolved curve gives None."""
    if row["measure"] != "resolved":
        return None
    value = number(row, "value")
    low, high = number(row, "low", value), number(row, "high", value)
    return CoursePoint(
        cause=row["cause"],
        day=number(row, "day"),
        resolved=Sourced(value=value, low=low, high=high, grade=grade(row), sources=keys(row)),
    )


def claim(row: Row) -> Claim:
    """Read a row of claims.csv."""
    return Claim(
        id=row["id"],
        section=row["section"],
        verdict=one_of(row, "verdict", ("supported", "partly", "unsupported", "contradicted")),
        carried_by=tuple(c for c in row["carried_by"].split(";") if c),
        sources=keys(row),
        note=row["note"],
    )


def decision(row: Row) -> tuple[str, float]:
    """Read a row of decisions.csv: a judgement of ours that is no medical fact."""
    return row["key"], number(row, "value")


def private(row: Row) -> tuple[str, str]:
    """Read a row of private.csv: a finding that is handed on only if the person ticks its kind."""
    return row["finding"], one_of(row, "kind", PRIVATE_KINDS)
