"""Addresses: of our own definitions, and of the code systems of others."""

from __future__ import annotations

# `.example` never leads anywhere (RFC 2606): these are names until the product has a home.
BASE = "https://kedut.example/fhir"
QUESTIONNAIRE = f"{BASE}/Questionnaire/kedut"
FINDINGS = f"{BASE}/CodeSystem/kedut-findings"
CAUSES = f"{BASE}/CodeSystem/kedut-causes"
URGENCY = f"{BASE}/CodeSystem/kedut-urgency"
HELPERS = f"{BASE}/CodeSystem/kedut-helpers"
RULES = f"{BASE}/CodeSystem/kedut-rules"
VALUES = f"{BASE}/CodeSystem/kedut-values"
CASE_ID = f"{BASE}/NamingSystem/case-id"

IGNORED = f"{BASE}/StructureDefinition/ignored"
AT_LEAST = f"{BASE}/StructureDefinition/urgency-at-least"
URGENCY_NOW = f"{BASE}/StructureDefinition/urgency"
INTERVAL = f"{BASE}/StructureDefinition/credible-interval-90"
PREVALENT = f"{BASE}/StructureDefinition/prevalent-probability"
GRADE = f"{BASE}/StructureDefinition/evidence-grade"
EVIDENCE = f"{BASE}/StructureDefinition/evidence"
TIME_NOT_TOLD = f"{BASE}/StructureDefinition/time-not-told"

HPO = "http://human-phenotype-ontology.org"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD11 = "http://id.who.int/icd/release/11/mms"
YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0532"
SEX = "http://hl7.org/fhir/administrative-gender"
CONTROL = "http://hl7.org/fhir/questionnaire-item-control"

_HL7 = "http://hl7.org/fhir/StructureDefinition"
TRANSLATION = f"{_HL7}/translation"
ITEM_CONTROL = f"{_HL7}/questionnaire-itemControl"
ORIENTATION = f"{_HL7}/questionnaire-choiceOrientation"
HIDDEN = f"{_HL7}/questionnaire-hidden"
UNIT = f"{_HL7}/questionnaire-unit"
LOWEST = f"{_HL7}/minValue"
HIGHEST = f"{_HL7}/maxValue"
SDC_ADAPTIVE = (
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-questionnaireAdaptive"
)
SDC_NEXT = "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-next-question"

YES, NO, UNKNOWN = "Y", "N", "UNK"


def terminology(name: str) -> str:
    """Give the address of one of HL7's own code systems."""
    return f"http://terminology.hl7.org/CodeSystem/{name}"


def released(version: str) -> str:
    """Give the date of a knowledge version: `2026.11.1` came out in 2026-11."""
    year, month, *_ = [*version.split("."), "01"]
    return f"{year}-{month:0>2}"
