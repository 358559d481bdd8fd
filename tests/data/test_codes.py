"""Codes: those of ICD-10 and HPO exist in the ontologies, those of LOINC have their check digit."""

from __future__ import annotations

import pytest


def test_every_cause_has_a_code_of_the_who_edition_of_icd_10(knowledge, icd10):
    wrong = [
        f"{cause.id}: {cause.icd10!r}"
        for cause in knowledge.causes.values()
        if not icd10.is_valid_item(cause.icd10)
    ]
    assert not wrong


@pytest.mark.slow
def test_every_hpo_code_is_a_term_in_use(knowledge, hpo):
    wrong = []
    for finding in knowledge.findings.values():
        if not finding.hpo:
            continue
        try:
            term = hpo.get_hpo_object(finding.hpo)
        except (RuntimeError, ValueError):
            wrong.append(f"{finding.id}: {finding.hpo}")
            continue
        if term.is_obsolete:
            wrong.append(f"{finding.id}: {finding.hpo} is obsolete")
    assert not wrong


def loinc_digit(number: str) -> int:
    """Give the check digit of a LOINC number, by the mod 10 algorithm of its guide."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return -total % 10


@pytest.mark.parametrize("code", ["2823-3", "12345-5"])
def test_the_check_digit_is_reckoned_as_in_the_guide(code):
    # 12345-5 is the example of the LOINC users' guide; 2823-3 is potassium in serum
    number, _, digit = code.partition("-")
    assert loinc_digit(number) == int(digit)


def test_every_loinc_code_has_the_right_check_digit(knowledge):
    codes = {f.id: f.loinc for f in knowledge.findings.values() if f.loinc}
    assert codes
    wrong = []
    for finding, code in codes.items():
        number, dash, digit = code.partition("-")
        if not (dash and number.isdecimal() and digit == str(loinc_digit(number))):
            wrong.append(f"{finding}: {code}")
    assert not wrong
