"""What was found, what was denied, and what was measured, as Observations."""

from __future__ import annotations

from typing import Any

from kedut.case.case import Case
from kedut.fhir import systems
from kedut.fhir.codings import (
    AGE,
    VITAL_SIGNS,
    coding,
    finding_coding,
    loinc_of,
    quantity,
    value_coding,
    value_name,
)
from kedut.fhir.identity import Identity
from kedut.fhir.privacy import labelled, labels
from kedut.fhir.respond import tidy
from kedut.knowledge.entities import Kind
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Found = dict[str, Any]
_CATEGORY = {Kind.CLINICIAN_SIGN: "exam", Kind.SELF_SIGN: "exam", Kind.TEST: "laboratory"}


class Observer:
    """Makes the Observations of one case."""

    def __init__(
        self, case: Case, knowledge: Knowledge, words: Words, identity: Identity, when: str | None
    ) -> None:
        self.case = case
        self.knowledge = knowledge
        self.words = words
        self.identity = identity
        self.when = when

    def all(self, implied: tuple[str, ...] = ()) -> list[Found]:
        """Give one for the age, each measurement and each finding told, and some implied ones."""
        found = [self._age()] if self.case.age is not None else []
        found += [self.value(name) for name in sorted(self.case.values)]
        here, away = set(self.case.present), set(self.case.absent)
        for name in self.knowledge.findings:
            if name in here or name in implied:
                found.append(self.finding(name, there=True))
            elif name in away:
                found.append(self.finding(name, there=False))
        return found

    def finding(self, name: str, *, there: bool) -> Found:
        """Give one finding as present or absent."""
        finding = self.knowledge.findings[name]
        sign = "POS" if there else "NEG"
        interpretation = coding(systems.terminology("v3-ObservationInterpretation"), sign)
        found = {
            **self._head(name, _CATEGORY.get(finding.kind, "survey")),
            "code": {
                "coding": finding_coding(finding, self.words),
                "text": self.words.clinical(name),
            },
            **self._rest(),
            "valueBoolean": there,
            "interpretation": [{"coding": [interpretation]}],
        }
        return labelled(found, labels([name], self.knowledge))

    def value(self, name: str) -> Found:
        """Give one measurement."""
        category = "survey"
        if name in VITAL_SIGNS:
            category = "vital-signs"
        elif name in loinc_of(self.knowledge):
            category = "laboratory"
        found = {
            **self._head(f"value/{name}", category),
            "code": {
                "coding": value_coding(self.knowledge, name, self.words),
                "text": value_name(name, self.words),
            },
            **self._rest(),
            "valueQuantity": quantity(self.knowledge, name, tidy(self.case.values[name])),
        }
        return labelled(found, labels([name], self.knowledge))

    def _age(self) -> Found:
        years = {
            "value": tidy(self.case.age or 0),
            "unit": "a",
            "system": systems.UCUM,
            "code": "a",
        }
        return {
            **self._head("age", "survey"),
            "code": {
                "coding": [coding(systems.LOINC, AGE)],
                "text": self.words.say("fhir.age_name"),
            },
            **self._rest(),
            "valueQuantity": years,
        }

    def _head(self, name: str, category: str) -> Found:
        code = coding(systems.terminology("observation-category"), category)
        return {
            "resourceType": "Observation",
            "id": self.identity.of("Observation", name),
            "status": "final",
            "category": [{"coding": [code]}],
        }

    def _rest(self) -> Found:
        rest: Found = {"subject": self.identity.reference("Patient")}
        if self.when is not None:
            rest["effectiveDateTime"] = self.when
        rest["derivedFrom"] = [self.identity.reference("QuestionnaireResponse")]
        return rest
