"""A transaction Bundle in the shape SATUSEHAT takes: Conditions and Observations of one visit.

Its pages ask for times in UTC written with `+00:00`, one ICD-10 code a Condition, and references
to Patient, Encounter and Practitioner by the numbers of the Indonesian health service (IHS).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kedut.assess.assessment import Assessment
from kedut.case.case import Case
from kedut.fhir import systems
from kedut.fhir.bundle import identity_of
from kedut.fhir.codings import coding, is_private, loinc_of
from kedut.fhir.identity import Identity
from kedut.fhir.observations import Observer
from kedut.fhir.privacy import labelled, labels, private_in
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Found = dict[str, Any]
_FROM = 0.1  # constant: a cause less likely than this is no differential diagnosis to file
_MOST = 4
_SYMPTOM = "R25.3"  # constant: fasciculation, in the WHO edition of ICD-10
CONDITION_ID = "http://sys-ids.kemkes.go.id/condition"
OBSERVATION_ID = "http://sys-ids.kemkes.go.id/observation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who and where, by the exchange's own numbers; what is not told is left to be filled in."""

    patient: str = "PATIENT-IHS-NUMBER"
    encounter: str = "ENCOUNTER-ID"
    organization: str = "ORGANIZATION-IHS-NUMBER"
    practitioner: str = "PRACTITIONER-IHS-NUMBER"


def satusehat_bundle(
    case: Case,
    assessment: Assessment,
    knowledge: Knowledge,
    *,
    when: datetime,
    visit: Visit | None = None,
    private: bool = False,
) -> Found:
    """Give what a clinic may file after it has looked at it; Indonesian words.

    Every Condition is `differential`: nobody has examined the person yet. Where private answers
    were used it is labelled restricted.
    """
    words = knowledge.words("id")
    identity = identity_of(case, assessment)
    filer = _Filer(words, identity, visit or Visit(), utc(when))
    told = private_in(case, knowledge, assessment.present)
    marks = labels(told, knowledge)
    resources = [
        labelled(filer.condition(code, name, text), marks)
        for code, name, text in _differential(assessment, knowledge, words, private)
    ]
    observer = Observer(case, knowledge, words, identity, filer.when)
    resources += [
        filer.observation(observer.value(name), name)
        for name in sorted(case.values)
        if name in loinc_of(knowledge) and (private or name not in told)
    ]
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_entry(resource) for resource in resources],
    }


def utc(when: datetime) -> str:
    """Give a time the way the exchange writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _differential(
    assessment: Assessment, knowledge: Knowledge, words: Words, private: bool
) -> list[tuple[str, str, str]]:
    """Give ICD-10 code, name and note of what to file, each code once, likeliest first."""
    rows: dict[str, tuple[str, str, str]] = {}
    for cause in assessment.causes:
        code = knowledge.causes[cause.id].icd10
        if cause.probability < _FROM or not code or len(rows) >= _MOST:
            continue
        if is_private(knowledge, cause.id) and not private:
            continue
        name = words.of("causes", cause.id, "name")
        rows.setdefault(code, (code, cause.id, name))
    if not rows:
        rows[_SYMPTOM] = (_SYMPTOM, "symptom", words.say("fhir.symptom"))
    return list(rows.values())


def _entry(resource: Found) -> Found:
    own = resource.pop("id")
    return {
        "fullUrl": f"urn:uuid:{own}",
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


class _Filer:
    def __init__(self, words: Words, identity: Identity, visit: Visit, when: str) -> None:
        self.words = words
        self.identity = identity
        self.visit = visit
        self.when = when

    def _whose(self) -> Found:
        return {
            "subject": {"reference": f"Patient/{self.visit.patient}"},
            "encounter": {"reference": f"Encounter/{self.visit.encounter}"},
        }

    def condition(self, code: str, name: str, text: str) -> Found:
        """Give one possible cause as a differential diagnosis."""
        own = self.identity.of("Condition", name)
        return {
            "resourceType": "Condition",
            "id": own,
            "identifier": [self._identifier(CONDITION_ID, own)],
            "clinicalStatus": _status("condition-clinical", "active", "Active"),
            "verificationStatus": _status("condition-ver-status", "differential", "Differential"),
            "category": [
                _status("condition-category", "encounter-diagnosis", "Encounter Diagnosis")
            ],
            "code": {"coding": [coding(systems.ICD10, code)], "text": text},
            **self._whose(),
            "recordedDate": self.when,
            "note": [{"text": self.words.say("intended_use")}],
        }

    def observation(self, observation: Found, name: str) -> Found:
        """Give one measurement with its LOINC code alone, in the visit."""
        own = self.identity.of("Observation", f"visit/{name}")
        kept = {k: v for k, v in observation.items() if k not in ("derivedFrom", "subject")}
        first = kept["code"]["coding"][:1]
        return {
            **kept,
            "id": own,
            "identifier": [self._identifier(OBSERVATION_ID, own)],
            "code": {**kept["code"], "coding": first},
            **self._whose(),
            "issued": self.when,
            "performer": [{"reference": f"Practitioner/{self.visit.practitioner}"}],
        }

    def _identifier(self, system: str, value: str) -> Found:
        return {"system": f"{system}/{self.visit.organization}", "value": value}


def _status(system: str, code: str, display: str) -> Found:
    return {"coding": [coding(systems.terminology(system), code, display)]}
