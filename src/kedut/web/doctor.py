"""The sheet for the doctor: shown, and as a PDF; private answers go along only where ticked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from kedut.assess.assessment import Assessment
from kedut.assess.transcript import Transcript, interview_of, pack
from kedut.case.case import Case
from kedut.report.doctor_timeline import Timeline, timeline
from kedut.report.doctor_types import HandOver
from kedut.report.pdf import CannotPrint, doctor_html, doctor_pdf
from kedut.storage.token import Token
from kedut.web.answers import Posted, posted, transcript_of
from kedut.web.csrf import FIELD, holds
from kedut.web.diary_log import opened
from kedut.web.diary_page import revision_of
from kedut.web.keep_failures import safely
from kedut.web.kept_store import store_of
from kedut.web.language import known
from kedut.web.render import knowledge_of, render
from kedut.web.result import assessed
from kedut.web.zones import now

router = APIRouter(include_in_schema=False)


@router.get("/{language}/doctor")
@router.get("/{language}/doctor.pdf")
@router.get("/{language}/doctor.fhir.json")
def no_sheet(request: Request, language: str) -> HTMLResponse:
    """Say that a sheet needs an interview: its address holds nothing of it."""
    return render(request, "no-result.html", known(language))


@router.post("/{language}/doctor")
async def sheet(request: Request, language: str) -> Response:
    """Show the sheet."""
    return await _safely(_sheet, request, known(language))


@router.post("/{language}/doctor.pdf")
async def printed(request: Request, language: str) -> Response:
    """Give the sheet as a file."""
    return await _safely(_printed, request, known(language))


@router.post("/{language}/doctor.fhir.json")
async def filed(request: Request, language: str) -> Response:
    """Give the same as a file for the system of a clinic."""
    return await _safely(_filed, request, known(language))


async def _safely(
    make: Callable[[Request, str, Posted], Response], request: Request, language: str
) -> Response:
    """Make it; where a diary goes along and cannot be opened, say so."""
    form = await posted(request)
    return await run_in_threadpool(
        safely, request, language, form, lambda: make(request, language, form)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a sheet is made of: an interview, or a diary with what it makes of one."""

    transcript: Transcript
    found: Assessment
    case: Case
    days: Timeline | None = None


def _told(request: Request, language: str, form: Posted, ticked: frozenset[str]) -> Told:
    """Give what the form is about; where a diary's link goes along, with its page.

    Raises
    ------
    NotKept, NotOpened, BadEntries, StoreUnavailable
    """
    knowledge = knowledge_of(request)
    transcript, _ = transcript_of(form, knowledge)
    if not form.one("diary"):
        found = assessed(knowledge, transcript, language)
        return Told(transcript=transcript, found=found, case=interview_of(transcript).case)
    diary = opened(store_of(request), Token.parse(form.one("diary")), knowledge)
    seen = revision_of(diary, knowledge, language, now())
    days = timeline(
        seen,
        knowledge,
        language,
        events=diary.journal.events,
        asked_on=diary.asked_on,
        ticked=ticked,
    )
    return Told(transcript=transcript, found=seen.now, case=seen.case, days=days)


def _hand_over(request: Request, form: Posted, whom: str) -> HandOver:
    kinds = frozenset(form.all("private")) & frozenset(knowledge_of(request).private)
    return HandOver(whom=whom, day=datetime.now(UTC).astimezone().date(), ticked=kinds)


def _sheet(request: Request, language: str, form: Posted, notice: str = "") -> Response:
    knowledge = knowledge_of(request)
    transcript, _ = transcript_of(form, knowledge)
    told = _hand_over(request, form, transcript.whom)
    what = _told(request, language, form, told.ticked)
    sheet = doctor_html(what.found, what.case, knowledge, language, told, timeline=what.days)
    return render(
        request,
        "doctor-page.html",
        language,
        status=503 if notice else 200,
        t=pack(transcript),
        diary=form.one("diary"),
        sheet=Markup(sheet),
        kinds=sorted(knowledge.private),
        ticked=told.ticked,
        notice=notice,
    )


def _printed(request: Request, language: str, form: Posted) -> Response:
    if not holds(request, form.one(FIELD)):
        return _sheet(request, language, form)
    knowledge = knowledge_of(request)
    transcript, _ = transcript_of(form, knowledge)
    told = _hand_over(request, form, transcript.whom)
    what = _told(request, language, form, told.ticked)
    try:
        pdf = doctor_pdf(what.found, what.case, knowledge, language, told, timeline=what.days)
    except CannotPrint:
        return _sheet(request, language, form, "doctor_page.cannot_print")
    day = told.day.isoformat() if told.day else ""
    name = f'attachment; filename="kedut-{day}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})


def _filed(request: Request, language: str, form: Posted) -> Response:
    if not holds(request, form.one(FIELD)):
        return _sheet(request, language, form)
    from kedut.fhir.bundle import handed_bundle

    knowledge = knowledge_of(request)
    transcript, _ = transcript_of(form, knowledge)
    told = _hand_over(request, form, transcript.whom)
    case = replace(interview_of(transcript).case, id=str(uuid4()))  # no two people are one Patient
    when = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    shape = handed_bundle(case, knowledge, language, ticked=told.ticked, when=when)
    day = told.day.isoformat() if told.day else ""
    return Response(
        json.dumps(shape, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        media_type="application/fhir+json",
        headers={"Content-Disposition": f'attachment; filename="kedut-fhir-{day}.json"'},
    )
