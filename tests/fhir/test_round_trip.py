"""What goes out as a QuestionnaireResponse comes back as the same case."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kedut.case.case import Case
from kedut.fhir.parse import check, parse
from kedut.fhir.respond import response_of
from kedut.fhir.response import case_of
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from tests.fhir.people import cases, examples, published


def there_and_back(case: Case, language: str = "id") -> Case:
    sent = json.dumps(response_of(case, ours(), language)).encode()
    return case_of(check(parse(sent), "QuestionnaireResponse"), ours())


def in_order(case: Case) -> Case:
    """Give a case with its findings sorted; their order means nothing."""
    return replace(case, present=tuple(sorted(case.present)), absent=tuple(sorted(case.absent)))


@given(cases(), st.sampled_from(LANGUAGES))
def test_a_case_comes_back_whole_in_either_language(case, language):
    assert in_order(there_and_back(case, language)) == in_order(case)


@given(cases(), st.lists(st.sampled_from(["left_ear", "aura", "x y"]), unique=True))
def test_what_was_not_understood_comes_back_as_not_understood(case, ignored):
    told = replace(case, ignored=tuple(ignored))
    assert there_and_back(told).ignored == tuple(ignored)


def test_the_examples_and_the_published_cases_come_back_whole():
    for case in [*examples(), *published()]:
        assert in_order(there_and_back(case)) == in_order(case)


def test_nothing_told_is_nothing_answered():
    response = response_of(Case(), ours(), "en")
    assert "item" not in response
    assert there_and_back(Case()) == Case()
