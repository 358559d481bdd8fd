"""What goes wrong, told so that the reader knows what to do: a page, or an object for programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from kedut.advice.actions import COUNTRY, local_ways
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import LANGUAGES
from kedut.storage.errors import StoreUnavailable
from kedut.web.language import wanted
from kedut.web.render import environment

AGAIN_AFTER_S = 5
_TOLD = (400, 403, 404, 405, 408, 413, 415, 422, 429, 500, 503)
_SERVER = 500
_TRY = {
    400: "send JSON as the description at /api/v1/openapi.json shows",
    403: "send it again from its own page",
    404: "see /api/v1/openapi.json for the addresses there are",
    405: "use one of the methods in the header Allow",
    408: "send it again, all at once",
    413: "send fewer cases at once",
    415: "send application/json, or application/x-ndjson with one case a line",
    422: "see /api/v1/openapi.json for what is taken",
    429: "wait as many seconds as the header Retry-After says",
    500: "try again; if it stays, tell the people who run this server",
    503: "wait as many seconds as the header Retry-After says, then try again",
}
_OF_FHIR = {
    400: "structure",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
    503: "transient",
}


def add_failures(app: FastAPI) -> None:
    """Let every failure be told in our words."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(StoreUnavailable, _no_store)


def failure(
    request: Request,
    status: int,
    *,
    headers: Mapping[str, str] | None = None,
    error: Mapping[str, str] | None = None,
    words: str = "",
) -> Response:
    """Give the answer for a failure, as the address asks: a page, JSON, or FHIR's own shape.

    Parameters
    ----------
    error : `where`, `what` and `try`, for programs; pages have words of their own
    words : which, where the status has several reasons
    """
    kept = dict(headers or {})
    path = request.url.path
    told = {
        "where": "the request",
        "what": HTTPStatus(status).phrase.lower(),
        "try": _TRY[_nearest(status)],
        **(error or {}),
    }
    if path.startswith(("/fhir", "/cds-services")):
        return JSONResponse(
            _outcome(status, told), status, kept, media_type="application/fhir+json"
        )
    if path.startswith("/api/") or path in ("/health", "/metrics", "/ready"):
        return JSONResponse({"error": told}, status, kept)
    knowledge: Knowledge = request.app.state.knowledge
    page = _page(knowledge, words or str(_nearest(status)), _language(request))
    return HTMLResponse(page, status, kept)


def _nearest(status: int) -> int:
    """Give the status whose words fit."""
    if status in _TOLD:
        return status
    return _SERVER if status >= _SERVER else _TOLD[0]


def _language(request: Request) -> str:
    first = request.url.path.split("/", 2)[1] if "/" in request.url.path else ""
    if first in LANGUAGES:
        return first
    default = request.app.state.settings.language
    return wanted(request.headers.get("accept-language", ""), default)


@lru_cache(maxsize=64)
def _page(knowledge: Knowledge, reason: str, language: str) -> str:
    """Give the page of a failure; it says nothing about the request, so it is made once."""
    words = knowledge.words(language)
    template = environment().get_template("failure.html")
    return template.render(
        words=words,
        say=words.say,
        language=language,
        languages=LANGUAGES,
        knowledge=knowledge,
        csrf="-",
        here="",
        reason=reason,
        local=local_ways(knowledge, COUNTRY, language),
    )


def _outcome(status: int, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": _OF_FHIR.get(status, "exception"),
                "diagnostics": f"{told['where']}: {told['what']}; {told['try']}",
            }
        ],
    }


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail: object = error.detail
    told = detail if isinstance(detail, dict) else None
    return failure(request, error.status_code, headers=error.headers, error=told)


def _not_valid(request: Request, error: Exception) -> Response:
    """Say which part of a request is not as it must be; what was sent is not repeated."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0] if error.errors() else {"loc": ("request",), "msg": "not valid"}
    where = ", ".join(str(part) for part in first["loc"])
    return failure(request, 422, error={"where": where, "what": str(first["msg"]).lower()})


def _no_store(request: Request, _error: Exception) -> Response:
    """Say that what people keep cannot be reached now; the rest goes on."""
    return failure(
        request,
        503,
        headers={"Retry-After": str(AGAIN_AFTER_S)},
        error={"where": "the database", "what": "it does not answer now"},
    )
