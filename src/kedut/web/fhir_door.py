"""The FHIR R4 door and the CDS Hooks door: read, call, answer; nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from kedut.fhir import cds_hooks
from kedut.fhir.capability import assess_operation, capability_statement
from kedut.fhir.definitions import CODE_SYSTEMS, code_system, value_set
from kedut.fhir.errors import BadResource, Issue
from kedut.fhir.next_question import next_response
from kedut.fhir.parse import parse
from kedut.fhir.questionnaire import with_server
from kedut.knowledge.knowledge_base import Knowledge
from kedut.web.fhir_base import base_of, inward, outward
from kedut.web.fhir_operations import answers_in, assessed
from kedut.web.fhir_shapes import (
    ANSWERS_IN,
    BY_ADDRESS,
    CALL_IN,
    CARDS_OUT,
    SERVICES_OUT,
    SPOKEN,
    answers,
    posted,
    resource,
)
from kedut.web.fhir_wire import (
    allowed,
    body_of,
    failed,
    fhir,
    found_by_address,
    language_of,
    must_accept,
    plain,
)

FHIR = "/fhir"
CDS = "/cds-services"
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_CORS = {"Access-Control-Allow-Origin": "*"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class FhirRoute(APIRoute):
    """A route of which every error is an OperationOutcome."""

    def get_route_handler(self) -> Handler:
        """Give the handler, its errors told."""
        own = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                must_accept(request)
                answer = await own(request)
            except BadResource as error:
                answer = failed(error.issues, error.status)
            except HTTPException as error:
                answer = failed([Issue("processing", str(error.detail))], error.status_code)
            except Exception as error:  # noqa: BLE001 - no error of this door is a bare page
                answer = failed(
                    [Issue("exception", f"this went wrong: {type(error).__name__}")], 500
                )
            if request.url.path.startswith(CDS):
                answer.headers.update(_CORS)
            return outward(answer, base_of(request))

        return told


router = APIRouter(route_class=FhirRoute, tags=["FHIR"], default_response_class=Response)


def _knowledge(request: Request) -> Knowledge:
    knowledge: Knowledge = request.app.state.knowledge
    return knowledge


def _server(request: Request) -> str:
    return str(request.base_url).rstrip("/") + FHIR


@router.get(f"{FHIR}/metadata", responses=answers(resource("CapabilityStatement")))
async def metadata(request: Request) -> Response:
    """Say what this server can do."""
    return fhir(capability_statement(_knowledge(request), _server(request)))


@router.get(
    f"{FHIR}/Questionnaire/kedut",
    responses=answers(resource("Questionnaire")),
    openapi_extra=SPOKEN,
)
async def questionnaire(request: Request) -> Response:
    """Give the Questionnaire."""
    language = language_of(request)
    return fhir(with_server(_knowledge(request), language, _server(request)), language)


@router.get(
    f"{FHIR}/OperationDefinition/assess", responses=answers(resource("OperationDefinition"))
)
async def operation(request: Request) -> Response:
    """Give the definition of `$assess`."""
    return fhir(assess_operation(_knowledge(request)))


@router.get(
    f"{FHIR}/CodeSystem/{{name}}",
    responses=answers(resource("CodeSystem"), 404),
    openapi_extra=SPOKEN,
)
async def a_code_system(request: Request, name: str) -> Response:
    """Give one of our code systems."""
    language = language_of(request)
    return _or_not_found(lambda: code_system(_knowledge(request), name, language), language)


@router.get(f"{FHIR}/ValueSet/{{name}}", responses=answers(resource("ValueSet"), 404))
async def a_value_set(request: Request, name: str) -> Response:
    """Give one of our value sets."""
    return _or_not_found(lambda: value_set(_knowledge(request), name), "")


def _or_not_found(find: Callable[[], dict[str, Any]], language: str) -> Response:
    try:
        return fhir(find(), language)
    except LookupError as error:
        raise BadResource([Issue("not-found", str(error.args[0]))], 404) from None


@router.get(
    f"{FHIR}/{{kind}}", responses=answers(resource("Bundle"), 404), openapi_extra=BY_ADDRESS
)
async def search(request: Request, kind: str) -> Response:
    """Search our definitions by their address."""
    knowledge, language = _knowledge(request), language_of(request)
    held: dict[str, list[dict[str, Any]]] = {
        "CodeSystem": [code_system(knowledge, name, language) for name in CODE_SYSTEMS],
        "Questionnaire": [with_server(knowledge, language, _server(request))],
        "ValueSet": [value_set(knowledge, name) for name in CODE_SYSTEMS],
    }
    if kind not in held:
        raise BadResource([Issue("not-supported", f"no resources of type {kind[:60]!r} here")], 404)
    return fhir(found_by_address(held[kind], request, _server(request)), language)


@router.post(
    f"{FHIR}/Questionnaire/$next-question",
    responses=posted(resource("QuestionnaireResponse")),
    openapi_extra=ANSWERS_IN,
)
async def next_question(request: Request) -> Response:
    """Give the response with the next question, or completed."""
    knowledge, language = _knowledge(request), language_of(request)
    told, base = await body_of(request), base_of(request)

    def work() -> dict[str, Any]:
        return next_response(answers_in(inward(parse(told), base)).response, knowledge, language)

    return fhir(await run_in_threadpool(work), language)


@router.post(
    f"{FHIR}/QuestionnaireResponse/$assess",
    responses=posted(resource("Bundle")),
    openapi_extra=ANSWERS_IN,
)
async def assess(request: Request) -> Response:
    """Assess the answers."""
    knowledge, language = _knowledge(request), language_of(request)
    told, base = await body_of(request), base_of(request)
    when = datetime.now(UTC).astimezone().replace(microsecond=0)

    def work() -> dict[str, Any]:
        return assessed(answers_in(inward(parse(told), base)), knowledge, language, when)

    return fhir(await run_in_threadpool(work), language)


@router.get(CDS, responses=SERVICES_OUT)
async def services(_request: Request) -> Response:
    """List the CDS Hooks services."""
    return plain(cds_hooks.discovery())


@router.post(f"{CDS}/{cds_hooks.SERVICE}", responses=CARDS_OUT, openapi_extra=CALL_IN)
async def service(request: Request) -> Response:
    """Give the card for the record that was opened."""
    knowledge, language = _knowledge(request), language_of(request)
    told = await body_of(request)
    start = f"{str(request.base_url).rstrip('/')}/{language}/"
    today = datetime.now(UTC).astimezone().date()

    def work() -> dict[str, Any]:
        return cds_hooks.cards(parse(told), knowledge, language, today=today, start=start)

    return plain(await run_in_threadpool(work))


@router.options(CDS, include_in_schema=False)
@router.options(f"{CDS}/{{rest:path}}", include_in_schema=False)
async def preflight(_request: Request) -> Response:
    """Let a browser of another origin call the CDS services, and only those."""
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "86400",
        },
    )


@router.api_route(f"{CDS}/{{rest:path}}", methods=[*_METHODS], include_in_schema=False)
@router.api_route(f"{FHIR}/{{rest:path}}", methods=[*_METHODS, "OPTIONS"], include_in_schema=False)
@router.api_route(FHIR, methods=[*_METHODS, "OPTIONS"], include_in_schema=False)
@router.api_route(CDS, methods=[m for m in _METHODS if m != "GET"], include_in_schema=False)
async def nothing_here(request: Request) -> Response:
    """Say that there is nothing at this address, or not by this method."""
    methods = allowed(router.routes, request)
    path = request.url.path[:100]
    if methods:
        answer = failed([Issue("not-supported", f"{path} takes {', '.join(methods)}")], 405)
        answer.headers["Allow"] = ", ".join(methods)
        return answer
    return failed([Issue("not-found", f"there is nothing at {path}; see {FHIR}/metadata")], 404)
