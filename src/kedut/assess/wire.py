"""The fixed JSON shape of an assessment; the only place where its keys stand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kedut.advice.urgency import Urgency
from kedut.assess.assessment import Assessment, CauseResult
from kedut.case.errors import BadCase
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

_DIGITS = 6


def rounded(number: float) -> float:
    """Give a number with six significant digits."""
    return float(f"{number:.{_DIGITS}g}")


def to_json(assessment: Assessment, knowledge: Knowledge, language: str) -> str:
    """Give an assessment as one line of JSON."""
    shape = (
        brief(assessment)
        if assessment.detail == "brief"
        else full(assessment, knowledge.words(language))
    )
    return json.dumps(shape, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


def brief(assessment: Assessment) -> dict[str, Any]:
    """Give the shape of `--detail brief`."""
    return {
        "id": assessment.id,
        "knowledge_version": assessment.knowledge_version,
        "software_version": assessment.software_version,
        "urgency": urgency_shape(assessment.urgency),
        "causes": [{"id": c.id, "probability": rounded(c.probability)} for c in assessment.causes],
        "ignored": list(assessment.ignored),
    }


def full(assessment: Assessment, words: Words) -> dict[str, Any]:
    """Give the whole shape, in one language."""
    come_back = assessment.come_back
    return {
        "id": assessment.id,
        "knowledge_version": assessment.knowledge_version,
        "software_version": assessment.software_version,
        "urgency": urgency_shape(assessment.urgency),
        "causes": [_cause(c, words) for c in assessment.causes],
        "joint": [
            {"causes": list(causes), "probability": rounded(p)} for causes, p in assessment.joint
        ],
        "course": [
            {
                "cause": course.cause,
                "resolved": [
                    {
                        "day": day,
                        "p": rounded(share.value),
                        "low": rounded(share.low),
                        "high": rounded(share.high),
                    }
                    for day, share in course.resolved
                ],
                "grade": str(course.grade),
                "sources": list(course.sources),
            }
            for course in assessment.course
        ],
        "advice": [
            {
                "id": a.id,
                "who": a.who,
                "text": a.text,
                "evidence": a.evidence,
                "sources": list(a.sources),
                "avoid": a.avoid,
                "limits": a.limits,
                "cause": a.cause,
            }
            for a in assessment.advice
        ],
        "come_back": {
            "after_days": come_back.after_days if come_back else assessment.urgency.within_days,
            "if": [words.of("findings", s, "name") for s in come_back.signs] if come_back else [],
        },
        "next": [
            {
                "finding": q.id,
                "question": words.of("findings", q.id, "question"),
                "value": rounded(q.value),
            }
            for q in assessment.next
        ],
        "tests": [
            {
                "test": q.id,
                "name": words.of("tests", q.id, "name"),
                "where": q.where,
                "value": rounded(q.value),
            }
            for q in assessment.tests
        ],
        "turning": [
            {
                "cause": t.cause,
                "finding": t.finding,
                "leads_if_low": rounded(t.leads_if_low),
                "leads_if_high": rounded(t.leads_if_high),
            }
            for t in assessment.turning
        ],
        "not_asked": list(assessment.not_asked),
        "set_aside": list(assessment.set_aside),
        "claims": list(assessment.claims),
        "ignored": list(assessment.ignored),
    }


def urgency_shape(urgency: Urgency) -> dict[str, Any]:
    """Give the shape of an urgency."""
    return {
        "level": str(urgency.level),
        "within_days": urgency.within_days,
        "screen_complete": urgency.screen_complete,
        "screen_open": list(urgency.screen_open),
        "because": [
            {
                "kind": b.kind,
                "id": b.id,
                "findings": list(b.findings),
                "sources": list(b.sources),
            }
            for b in urgency.because
        ],
    }


def _cause(cause: CauseResult, words: Words) -> dict[str, Any]:
    return {
        "id": cause.id,
        "name": words.of("causes", cause.id, "name"),
        "probability": rounded(cause.probability),
        "low": rounded(cause.low or 0.0),
        "high": rounded(cause.high or 0.0),
        "prevalent": rounded(cause.prevalent),
        "grade": str(cause.grade),
        "for": _bits(cause.speaks_for),
        "against": _bits(cause.speaks_against),
        "grades": dict(cause.grades),
        "sources": list(cause.sources),
        "amplified_by": list(cause.amplified_by),
    }


def _bits(weights: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
    return [{"finding": name, "bits": rounded(bits)} for name, bits in weights]


def error_line(error: BadCase, *, identifier: str | None, line: int | None) -> str:
    """Give the object that stands in the place of a case that cannot be assessed."""
    shape: dict[str, Any] = {"id": identifier} if identifier else {"line": line}
    shape["error"] = {"where": error.where, "what": error.what, "try": error.remedy}
    return json.dumps(shape, ensure_ascii=False)
