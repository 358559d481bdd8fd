"""Who said so: the software with its versions, and the sources behind what is told."""

from __future__ import annotations

from typing import Any

from kedut.assess.assessment import Assessment
from kedut.fhir import systems
from kedut.fhir.codings import coding
from kedut.fhir.identity import Identity
from kedut.knowledge.knowledge_base import Knowledge

Found = dict[str, Any]
_CITED_CAUSES = 6
_CITED_FROM = 0.01  # constant: causes less likely than this are not told, nor are their sources


def device(assessment: Assessment, identity: Identity) -> Found:
    """Give the software, with the versions of itself and of its knowledge."""
    return {
        "resourceType": "Device",
        "id": identity.of("Device"),
        "deviceName": [{"name": "kedut", "type": "model-name"}],
        "version": [
            {"type": {"text": "software"}, "value": assessment.software_version},
            {"type": {"text": "knowledge"}, "value": assessment.knowledge_version},
        ],
    }


def provenance(
    assessment: Assessment,
    knowledge: Knowledge,
    identity: Identity,
    *,
    targets: list[Found],
    when: str | None,
) -> Found:
    """Give what the assessment was made from.

    when : None where nobody told the time; then the release of the knowledge stands there, marked
    """
    kind = coding(systems.terminology("provenance-participant-type"), "assembler", "Assembler")
    found: Found = {
        "resourceType": "Provenance",
        "id": identity.of("Provenance"),
        "target": targets,
        "recorded": when or f"{systems.released(assessment.knowledge_version)}-01T00:00:00+00:00",
    }
    if when is None:
        marked = {"url": systems.TIME_NOT_TOLD, "valueBoolean": True}
        found["_recorded"] = {"extension": [marked]}
    found["agent"] = [{"type": {"coding": [kind]}, "who": identity.reference("Device")}]
    answers = {"role": "source", "what": identity.reference("QuestionnaireResponse")}
    cited = [knowledge.sources[key] for key in cited_keys(assessment, knowledge)]
    found["entity"] = [
        answers,
        *(
            {"role": "source", "what": {"identifier": _identifier(s), "display": s.citation}}
            for s in cited
        ),
    ]
    return found


def cited_keys(assessment: Assessment, knowledge: Knowledge) -> list[str]:
    """Give the sources behind the urgency, the causes told and the advice, each paper once."""
    keys = [key for because in assessment.urgency.because for key in because.sources]
    told = [c for c in assessment.causes if c.probability >= _CITED_FROM][:_CITED_CAUSES]
    keys += [key for cause in told for key in cause.sources]
    keys += [key for advice in assessment.advice for key in advice.sources]
    own = (knowledge.sources[key].key for key in keys if key in knowledge.sources)
    return list(dict.fromkeys(own))


def _identifier(source: Any) -> Found:
    if source.doi:
        return {"system": "https://doi.org", "value": source.doi}
    return {"system": f"{systems.BASE}/NamingSystem/source", "value": source.key}
