"""The differential: each cause with its chance, range, grade and what moved it."""

from __future__ import annotations

from collections.abc import Iterable

from kedut.assess.assessment import Assessment, CauseResult
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.doctor_figures import interval, percent, ratio
from kedut.report.doctor_notes import Notes
from kedut.report.doctor_types import CauseRow, Weight
from kedut.report.sentences import ALS

SHOWN, GRAVE_SHOWN = 6, 8
_SHOWN_FROM = 0.01
_WEIGHTS = 3
_SOURCES = 1


def differential(
    assessment: Assessment, knowledge: Knowledge, words: Words, notes: Notes
) -> tuple[CauseRow, ...]:
    """Give the causes worth naming, likeliest first."""
    shown = [c for c in assessment.causes if c.probability >= _SHOWN_FROM][:SHOWN]
    return tuple(_row(cause, assessment, knowledge, words, notes) for cause in shown)


def grave(
    assessment: Assessment, knowledge: Knowledge, words: Words
) -> tuple[tuple[str, str], ...]:
    """Give the grave causes that are not in the table, likeliest first; ALS always."""
    shown = {c.id for c in assessment.causes[:SHOWN] if c.probability >= _SHOWN_FROM}
    rest = [c for c in assessment.causes if knowledge.causes[c.id].grave and c.id not in shown]
    rest.sort(key=lambda c: (-c.probability, c.id))
    feared = [c for c in rest[GRAVE_SHOWN:] if c.id == ALS]
    return tuple(
        (words.of("causes", c.id, "name"), percent(c.probability, words.language))
        for c in rest[:GRAVE_SHOWN] + feared
    )


def _row(
    cause: CauseResult, assessment: Assessment, knowledge: Knowledge, words: Words, notes: Notes
) -> CauseRow:
    known = cause.low is not None and cause.high is not None
    low, high = cause.low or 0.0, cause.high or 0.0
    return CauseRow(
        name=words.of("causes", cause.id, "name"),
        code=knowledge.causes[cause.id].icd10,
        chance=percent(cause.probability, words.language),
        interval=interval(low, high) if known else "",
        bar=(100 * low, 100 * cause.probability, 100 * high) if known else None,
        grade=str(cause.grade),
        notes=notes.cite(cause.sources, _SOURCES),
        speaks_for=_weights(cause.speaks_for, assessment, words),
        speaks_against=_weights(cause.speaks_against, assessment, words),
    )


def _weights(
    weights: Iterable[tuple[str, float]], assessment: Assessment, words: Words
) -> tuple[Weight, ...]:
    told = []
    for finding, bits in weights:
        shown = ratio(bits, words.language)
        if shown is None:
            continue
        name = words.clinical(finding)
        if finding not in assessment.present:
            name = words.say("finding.missing", name=name)
        told.append(Weight(name=name, ratio=shown))
    return tuple(told[:_WEIGHTS])
