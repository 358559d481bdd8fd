"""What the FHIR door can do."""

from __future__ import annotations

from typing import Any

import kedut
from kedut.fhir import systems
from kedut.fhir.definitions import CODE_SYSTEMS
from kedut.knowledge.knowledge_base import Knowledge

Found = dict[str, Any]
ASSESS = f"{systems.BASE}/OperationDefinition/assess"


def capability_statement(knowledge: Knowledge, server: str) -> Found:
    """Give the CapabilityStatement.

    server : address of the FHIR door, without a slash at its end
    """
    return {
        "resourceType": "CapabilityStatement",
        "id": "kedut",
        "url": f"{systems.BASE}/CapabilityStatement/kedut",
        "version": kedut.__version__,
        "name": "Kedut",
        "title": "kedut",
        "status": "draft",
        "experimental": True,
        "date": systems.released(knowledge.version),
        "publisher": "kedut",
        "description": "Assesses a twitching calf. Information, not a diagnosis. "
        "Nothing that is sent here is stored.",
        "kind": "instance",
        "software": {"name": "kedut", "version": kedut.__version__},
        "implementation": {"description": f"knowledge {knowledge.version}", "url": server},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "No account; send nothing that names a person.",
                "resource": _resources(),
            }
        ],
    }


def _resources() -> list[Found]:
    names = ", ".join(CODE_SYSTEMS)
    by_address = [{"name": "url", "type": "uri", "documentation": "its canonical address"}]
    searched = [{"code": "read"}, {"code": "search-type"}]
    return [
        {
            "type": "CodeSystem",
            "interaction": searched,
            "searchParam": by_address,
            "documentation": names,
        },
        {
            "type": "OperationDefinition",
            "interaction": [{"code": "read"}],
            "documentation": "assess",
        },
        {
            "type": "Questionnaire",
            "interaction": searched,
            "searchParam": by_address,
            "operation": [{"name": "next-question", "definition": systems.SDC_NEXT}],
        },
        {
            "type": "QuestionnaireResponse",
            "operation": [{"name": "assess", "definition": ASSESS}],
        },
        {
            "type": "ValueSet",
            "interaction": searched,
            "searchParam": by_address,
            "documentation": names,
        },
    ]


def assess_operation(knowledge: Knowledge) -> Found:
    """Give the definition of `$assess`."""
    return {
        "resourceType": "OperationDefinition",
        "id": "assess",
        "url": ASSESS,
        "version": kedut.__version__,
        "name": "Assess",
        "title": "Assess a twitching calf",
        "status": "draft",
        "experimental": True,
        "kind": "operation",
        "date": systems.released(knowledge.version),
        "publisher": "kedut",
        "affectsState": False,
        "code": "assess",
        "resource": ["QuestionnaireResponse"],
        "system": False,
        "type": True,
        "instance": False,
        "parameter": [
            _parameter("questionnaire-response", 1, "QuestionnaireResponse", "the answers"),
            _parameter("shape", 0, "code", "collection (default) or satusehat"),
            _parameter("include-private-codes", 0, "boolean", "the person agreed"),
            _parameter("patient", 0, "string", "satusehat: IHS number"),
            _parameter("encounter", 0, "string", "satusehat: id of the Encounter"),
            _parameter("organization", 0, "string", "satusehat: IHS number"),
            _parameter("practitioner", 0, "string", "satusehat: IHS number"),
            {**_parameter("return", 1, "Bundle", "the assessment"), "use": "out"},
        ],
    }


def _parameter(name: str, least: int, kind: str, documentation: str) -> Found:
    return {
        "name": name,
        "use": "in",
        "min": least,
        "max": "1",
        "documentation": documentation,
        "type": kind,
    }
