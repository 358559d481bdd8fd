"""Rows of measured.csv and rates.csv: what a recording's features mean, and what was published."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.knowledge.parse_rows import keys, number, one_of
from kedut.knowledge.tables import Row
from kedut.quantity.sourced import Grade

FEATURES = ("bursts", "fixed_site_rate_per_min", "rate_per_min", "rhythm_hz", "twitches")
MODALITIES = ("emg", "motion", "video")
MEASURES = ("icc", "per_min", "share_with_any", "times_benign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """When a feature of a recording makes a finding present, and where it may make it absent.

    low, high : the finding is present where the feature lies in between, with its uncertainty
    absent_in : modalities that may show that it is absent
    muscle : only there, or empty for any
    least_s : usable seconds without which nothing is concluded
    """

    finding: str
    feature: str
    low: float
    high: float
    modalities: tuple[str, ...]
    absent_in: tuple[str, ...]
    muscle: str
    least_s: float
    grade: Grade
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRate:
    """A published figure about how much a muscle twitches."""

    id: str
    muscle: str
    people: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    grade: Grade
    sources: tuple[str, ...]


def limit(row: Row) -> Limit:
    """Read a row of measured.csv."""
    low = number(row, "low")
    high = number(row, "high") if row["high"] else float("inf")
    if not low < high:
        raise ValueError(f"need low < high, got {low:g} and {high:g}")
    return Limit(
        finding=row["finding"],
        feature=one_of(row, "feature", FEATURES),
        low=low,
        high=high,
        modalities=_of(row, "modalities"),
        absent_in=_of(row, "absent_in"),
        muscle=row["muscle"],
        least_s=number(row, "least_s"),
        grade=Grade(row["grade"]),
        sources=keys(row),
    )


def _of(row: Row, column: str) -> tuple[str, ...]:
    told = tuple(filter(None, row[column].split(";")))
    if wrong := set(told) - set(MODALITIES):
        raise ValueError(f"{column} must be of {', '.join(MODALITIES)}, got {min(wrong)!r}")
    return told


def rate(row: Row) -> PublishedRate:
    """Read a row of rates.csv."""
    figures = [number(row, column) if row[column] else None for column in ("value", "low", "high")]
    return PublishedRate(
        id=row["id"],
        muscle=row["muscle"],
        people=row["people"],
        measure=one_of(row, "measure", MEASURES),
        value=figures[0],
        low=figures[1],
        high=figures[2],
        grade=Grade(row["grade"]),
        sources=keys(row),
    )
