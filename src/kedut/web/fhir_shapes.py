"""What the description of the interfaces says of the FHIR door: what goes in, what comes out."""

from __future__ import annotations

from typing import Any

from kedut.web.fhir_wire import MEDIA

Shape = dict[str, Any]

_TEXT: Shape = {"type": "string"}
OUTCOME: Shape = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["severity", "code"],
                "properties": {
                    "severity": {"enum": ["fatal", "error", "warning", "information"]},
                    "code": _TEXT,
                    "diagnostics": _TEXT,
                    "expression": {"type": "array", "items": _TEXT},
                },
            },
        },
    },
}
_ANSWER: Shape = {
    "type": "object",
    "properties": {
        "valueCoding": {"type": "object", "properties": {"system": _TEXT, "code": _TEXT}},
        "valueBoolean": {"type": "boolean"},
        "valueDecimal": {"type": "number"},
    },
}
_ITEM: Shape = {
    "type": "object",
    "required": ["linkId"],
    "properties": {
        "linkId": _TEXT,
        "answer": {"type": "array", "items": _ANSWER},
        "item": {"type": "array", "items": {"type": "object", "required": ["linkId"]}},
    },
}
_RESPONSE: Shape = {
    "type": "object",
    "required": ["resourceType", "status"],
    "properties": {
        "resourceType": {"const": "QuestionnaireResponse"},
        "status": {"enum": ["in-progress", "completed", "amended", "entered-in-error", "stopped"]},
        "item": {"type": "array", "items": _ITEM},
    },
}
_PARAMETERS: Shape = {
    "type": "object",
    "required": ["resourceType", "parameter"],
    "properties": {
        "resourceType": {"const": "Parameters"},
        "parameter": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": _TEXT, "resource": _RESPONSE},
            },
        },
    },
}
_CALL: Shape = {
    "type": "object",
    "required": ["hook", "hookInstance", "context"],
    "properties": {
        "hook": {"const": "patient-view"},
        "hookInstance": _TEXT,
        "context": {
            "type": "object",
            "required": ["patientId"],
            "properties": {"patientId": _TEXT},
        },
        "prefetch": {"type": "object"},
    },
}
_CARDS: Shape = {
    "type": "object",
    "required": ["cards"],
    "properties": {"cards": {"type": "array", "items": {"type": "object"}}},
}
_SERVICES: Shape = {
    "type": "object",
    "required": ["services"],
    "properties": {"services": {"type": "array", "items": {"type": "object"}}},
}
_FAILED = {
    400: "Not understood.",
    404: "There is nothing at this address.",
    405: "Not by this method; the header Allow names those that are taken.",
    406: "Only JSON is spoken here.",
    408: "The body came too slowly.",
    413: "More than is read.",
    415: "Another type than JSON.",
    422: "The answers contradict each other or are out of range.",
    429: "Too many requests; the header Retry-After says how long to wait.",
    500: "A fault of ours.",
    503: "Not now; the header Retry-After says when.",
}
_ALWAYS = (406, 429, 500, 503)
_POSTED = (400, 408, 413, 415, 422)
# What every address takes beside what it says itself.
_HEADERS = [
    {
        "name": "Accept-Language",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "id or en; Indonesian without it.",
    }
]
BY_ADDRESS = {
    "parameters": [
        *_HEADERS,
        {"name": "url", "in": "query", "required": False, "schema": {"type": "string"}},
    ]
}
SPOKEN = {"parameters": _HEADERS}


def resource(*kinds: str) -> Shape:
    """Give the shape of a resource of one of some types."""
    return {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"enum": list(kinds)}},
    }


def answers(shape: Shape, *more: int, media: str = MEDIA) -> dict[int | str, Shape]:
    """Give the answers of an address: what it gives, and how it fails."""
    told: dict[int | str, Shape] = {
        200: {"description": "As asked.", "content": {media: {"schema": shape}}}
    }
    for status in sorted({*_ALWAYS, *more}):
        content = {MEDIA: {"schema": OUTCOME}}
        told[status] = {"description": _FAILED[status], "content": content}
    return told


def posted(shape: Shape, *, media: str = MEDIA) -> dict[int | str, Shape]:
    """Give the answers of an address that takes a body."""
    return answers(shape, *_POSTED, media=media)


def _body(shape: Shape, *media: str) -> Shape:
    content = {kind: {"schema": shape} for kind in media}
    return {"requestBody": {"required": True, "content": content}, **SPOKEN}


ANSWERS_IN = _body({"anyOf": [_RESPONSE, _PARAMETERS]}, MEDIA, "application/json")
CALL_IN = _body(_CALL, "application/json")
CARDS_OUT = posted(_CARDS, media="application/json")
SERVICES_OUT = answers(_SERVICES, media="application/json")
