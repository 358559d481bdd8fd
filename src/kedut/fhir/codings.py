"""Codes: ours, and those of HPO, LOINC, ICD and UCUM where the knowledge base has them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kedut.fhir import systems
from kedut.knowledge.entities import Finding, Threshold
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Coding = dict[str, Any]

# Our unit → UCUM. A value without a unit is a count or a ratio.
_UCUM = {
    "": "1",
    "1/min": "/min",
    "U/l": "U/L",
    "cm": "cm",
    "day": "d",
    "g/day": "g/d",
    "h": "h",
    "mU/l": "m[IU]/L",
    "mg/day": "mg/d",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "mmHg": "mm[Hg]",
    "mmol/l": "mmol/L",
    "nmol/l": "nmol/L",
    "pmol/l": "pmol/L",
    "ug/l": "ug/L",
    "°C": "Cel",
}
# Of the vital signs profile of FHIR R4 itself; their findings carry no LOINC in our tables.
VITAL_SIGNS = {"body_temperature_c": "8310-5", "systolic_mmhg": "8480-6"}
AGE = "30525-0"  # of the LOINC table: Age
_PRIVATE = ("F", "B20", "B21", "B22", "B23", "B24")  # constant: ICD-10 of the mind, and of HIV


def finding_coding(finding: Finding, words: Words) -> list[Coding]:
    """Give a finding's codes: ours, and HPO's where there is one."""
    codings = [coding(systems.FINDINGS, finding.id, words.clinical(finding.id))]
    if finding.hpo:
        codings.append({"system": systems.HPO, "code": finding.hpo})
    return codings


def coding(system: str, code: str, display: str = "") -> Coding:
    """Give one code."""
    found: Coding = {"system": system, "code": code}
    if display:
        found["display"] = display
    return found


def concept(system: str, code: str, text: str) -> dict[str, Any]:
    """Give one code with its words."""
    return {"coding": [coding(system, code, text)], "text": text}


def is_private(knowledge: Knowledge, cause: str) -> bool:
    """Say whether a cause's ICD code is one that never leaves unasked."""
    return knowledge.causes[cause].icd10.startswith(_PRIVATE)


def cause_concept(
    knowledge: Knowledge, cause: str, words: Words, *, private: bool = False
) -> dict[str, Any]:
    """Give a cause's codes: ours, ICD-10 and ICD-11; a private ICD code only when asked for."""
    name = words.of("causes", cause, "name")
    codings = [coding(systems.CAUSES, cause, name)]
    found = knowledge.causes[cause]
    if private or not is_private(knowledge, cause):
        if found.icd10:
            codings.append(coding(systems.ICD10, found.icd10))
        if found.icd11:
            codings.append(coding(systems.ICD11, found.icd11))
    return {"coding": codings, "text": name}


@lru_cache(maxsize=8)
def values_of(knowledge: Knowledge) -> dict[str, Threshold]:
    """Give each measurement with one of its rows, for unit and physical range."""
    found: dict[str, Threshold] = {}
    for threshold in knowledge.thresholds:
        found.setdefault(threshold.value, threshold)
    return found


@lru_cache(maxsize=8)
def loinc_of(knowledge: Knowledge) -> dict[str, str]:
    """Give each measurement's LOINC code, where the findings it decides agree on one."""
    codes: dict[str, set[str]] = {}
    for threshold in knowledge.thresholds:
        code = knowledge.findings[knowledge.resolve(threshold.finding)].loinc
        if code:
            codes.setdefault(threshold.value, set()).add(code)
    return {value: next(iter(c)) for value, c in codes.items() if len(c) == 1} | VITAL_SIGNS


def value_coding(knowledge: Knowledge, value: str, words: Words) -> list[Coding]:
    """Give a measurement's codes: LOINC's where known, and ours."""
    codings = [coding(systems.VALUES, value, value_name(value, words))]
    if value in loinc_of(knowledge):
        codings.insert(0, coding(systems.LOINC, loinc_of(knowledge)[value]))
    return codings


def value_name(value: str, words: Words) -> str:
    """Give a measurement's name."""
    return words.say(f"fhir.value.{value}")


def unit_of(knowledge: Knowledge, value: str) -> tuple[str, str]:
    """Give a measurement's unit as written, and in UCUM."""
    unit = values_of(knowledge)[value].unit
    return unit or "1", _UCUM[unit]


def quantity(knowledge: Knowledge, value: str, number: float) -> dict[str, Any]:
    """Give a number with its unit."""
    unit, code = unit_of(knowledge, value)
    return {"value": number, "unit": unit, "system": systems.UCUM, "code": code}
