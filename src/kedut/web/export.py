"""Answers as a file to take along: JSON, a table, FHIR, or the answers alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from kedut.assess.transcript import BadTranscript, Transcript, interview_of, unpack
from kedut.assess.wire import full
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.exports import together_csv
from kedut.storage.token import Token
from kedut.web.answers import Posted, posted
from kedut.web.csrf import FIELD, holds
from kedut.web.keep_failures import again, safely
from kedut.web.kept_store import store_of
from kedut.web.language import known
from kedut.web.render import knowledge_of, render
from kedut.web.turns import assess_in_turn

router = APIRouter(include_in_schema=False)
Form = Annotated[Posted, Depends(posted)]
Maker = Callable[[Transcript, Knowledge, str], str]


@router.get("/{language}/export/{kind}")
def no_export(request: Request, language: str, kind: str) -> Response:
    """Say that a file needs answers: its address holds nothing of them."""
    _kind(kind)
    return nothing(request, known(language), status=200)


@router.post("/{language}/export/{kind}")
def export(request: Request, language: str, kind: str, form: Form) -> Response:
    """Give answers as a file."""
    language = known(language)
    media, ending, make = _kind(kind)
    if not holds(request, form.one(FIELD)):
        return again(request, language, form)
    if kind == "kept":
        return safely(request, language, form, lambda: _kept(request, form))
    knowledge = knowledge_of(request)
    try:
        transcript = unpack(form.one("t"), knowledge)
    except BadTranscript:
        return unreadable(request, language)
    if not transcript.given:
        return nothing(request, language)
    return _file(make(transcript, knowledge, language), kind, media, ending)


def unreadable(request: Request, language: str) -> Response:
    """Say that the answers did not arrive whole, and what to do."""
    return render(request, "keep-nothing.html", language, status=422, part="unreadable")


def nothing(request: Request, language: str, status: int = 422) -> Response:
    """Say that there are no answers yet, and where to begin."""
    return render(request, "keep-nothing.html", language, status=status, part="nothing")


def case_shape(case: Case) -> dict[str, Any]:
    """Give the answers in the fixed shape of a case; what is not known is left out."""
    shape: dict[str, Any] = {
        "id": case.id or None,
        "age": case.age,
        "sex": case.sex,
        "findings_present": list(case.present),
        "findings_absent": list(case.absent),
        "values": case.values,
    }
    return {name: value for name, value in shape.items() if value not in (None, {})}


def _kept(request: Request, form: Posted) -> Response:
    """Give all that is kept, as it is kept."""
    kept = store_of(request).read(Token.parse(form.one("token")))
    shape = json.loads(kept.document)
    return _file(_json(shape), "kept", *KINDS["kept"][:2])


def _file(text: str, kind: str, media: str, ending: str) -> Response:
    day = datetime.now(UTC).astimezone().date().isoformat()
    named = f'attachment; filename="kedut-{kind}-{day}.{ending}"'
    return Response(text, media_type=media, headers={"Content-Disposition": named})


def _case(transcript: Transcript, _knowledge: Knowledge, _language: str) -> str:
    return _json(case_shape(interview_of(transcript).case))


def _assessed(transcript: Transcript, knowledge: Knowledge, language: str) -> str:
    case = interview_of(transcript).case
    found = assess_in_turn(case, knowledge, language=language)
    return _json({"case": case_shape(case), "assessment": full(found, knowledge.words(language))})


def _table(transcript: Transcript, knowledge: Knowledge, language: str) -> str:
    """Give one row an answer and a figure; what was not told has no row."""
    case = interview_of(transcript).case
    return together_csv(
        case, assess_in_turn(case, knowledge, language=language), knowledge, language
    )


def _fhir(transcript: Transcript, knowledge: Knowledge, language: str) -> str:
    from kedut.fhir.bundle import bundle

    case = replace(interview_of(transcript).case, id=str(uuid4()))  # no two people are one Patient
    found = assess_in_turn(case, knowledge, language=language)
    when = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    return _json(bundle(case, found, knowledge, language, when=when))


def _none(_transcript: Transcript, _knowledge: Knowledge, _language: str) -> str:
    raise HTTPException(404)


def _json(shape: dict[str, Any]) -> str:
    return json.dumps(shape, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


KINDS: dict[str, tuple[str, str, Maker]] = {
    "case": ("application/json", "json", _case),
    "csv": ("text/csv; charset=utf-8", "csv", _table),
    "fhir": ("application/fhir+json", "json", _fhir),
    "json": ("application/json", "json", _assessed),
    "kept": ("application/json", "json", _none),
}


def _kind(name: str) -> tuple[str, str, Maker]:
    if name not in KINDS:
        raise HTTPException(404)
    return KINDS[name]
