"""The interface for programs: assess, the next question, the tables; nothing is remembered."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from kedut.case.errors import BadCase
from kedut.case.wire import identifier_of
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import COLUMNS
from kedut.knowledge.nearest import nearest
from kedut.web.api_cases import (
    Wish,
    as_bytes,
    desk_of,
    error_object,
    items_of,
    items_of_lines,
    must_fit,
    object_of,
)
from kedut.web.api_next import next_question
from kedut.web.api_shapes import (
    Answers,
    AskedShape,
    Assessment,
    BriefAssessment,
    CaseShape,
    NextShape,
    body_of,
    failures,
)
from kedut.web.api_tables import CSV, JSON, kind_wanted, known_already, written
from kedut.web.render import knowledge_of

router = APIRouter(prefix="/api/v1")
_LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
_READ = (JSON, *_LINES, "")
_NOT_JSON = 400
_NOT_RIGHT = 422
_POSTED = failures(400, 408, 413, 415, 422, 429, 500, 503)

Language = Annotated[Literal["id", "en"], Query(description="Of the words in the answer.")]
Lenient = Annotated[
    bool, Query(description="Leave unknown identifiers out and list them under `ignored`.")
]
Detail = Annotated[
    Literal["full", "brief"], Query(description="`brief`: urgency and probabilities alone.")
]


@router.post(
    "/assess",
    summary="Assess one case, a list, or one a line",
    response_class=Response,
    openapi_extra=body_of(CaseShape, several=True),
    responses={
        200: {
            "model": Assessment | BriefAssessment | Answers,
            "content": {_LINES[0]: {"schema": {"type": "string"}}},
            "description": "As `kedut assess --format json` writes it: the same bytes.",
        },
        **_POSTED,
    },
)
async def assess_cases(
    request: Request, detail: Detail = "full", lang: Language = "id", lenient: Lenient = False
) -> Response:
    """Give probabilities, urgency, advice and course; information, not a diagnosis."""
    wish = Wish(detail=detail, language=lang, lenient=lenient)
    desk = desk_of(knowledge_of(request))
    kind = _kind(request)
    told: Any = None
    try:
        if kind in _LINES:
            items = items_of_lines(await request.body())
            must_fit(items, wish)
            lines = await run_in_threadpool(desk.answers, items, wish)
            return _text("".join(f"{line}\n" for line in lines), media_type=_LINES[0])
        told = _decoded(await request.body())
        if isinstance(told, list):
            items = items_of(told)
            must_fit(items, wish)
            lines = await run_in_threadpool(desk.answers, items, wish)
            return _text("[" + ",\n".join(lines) + "]\n")
        case = desk.case(told, wish)
        if desk.easy(case, wish):
            return _text(desk.answer(case, wish) + "\n")
        return _text(await run_in_threadpool(desk.answer, case, wish) + "\n")
    except BadCase as error:
        return _refused(error, told)


@router.post(
    "/next",
    summary="Give the next question of an interview",
    response_class=Response,
    openapi_extra=body_of(AskedShape, several=False),
    responses={200: {"model": NextShape, "description": "Where the interview stands."}, **_POSTED},
)
async def next_one(request: Request, lang: Language = "id", lenient: Lenient = False) -> Response:
    """Give what to ask next, what an answer would move, and the urgency so far."""
    knowledge = knowledge_of(request)
    _kind(request, several=False)
    told: Any = None
    try:
        told = _decoded(await request.body())
        case = desk_of(knowledge).case(told, Wish(lenient=lenient))
        found = await run_in_threadpool(next_question, knowledge, case, told, lang)
    except BadCase as error:
        return _refused(error, told)
    return _text(json.dumps(found, ensure_ascii=False) + "\n")


@router.get(
    "/knowledge/{table}",
    summary="Read one table of the knowledge base",
    response_class=Response,
    responses={
        200: {
            "content": {
                CSV: {"schema": {"type": "string"}},
                JSON: {
                    "schema": {
                        "type": "array",
                        "items": {"type": "object", "additionalProperties": {"type": "string"}},
                    }
                },
            },
            "description": "All rows, sorted; CSV unless `Accept` prefers JSON.",
            "headers": {"ETag": {"schema": {"type": "string"}, "description": "Of this version."}},
        },
        304: {"description": "It is the one that `If-None-Match` names."},
        **failures(404, 422, 429, 500, 503),
    },
)
def knowledge_table(
    request: Request,
    table: Annotated[str, Path(json_schema_extra={"enum": sorted(COLUMNS)})],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Give a table as `kedut knowledge table` does."""
    knowledge: Knowledge = knowledge_of(request)
    if table not in COLUMNS:
        near = ", ".join(nearest(table, COLUMNS)) or "none resembles it"
        raise HTTPException(
            404,
            {
                "where": "the path",
                "what": f"there is no such table; nearest: {near}",
                "try": f"use one of {', '.join(sorted(COLUMNS))}",
            },
        )
    found = written(knowledge, table, kind_wanted(accept))
    headers = {"ETag": found.tag, "Vary": "Accept", "Cache-Control": "no-cache"}
    if known_already(if_none_match, found.tag):
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.kind, headers=headers)


def _kind(request: Request, *, several: bool = True) -> str:
    """Give the kind of a body.

    Raises
    ------
    HTTPException
        415: it is one that is not read here.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (_READ if several else (JSON, "")):
        raise HTTPException(415, {"where": "the header Content-Type", "what": "not read here"})
    return kind


class _NotJson(BadCase):
    """The body cannot be decoded."""


def _decoded(body: bytes) -> Any:
    try:
        return object_of(body)
    except BadCase as error:
        raise _NotJson(where=error.where, what=error.what, remedy=error.remedy) from None


def _refused(error: BadCase, told: Any) -> Response:
    status = _NOT_JSON if isinstance(error, _NotJson) else _NOT_RIGHT
    return Response(error_object(error, identifier_of(told)), status, media_type=JSON)


def _text(text: str, media_type: str = JSON) -> Response:
    return Response(as_bytes(text), media_type=media_type)
