"""A whole assessment as one Bundle, from the case and what was found in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.case.case import AtLeast, Case
from kedut.case.private import handed_on
from kedut.fhir import systems
from kedut.fhir.codings import coding
from kedut.fhir.errors import Issue, outcome
from kedut.fhir.identity import Identity
from kedut.fhir.observations import Observer
from kedut.fhir.plan import Planner
from kedut.fhir.privacy import labelled, labels, private_in, redacted
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

    All answers are in it. What rests on private ones is labelled restricted.

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
    return labelled(found, labels(private_in(case, knowledge, assessment.present), knowledge))


def handed_bundle(
    case: Case,
    knowledge: Knowledge,
    language: str,
    *,
    ticked: Collection[str] = (),
    when: str | None = None,
) -> Found:
    """Give what a person hands on: without private answers, and assessed without them.

    The urgency alone is of all answers, since leaving something out must not make it milder.

    ticked : kinds of private answers (`PRIVATE_KINDS`) that the person allowed
    """
    shown, left_out = handed_on(case, knowledge, ticked)
    if left_out:
        whole = assess(case, knowledge, detail="brief").urgency
        floor = AtLeast(level=whole.level, within_days=whole.within_days)
        shown = replace(shown, at_least=floor)
    told = assess(shown, knowledge, language=language)
    private = "mental" in ticked and "intimate" in ticked
    found = bundle(shown, told, knowledge, language, when=when, private=private)
    return labelled(found, [redacted()]) if left_out else found


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
    marks = labels(private_in(case, knowledge, assessment.present), knowledge)
    plan, risks, response = (labelled(found, marks) for found in (plan, risks, response))
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
