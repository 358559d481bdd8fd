"""What a recording's features mean, by the knowledge; and findings measured join a case."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_measured import Limit, PublishedRate

if TYPE_CHECKING:  # scipy and what reads recordings stay out of every start of the program
    from kedut.measurement.features import Features
    from kedut.measurement.measure import Measurement

_FIXED_SITE_SHARE = 0.8  # constant: of the twitches from one source, to speak of a fixed site
_MUSCLES = {"gastrocnemius": ("gastroc", "calf", "soleus", "triceps surae", "betis")}
_EXAMPLE = '{"findings": [{"id": "measured_rhythm_4_to_7_hz", "present": false}]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What a recording says of one finding: present, absent, or that it cannot tell (None).

    feature, value, low, high : what was measured, with its 95 % range where it has one
    limit : the row of the knowledge that it was held against
    """

    id: str
    present: bool | None
    feature: str
    value: float
    low: float
    high: float
    limit: Limit

    @property
    def because(self) -> str:
        """Give the figure, its range and the limit as one line, for programs."""
        told = f"{self.feature} {self.value:.3g}"
        told += f" ({self.low:.3g} to {self.high:.3g})" if self.low != self.high else ""
        above = f" to {self.limit.high:g}" if self.limit.high != float("inf") else ""
        return f"{told}, limit {self.limit.low:g}{above}"


def concluded(measurement: Measurement, knowledge: Knowledge) -> tuple[Concluded, ...]:
    """Give what the features of a recording make of the findings that one can measure.

    A finding is present where the whole 95 % range of its feature lies within the limits, absent
    where all of it lies outside and this modality may show an absence; else nothing is concluded.
    """
    found = []
    for limit in knowledge.measured:
        row = _conclude(measurement, limit)
        if row is not None:
            found.append(row)
    return tuple(found)


def _conclude(measurement: Measurement, limit: Limit) -> Concluded | None:
    features, about = measurement.features, measurement.about
    if str(about.modality) not in limit.modalities or not measurement.detected.quality.usable:
        return None
    if limit.muscle and not muscle_is(about.muscle, limit.muscle):
        return None
    figures = _feature(features, limit.feature)
    if figures is None or features.usable_s < limit.least_s:
        return None
    value, low, high = figures
    inside = low >= limit.low and high <= limit.high
    outside = high < limit.low or low > limit.high
    absent = outside and str(about.modality) in limit.absent_in
    return Concluded(
        id=limit.finding,
        present=True if inside else False if absent else None,
        feature=limit.feature,
        value=value,
        low=low,
        high=high,
        limit=limit,
    )


def shape_of(found: Concluded) -> dict[str, object]:
    """Give a conclusion as the object that `--with` reads back."""
    return {
        "id": found.id,
        "present": found.present,
        "because": found.because,
        "grade": str(found.limit.grade),
        "sources": list(found.limit.sources),
    }


def _feature(features: Features, name: str) -> tuple[float, float, float] | None:
    """Give a feature and the range it lies in, or nothing where it was not measured."""
    rate = features.rate
    match name:
        case "rate_per_min":
            return None if rate is None else (rate.value, rate.low, rate.high)
        case "bursts":
            n = float(features.grouped.bursts)
            return n, n, n
        case "twitches":
            n = float(features.twitches)
            return n, n, n
        case "rhythm_hz":
            hz = features.rhythm_hz
            return None if hz is None else (hz, hz, hz)
        case "fixed_site_rate_per_min":
            share = features.fixed_site_share
            if rate is None or share is None or share < _FIXED_SITE_SHARE:
                return None
            return rate.value * share, rate.low * share, rate.high * share
    return None


def muscle_is(told: str, muscle: str) -> bool:
    """Say whether the muscle a file names is this one; side and spelling do not matter."""
    name = told.casefold()
    return any(word in name for word in _MUSCLES.get(muscle, (muscle,)))


def published(measurement: Measurement, knowledge: Knowledge) -> tuple[PublishedRate, ...]:
    """Give what was published about the muscle a file names; of the calf where it names none."""
    told = measurement.about.muscle or "gastrocnemius"
    return tuple(
        rate
        for rate in knowledge.rates
        if any(muscle_is(told, part.strip()) for part in rate.muscle.split(" and "))
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measurement found present and absent."""

    present: tuple[str, ...]
    absent: tuple[str, ...]


def read_measured(path: Path, knowledge: Knowledge) -> Measured:
    """Read the findings of a measurement; one JSON object, or one a line.

    Raises
    ------
    BadCase
        Says where, what, and what would do.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadCase(
            where=str(path), what=f"cannot be read ({error})", remedy="check the name"
        ) from None
    present: list[str] = []
    absent: list[str] = []
    try:
        objects = [json.loads("\n".join(lines))]
    except (ValueError, RecursionError):
        try:
            objects = [json.loads(line) for line in lines]
        except (ValueError, RecursionError) as error:
            raise _wrong(path, f"is not JSON ({str(error)[:80]})") from None
    for found in objects:
        rows = found.get("findings") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            raise _wrong(path, "has no list 'findings'")
        for row in rows:
            if not isinstance(row, dict) or not isinstance(row.get("id"), str):
                raise _wrong(path, "has a finding without 'id'")
            if not isinstance(row.get("present"), bool | None):
                raise _wrong(path, f"says neither true, false nor null for {row['id']!r}")
            try:
                name = knowledge.resolve(row["id"])
            except UnknownIdentifier as error:
                raise _wrong(path, str(error)) from None
            if row.get("present") is not None:
                (present if row["present"] else absent).append(name)
    both = set(present) & set(absent)
    # Seen in one recording and not in another: it was seen.
    return Measured(tuple(dict.fromkeys(present)), tuple(n for n in absent if n not in both))


def _wrong(path: Path, what: str) -> BadCase:
    return BadCase(where=str(path), what=what, remedy=f"it should look like {_EXAMPLE}")


def add_measured(case: Case, measured: Measured, *, where: str) -> Case:
    """Give the case with what was measured.

    Raises
    ------
    BadCase
        The measurement contradicts what the case states.
    """
    clash = set(case.present) & set(measured.absent) | set(case.absent) & set(measured.present)
    if clash:
        raise BadCase(
            where=where,
            what=f"the measurement contradicts {', '.join(map(repr, sorted(clash)))}",
            remedy="take the finding out of the case, or leave --with out",
        )
    return replace(
        case,
        present=tuple(dict.fromkeys([*case.present, *measured.present])),
        absent=tuple(dict.fromkeys([*case.absent, *measured.absent])),
    )
