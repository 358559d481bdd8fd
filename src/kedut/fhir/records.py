"""What a clinic's record tells of a person, as a case: only codes that mean our findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.case.wire import case_from
from kedut.fhir import systems
from kedut.fhir.answers import number_in, truth_in
from kedut.fhir.codings import loinc_of, unit_of
from kedut.knowledge.knowledge_base import Knowledge

Found = dict[str, Any]
# ICD-10 of the WHO edition → the finding that says the same; what says more or less is left out.
_ICD_FINDINGS = {"M54.5": "back_pain", "R25.2": "muscle_cramp", "R50.9": "fever"}
_RECENT_DAYS = 90  # constant: an older value says nothing about a twitch of today
_OVER = frozenset({"inactive", "remission", "resolved"})
_SIGNS = {"POS": True, "NEG": False}


def case_from_record(prefetch: Any, knowledge: Knowledge, today: date) -> Case:
    """Give what Patient, Conditions and Observations tell; what they do not tell is unknown."""
    reader = _Reader(knowledge, today)
    for resource in _resources(prefetch):
        kind = resource.get("resourceType")
        if kind == "Patient":
            reader.patient(resource)
        elif kind == "Condition":
            reader.condition(resource)
        elif kind == "Observation":
            reader.observation(resource)
    return reader.case()


def _resources(found: Any) -> Iterator[Found]:
    values = found.values() if isinstance(found, dict) else ()
    for value in values:
        if not isinstance(value, dict):
            continue
        if value.get("resourceType") != "Bundle":
            yield value
            continue
        entries = value.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
                yield entry["resource"]


@lru_cache(maxsize=8)
def finding_codes(knowledge: Knowledge) -> dict[tuple[str, str], str]:
    """Give (system, code) → finding, for codes that mean one finding only."""
    codes: dict[tuple[str, str], set[str]] = {}
    for finding in knowledge.findings.values():
        codes.setdefault((systems.FINDINGS, finding.id), set()).add(finding.id)
        if finding.hpo:
            codes.setdefault((systems.HPO, finding.hpo), set()).add(finding.id)
    for icd, name in _ICD_FINDINGS.items():
        codes[systems.ICD10, icd] = {name}
    for cause in knowledge.causes.values():
        known = {f"{cause.id}_known", f"known_{cause.id}"} & set(knowledge.findings)
        if known and cause.icd10:
            codes.setdefault((systems.ICD10, cause.icd10[:3]), set()).update(known)
    return {key: next(iter(names)) for key, names in codes.items() if len(names) == 1}


@dataclass
class _Reader:
    knowledge: Knowledge
    today: date
    age: int | None = None
    sex: str | None = None
    said: dict[str, bool] = field(default_factory=dict)
    values: dict[str, tuple[str, float]] = field(default_factory=dict)

    def patient(self, found: Found) -> None:
        """Take sex, and the age that is certain from the date of birth."""
        gender = found.get("gender")
        self.sex = gender if gender in ("male", "female") else None
        self.age = age_on(self.today, found.get("birthDate"))

    def condition(self, found: Found) -> None:
        """Take a condition: present where active, absent where refuted."""
        verified = set(_codes(found.get("verificationStatus")))
        clinical = set(_codes(found.get("clinicalStatus")))
        if "entered-in-error" in verified or clinical & _OVER:
            return
        for name in self._named(found):
            self._say(name, "refuted" not in verified)

    def observation(self, found: Found) -> None:
        """Take a recent observation: a measurement by LOINC, or a finding present or absent."""
        at = str(found.get("effectiveDateTime") or "")
        if found.get("status") in ("entered-in-error", "cancelled") or not self._recent(at):
            return
        there = _sign(found)
        if there is not None:
            for name in self._named(found):
                self._say(name, there)
        self._measure(found, at)

    def _measure(self, found: Found, at: str) -> None:
        codes = {c for s, c in _pairs(found.get("code")) if s == systems.LOINC}
        for value, loinc in loinc_of(self.knowledge).items():
            if loinc not in codes or self.values.get(value, ("", 0.0))[0] > at:
                continue
            try:
                self.values[value] = (at, number_in(found, unit_of(self.knowledge, value)))
            except ValueError:  # another unit, or no number: not known
                continue

    def _recent(self, at: str) -> bool:
        try:
            day = date.fromisoformat(at[:10])
        except ValueError:
            return False
        return self.today - timedelta(days=_RECENT_DAYS) <= day <= self.today + timedelta(days=1)

    def _named(self, found: Found) -> list[str]:
        known = finding_codes(self.knowledge)
        names = []
        for system, code in _pairs(found.get("code")):
            name = known.get((system, code))
            if name is None and system == systems.ICD10:
                name = known.get((system, code[:3]))
            if name is not None:
                names.append(name)
        return names

    def _say(self, name: str, there: bool) -> None:
        """Keep what was said; of two the one that asks for more care."""
        self.said[name] = self.said.get(name, False) or there

    def case(self) -> Case:
        """Give the case; a value out of range or against a finding is left out."""
        shape: Found = {
            "age": self.age,
            "sex": self.sex,
            "findings_present": [name for name, there in self.said.items() if there],
            "findings_absent": [name for name, there in self.said.items() if not there],
        }
        values: dict[str, float] = {}
        for name, (_, number) in sorted(self.values.items()):
            try:
                case_from({**shape, "values": {**values, name: number}}, self.knowledge, where="")
            except BadCase:
                continue
            values[name] = number
        return case_from({**shape, "values": values}, self.knowledge, where="the record")


def age_on(today: date, born: Any) -> int | None:
    """Give the age in whole years that is certain; of an incomplete date the last day counts."""
    if not isinstance(born, str):
        return None
    parts = born.split("-")
    try:
        year, month, day = (int(part) for part in [*parts, *("12", "31")[len(parts) - 1 :]])
    except ValueError:
        return None
    years = today.year - year - ((today.month, today.day) < (month, day))
    return years if 0 <= years <= 120 else None


def _sign(found: Found) -> bool | None:
    if isinstance(found.get("valueBoolean"), bool):
        return bool(found["valueBoolean"])
    interpretations = found.get("interpretation")
    for one in interpretations if isinstance(interpretations, list) else ():
        for code in _codes(one):
            if code in _SIGNS:
                return _SIGNS[code]
    try:
        return truth_in({"valueCoding": _first(found.get("valueCodeableConcept"))})
    except ValueError:
        return None


def _first(concept: Any) -> Any:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return codings[0] if isinstance(codings, list) and codings else None


def _codes(concept: Any) -> list[str]:
    return [code for _, code in _pairs(concept)]


def _pairs(concept: Any) -> list[tuple[str, str]]:
    """Give system and code of a CodeableConcept's codings."""
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return [
        (str(c.get("system", "")), c["code"])
        for c in (codings if isinstance(codings, list) else ())
        if isinstance(c, dict) and isinstance(c.get("code"), str)
    ]
