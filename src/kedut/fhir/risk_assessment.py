"""How likely each cause is, as one RiskAssessment; a child has none of the predictions."""

from __future__ import annotations

from typing import Any

from kedut.assess.assessment import Assessment, CauseResult
from kedut.assess.wire import rounded
from kedut.fhir import systems
from kedut.fhir.codings import cause_concept, coding
from kedut.fhir.identity import Identity
from kedut.knowledge.chance_words import in_words
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Found = dict[str, Any]
# Up to which probability each word of HL7's risk-probability is used; a reading of ours (ADR 11).
_RISK_WORDS = ((0.001, "negligible"), (0.1, "low"), (0.5, "moderate"), (0.99, "high"))


def risk_assessment(
    assessment: Assessment,
    knowledge: Knowledge,
    words: Words,
    identity: Identity,
    *,
    basis: list[Found],
    when: str | None,
    private: bool,
) -> Found:
    """Give the predictions, what they rest on, and what was not asked.

    private : put ICD codes of the mind and of HIV out as well; the person agreed
    """
    predictions = [
        _prediction(cause, assessment, knowledge, words, private) for cause in assessment.causes
    ]
    found: Found = {
        "resourceType": "RiskAssessment",
        "id": identity.of("RiskAssessment"),
        "language": words.language,
        "status": "preliminary",
        "method": {"text": words.say("fhir.method")},
        "code": {"text": words.say("fhir.risk_code")},
        "subject": identity.reference("Patient"),
    }
    if when is not None:
        found["occurrenceDateTime"] = when
    found["performer"] = identity.reference("Device")
    found["basis"] = basis
    if predictions:
        found["prediction"] = predictions
    found["note"] = [{"text": text} for text in _notes(assessment, words)]
    return found


def _notes(assessment: Assessment, words: Words) -> list[str]:
    notes = [words.say("intended_use"), words.say("limits.not_examined")]
    if not assessment.adult:
        notes.append(words.say("limits.adults"))
    if assessment.not_asked:
        names = [words.clinical(name) for name in assessment.not_asked]
        notes.append(f"{words.say('heading.not_asked')}: {'; '.join(names)}")
    return notes


def _prediction(
    cause: CauseResult,
    assessment: Assessment,
    knowledge: Knowledge,
    words: Words,
    private: bool,
) -> Found:
    rare = cause.probability < knowledge.decisions["show.rare_below"]
    found: Found = {"extension": _extensions(cause, rare=rare)}
    found["outcome"] = cause_concept(knowledge, cause.id, words, private=private)
    found["probabilityDecimal"] = rounded(cause.probability)
    found["qualitativeRisk"] = {
        "coding": [coding(systems.terminology("risk-probability"), _risk_word(cause.probability))],
        "text": in_words(cause.probability, words),
    }
    if rationale := _rationale(cause, assessment, words):
        found["rationale"] = rationale
    return found


def _extensions(cause: CauseResult, *, rare: bool) -> list[Found]:
    """Give interval, prevalence and grade; no interval for what is rare (the rules of wording)."""
    found: list[Found] = []
    if not rare and cause.low is not None and cause.high is not None:
        interval = {"low": {"value": rounded(cause.low)}, "high": {"value": rounded(cause.high)}}
        found.append({"url": systems.INTERVAL, "valueRange": interval})
    found.append({"url": systems.PREVALENT, "valueDecimal": rounded(cause.prevalent)})
    if cause.low is not None:  # a brief assessment looks up no figures
        found.append({"url": systems.GRADE, "valueCode": str(cause.grade)})
    return found


def _risk_word(chance: float) -> str:
    return next((word for limit, word in _RISK_WORDS if chance < limit), "certain")


def _rationale(cause: CauseResult, assessment: Assessment, words: Words) -> str:
    """Give what speaks for and against; a finding that is missing is said to be missing."""
    present = set(assessment.present)

    def named(name: str) -> str:
        text = words.clinical(name)
        return text if name in present else words.say("finding.missing", name=text)

    parts = [
        f"{words.say(heading)}: {'; '.join(named(name) for name, _ in weights)}"
        for heading, weights in (
            ("heading.for", cause.speaks_for),
            ("heading.against", cause.speaks_against),
        )
        if weights
    ]
    return ". ".join(parts)
