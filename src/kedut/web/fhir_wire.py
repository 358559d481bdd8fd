"""Requests and answers of the FHIR door: types, sizes, languages, outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from kedut.fhir.errors import BadResource, Issue, outcome
from kedut.web.fhir_base import base_of, named
from kedut.web.language import wanted

MEDIA = "application/fhir+json"
MOST_BYTES = 1_048_576  # constant: the whole Questionnaire answered is some 60,000
_JSON = ("application/fhir+json", "application/json", "text/json", "json")
_ANY = ("*/*", "application/*", "text/html", "")


class FhirResponse(JSONResponse):
    """JSON as FHIR calls it."""

    media_type = f"{MEDIA}; fhirVersion=4.0"


def fhir(resource: dict[str, Any], language: str = "", status: int = 200) -> Response:
    """Give a resource as the answer."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    if language:
        headers["Content-Language"] = language
    return FhirResponse(resource, status, headers)


def plain(shape: dict[str, Any]) -> Response:
    """Give an answer that is not FHIR."""
    return JSONResponse(shape, headers={"Cache-Control": "no-store"})


def failed(issues: Iterable[Issue], status: int) -> Response:
    """Give what went wrong as an OperationOutcome."""
    return fhir(outcome(issues), status=status)


def language_of(request: Request) -> str:
    """Give the language asked for, else Indonesian."""
    return wanted(request.headers.get("accept-language", ""), "id")


def must_accept(request: Request) -> None:
    """Check that JSON is welcome; raises BadResource 406."""
    named = request.query_params.get("_format") or request.headers.get("accept", "")
    kinds = [
        part.partition(";")[0].strip().lower()
        for part in named.replace(" json", "+json").split(",")
    ]
    if not any(kind in (*_JSON, *_ANY) for kind in kinds):
        raise BadResource([Issue("not-supported", f"only {MEDIA} is spoken here")], 406)


async def body_of(request: Request) -> bytes:
    """Read the body; raises BadResource for a wrong type (415) or too much (413)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _JSON:
        raise BadResource([Issue("not-supported", f"send Content-Type: {MEDIA}")], 415)
    too_large = BadResource([Issue("too-long", f"at most {MOST_BYTES} bytes are read")], 413)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise too_large
    return bytes(body)


def allowed(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """Give the methods that an address takes, without those that only say it takes none."""
    path = request.scope.get("path", "").removeprefix(request.scope.get("root_path", ""))
    methods: set[str] = set()
    for route in routes:
        shown = isinstance(route, Route) and getattr(route, "include_in_schema", False)
        if isinstance(route, Route) and shown and route.path_regex.match(path):
            methods |= route.methods or set()
    return sorted(methods)


def found_by_address(
    held: Iterable[dict[str, Any]], request: Request, server: str
) -> dict[str, Any]:
    """Give a searchset of what has the address that was asked for."""
    asked = named(request.query_params.get("url", "").partition("|")[0], base_of(request))
    found = [resource for resource in held if not asked or resource["url"] == asked]
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": [{"relation": "self", "url": f"{server}{request.url.path.partition('/fhir')[2]}"}],
    }
    if found:
        bundle["entry"] = [
            {
                "fullUrl": f"{server}/{resource['resourceType']}/{resource['id']}",
                "resource": resource,
                "search": {"mode": "match"},
            }
            for resource in found
        ]
    return bundle
