"""The operations of the FHIR door: what goes into them, and `$assess`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kedut.fhir.bundle import bundle
from kedut.fhir.errors import BadResource, Issue
from kedut.fhir.parse import check
from kedut.fhir.response import case_of
from kedut.fhir.satusehat import Visit, satusehat_bundle
from kedut.knowledge.knowledge_base import Knowledge
from kedut.web.turns import assess_in_turn

Found = dict[str, Any]
RESPONSE = "questionnaire-response"
_SHAPES = ("collection", "satusehat")
_VISIT = ("patient", "encounter", "organization", "practitioner")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operation was given: the answers, and parameters beside them."""

    response: Found
    options: dict[str, Any] = field(default_factory=dict)


def answers_in(found: Any) -> Asked:
    """Give what was sent: a QuestionnaireResponse, or Parameters that hold one.

    Raises
    ------
    BadResource
        It is neither, or not well formed.
    """
    if not isinstance(found, dict) or found.get("resourceType") != "Parameters":
        return Asked(check(found, "QuestionnaireResponse"))
    parameters = check(found, "Parameters")
    response: Any = None
    options: dict[str, Any] = {}
    for parameter in parameters.get("parameter") or ():
        if parameter["name"] == RESPONSE:
            response = parameter.get("resource")
            continue
        value = [v for key, v in parameter.items() if key.startswith("value")]
        if value:
            options[parameter["name"]] = value[0]
    if response is None:
        issue = Issue("required", f"a parameter {RESPONSE!r} with the resource", "Parameters")
        raise BadResource([issue])
    return Asked(check(response, "QuestionnaireResponse"), options)


def assessed(asked: Asked, knowledge: Knowledge, language: str, when: datetime) -> Found:
    """Give the assessment of the answers as a Bundle; raises BadResource."""
    shape = asked.options.get("shape", _SHAPES[0])
    if shape not in _SHAPES:
        issue = Issue("value", f"must be {' or '.join(_SHAPES)}", "Parameters.parameter(shape)")
        raise BadResource([issue])
    private = asked.options.get("include-private-codes") is True
    case = case_of(asked.response, knowledge)
    found = assess_in_turn(case, knowledge, language=language)
    if shape == "satusehat":
        return satusehat_bundle(
            case,
            found,
            knowledge,
            when=when,
            visit=_visit(asked.options),
            private=private,
        )
    return bundle(case, found, knowledge, language, when=when.isoformat(), private=private)


def _visit(options: dict[str, Any]) -> Visit:
    told = {name: options[name] for name in _VISIT if name in options}
    for name, value in told.items():
        if not isinstance(value, str) or not _ID.fullmatch(value):
            issue = Issue(
                "value", "must be letters, digits, '-' and '.'", f"Parameters.parameter({name})"
            )
            raise BadResource([issue])
    return Visit(**told)
