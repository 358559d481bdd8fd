"""A whole assessment as one Bundle, from the case and what was found in it."""

from __future__ import annotations

from typing import Any

from kedut.assess.assessment import Assessment
from kedut.case.case import Case
from kedut.fhir import systems
from kedut.fhir.codings import coding
from kedut.fhir.errors import Issue, outcome
from kedut.fhir.identity import Identity
from kedut.fhir.observations import Observer
from kedut.fhir.plan import Planner
from kedut.fhir.provenance import device, provenance
from kedut.fhir.respond import response_of
from kedut.fhir.risk_assessment import risk_assessment
from kedut.knowledge.knowledge_base import Knowledge

Found = dict[str, Any]


def identity_of(case: Case, assessment: Assessment) -> Identity:
    """Give what names the resources about one case."""
    return Identity(case, assessment.software_version, assessment.knowledge_version)


def bundle(
    case: Case,
    assessment: Assessment,
    knowledge: Knowledge,
    language: str,
    *,
    when: str | None = None,
    private: bool = False,
) -> Found:
    """Give a collection of everything said about one case.

    when : date and time with offset; None where it is not known, then dates are left out
    private : ICD codes of the mind and of HIV go out too; the person agreed
    """
    resources = resources_of(case, assessment, knowledge, language, when=when, private=private)
    identity = identity_of(case, assessment)
    found: Found = {
        "resourceType": "Bundle",
        "id": identity.of("Bundle"),
        "language": language,
        "type": "collection",
    }
    if when is not None:
        found["timestamp"] = when
    found["entry"] = [
        {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources
    ]
    return found


def resources_of(
    case: Case,
    assessment: Assessment,
    knowledge: Knowledge,
    language: str,
    *,
    when: str | None,
    private: bool,
) -> list[Found]:
    """Give the resources in the order a reader wants them: urgency before chances."""
    words = knowledge.words(language)
    identity = identity_of(case, assessment)
    subject = identity.reference("Patient")
    response = response_of(
        case,
        knowledge,
        language,
        identity=identity.of("QuestionnaireResponse"),
        subject=subject,
        authored=when,
    )
    named = {f for because in assessment.urgency.because for f in because.findings}
    implied = tuple(f for f in assessment.present if f in named)
    observations = Observer(case, knowledge, words, identity, when).all(implied)
    planner = Planner(assessment, knowledge, words, identity, when)
    basis = [identity.reference("QuestionnaireResponse"), *map(_reference, observations)]
    risks = risk_assessment(
        assessment,
        knowledge,
        words,
        identity,
        basis=basis,
        when=when,
        private=private,
    )
    flags, plan = planner.flags(), planner.care_plan()
    made = [*flags, risks, plan]
    origin = provenance(
        assessment, knowledge, identity, targets=[_reference(r) for r in made], when=when
    )
    return [
        patient(case, identity),
        *flags,
        plan,
        risks,
        response,
        *observations,
        device(assessment, identity),
        origin,
        *_left_out(case, identity),
    ]


def patient(case: Case, identity: Identity) -> Found:
    """Give the person: nothing but the sex as told."""
    anonymous = coding(systems.terminology("v3-ObservationValue"), "ANONYED", "anonymized")
    found: Found = {
        "resourceType": "Patient",
        "id": identity.of("Patient"),
        "meta": {"security": [anonymous]},
    }
    if case.sex is not None:
        found["gender"] = case.sex
    return found


def _reference(resource: Found) -> Found:
    return {"reference": f"urn:uuid:{resource['id']}"}


def _left_out(case: Case, identity: Identity) -> list[Found]:
    """Give what was not understood: a red flag may be among it."""
    if not case.ignored:
        return []
    issues = [
        Issue("not-supported", f"{name!r} is not known and was left out", severity="warning")
        for name in case.ignored
    ]
    return [{**outcome(issues), "id": identity.of("OperationOutcome")}]
