"""Every resource we make is valid R4: by the models of fhir.resources, and by npm's `fhir`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.operationdefinition import OperationDefinition
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from fhir.resources.R4B.valueset import ValueSet
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.assess.pipeline import assess
from kedut.fhir.bundle import bundle
from kedut.fhir.capability import assess_operation, capability_statement
from kedut.fhir.definitions import CODE_SYSTEMS, code_system, value_set
from kedut.fhir.errors import Issue, outcome
from kedut.fhir.questionnaire import questionnaire, with_server
from kedut.fhir.satusehat import satusehat_bundle
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from tests.fhir.adaptive import played
from tests.fhir.people import cases, examples, published, read
from tests.parts.installed import faults_found

WHEN = datetime(2026, 11, 23, 17, 35, tzinfo=UTC)
SERVER = "http://127.0.0.1:8000/fhir"
CHILD = {"id": "child", "age": 9, "sex": "female", "findings_present": ["twitch_calf_one_side"]}


def bundles(case, language="id"):
    """Give what is made of one case: brief and whole, with and without a time."""
    found = assess(case, ours(), language=language)
    brief = assess(case, ours(), language=language, detail="brief")
    return [
        bundle(case, found, ours(), language, when=WHEN.isoformat(), private=True),
        bundle(case, brief, ours(), language),
        satusehat_bundle(case, found, ours(), when=WHEN),
    ]


@settings(max_examples=25)
@given(cases(), st.sampled_from(LANGUAGES))
def test_the_bundle_of_any_case_fits_the_models(case, language):
    for made in bundles(case, language):
        Bundle.model_validate(made)


def definitions():
    for language in LANGUAGES:
        yield Questionnaire, questionnaire(ours(), language)
        yield Questionnaire, with_server(ours(), language, SERVER)
        for name in CODE_SYSTEMS:
            yield CodeSystem, code_system(ours(), name, language)
    for name in CODE_SYSTEMS:
        yield ValueSet, value_set(ours(), name)
    yield CapabilityStatement, capability_statement(ours(), SERVER)
    yield OperationDefinition, assess_operation(ours())
    yield OperationOutcome, outcome([Issue("value", "wrong", "a.b"), Issue("value", "wrong")])
    for response in played(read({"findings_present": ["convulsion"]}), "en"):
        yield QuestionnaireResponse, response


def test_the_definitions_and_an_interview_fit_the_models():
    for model, made in definitions():
        model.model_validate(made)


def test_the_definitions_and_an_interview_pass_the_validator_of_npm():
    assert faults_found(made for _, made in definitions()) == []


def test_bundles_of_examples_published_cases_and_a_child_pass_the_validator_of_npm():
    some = [*examples(), *published()[:6], read(CHILD), read({"findings_present": []})]
    made = [made for case in some for made in bundles(case)]
    for one in made:
        Bundle.model_validate(one)
    assert faults_found(made) == []


@pytest.mark.slow
def test_bundles_of_many_invented_cases_pass_the_validator_of_npm():
    made = []

    @settings(max_examples=40)
    @given(cases(), st.sampled_from(LANGUAGES))
    def collect(case, language):
        made.extend(bundles(case, language))

    collect()
    assert faults_found(made) == []


def test_the_validator_of_npm_finds_what_is_wrong():
    wrong = {"resourceType": "Patient", "gender": "male", "nickname": "x"}
    assert faults_found([{"resourceType": "Flag"}, wrong]) != []
