"""A diary as a file: taken along as a table or as events, taken in with a report, a reminder."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException as NoForm
from starlette.responses import Response

from kedut.diary.errors import LineFault
from kedut.diary.journal import Event
from kedut.diary.reminders import Reminder, calendar
from kedut.diary.table import dump_table, load_table
from kedut.diary.taken_in import taken_in
from kedut.diary.wire import Imported, dump_events, load_events
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.day import day_in_words
from kedut.storage.errors import NotKept, TooMany
from kedut.storage.token import Token
from kedut.web.answers import Posted, posted
from kedut.web.csrf import FIELD, holds
from kedut.web.diary_log import Diary, address_of, fits, opened, write
from kedut.web.diary_page import shown, today_of
from kedut.web.keep_failures import again, lost, safely
from kedut.web.kept_store import store_of
from kedut.web.language import known
from kedut.web.render import knowledge_of, render
from kedut.web.zones import NoZone, now, zone_of

router = APIRouter(include_in_schema=False)
Form = Annotated[Posted, Depends(posted)]
KINDS = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "json": ("application/x-ndjson; charset=utf-8", "jsonl"),
    "fhir": ("application/fhir+json", "fhir.json"),
}
_REMINDED_AT = time(19)
_AGAIN_AT = time(9)
_DAILY_DAYS = 14
_PAUSE_DAYS = 3
_FAULTS_SHOWN = 200
_SHEET = {"csv", "tsv", "txt"}


@router.post("/{language}/diary/{token}/export/{kind}")
def export(request: Request, language: str, token: str, kind: str, form: Form) -> Response:
    """Give the whole diary as a file: entries as a table, or every event with its history."""
    language = known(language)
    if kind not in KINDS:
        raise HTTPException(404)
    if not holds(request, form.one(FIELD)):
        return again(request, language, form)

    def work() -> Response:
        diary = opened(store_of(request), Token.parse(token), knowledge_of(request))
        media, ending = KINDS[kind]
        content = _content(kind, diary, knowledge_of(request), language)
        return _file(content.encode(errors="replace"), f"kedut-diary.{ending}", media)

    return safely(request, language, form, work)


@router.post("/{language}/diary/{token}/calendar")
def reminder(request: Request, language: str, token: str, form: Form) -> Response:
    """Give a reminder for the person's own calendar; nothing is sent by us."""
    language = known(language)
    if not holds(request, form.one(FIELD)):
        return again(request, language, form)

    def work() -> Response:
        knowledge = knowledge_of(request)
        diary = opened(store_of(request), Token.parse(token), knowledge)
        words = knowledge.words(language)
        wanted = _reminder(form.one("what"), diary, request, language, words.say("diary.reminder"))
        made = calendar((wanted,), made=now(), product=f"-//kedut//diary//{language.upper()}")
        return _file(made, "kedut.ics", "text/calendar; charset=utf-8")

    return safely(request, language, form, work)


@router.post("/{language}/diary/{token}/import")
async def take_in(request: Request, language: str, token: str) -> Response:
    """Take in a table or events, and tell every line that could not be read."""
    language = known(language)
    try:
        async with request.form(max_files=1, max_fields=20) as sent:
            form = Posted({k: [v] for k, v in sent.multi_items() if isinstance(v, str)})
            file = sent.get("file")
            name = file.filename or "" if isinstance(file, UploadFile) else ""
            content = await file.read() if isinstance(file, UploadFile) else b""
    except NoForm:
        form, name, content = Posted({}), "", b""
    if not holds(request, form.one(FIELD)):
        return again(request, language, Posted({}))
    told = (name, content, form.one("zone"))
    return await run_in_threadpool(_taken_in, request, language, token, told)


def _taken_in(
    request: Request, language: str, token: str, told: tuple[str, bytes, str]
) -> Response:
    try:
        mine = Token.parse(token)
    except NotKept:
        return lost(request, language, Posted({}))

    def work() -> Response:
        found = read(*told)
        large = {event for event in found.events if not fits(event)}
        journal = opened(store_of(request), mine, knowledge_of(request)).journal
        done = taken_in(journal, _without(found, large), now())
        large |= {event for event in done.events if not fits(event)}  # with what stays of before
        full = False
        try:
            write(store_of(request), mine, [one for one in done.events if one not in large])
        except TooMany:
            full = True
        words = knowledge_of(request).words(language)
        return render(
            request,
            "diary-imported.html",
            language,
            status=413 if full else 200 if len(found.events) > len(large) else 422,
            token=token,
            faults=found.faults,
            remarks=found.remarks,
            large=sorted(large, key=lambda event: event.recorded),
            full=full,
            done=done,
            doubts=[
                ("stays", done.stays),
                ("beside", done.beside),
                ("back", [one.entry for one in done.back]),
                ("kept", [one.entry for one in done.kept]),
            ],
            address=address_of,
            day=lambda entry: day_in_words(entry.day, words),
            shown=_FAULTS_SHOWN,
        )

    return safely(request, language, Posted({}), work)


def _without(found: Imported, large: set[Event]) -> Imported:
    return replace(
        found,
        events=tuple(event for event in found.events if event not in large),
        rows=tuple(event for event in found.rows if event not in large),
    )


def read(name: str, content: bytes, zone: str = "") -> Imported:
    """Read what was sent: a table, or JSON lines; what is no text at all is one fault.

    So is each line of a day that has not begun.

    Parameters
    ----------
    zone : of times in a table that are written without one
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")  # what old spreadsheets write
    if not text.strip():
        return Imported(events=(), faults=(LineFault(line=1, what="the file is empty", text=""),))
    ending = name.rpartition(".")[2].casefold()
    if ending not in _SHEET and text.lstrip().startswith("{"):
        return load_events(text, now=now())
    try:
        zone_of(zone)
    except NoZone:
        zone = ""
    return load_table(text, zone=zone or None, now=now())


def _content(kind: str, diary: Diary, knowledge: Knowledge, language: str) -> str:
    if kind == "csv":
        return dump_table(diary.entries)
    if kind == "json":
        return dump_events(diary.journal.events)
    from kedut.fhir.diary_series import series

    shape = series(diary.journal, knowledge, language)
    return json.dumps(shape, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _reminder(what: str, diary: Diary, request: Request, language: str, title: str) -> Reminder:
    today = today_of(diary, now())
    if what == "daily":
        first = today + timedelta(days=1)
        return Reminder(first=first, at=_REMINDED_AT, title=title, days=_DAILY_DAYS)
    if what == "pause":
        return Reminder(first=today + timedelta(days=_PAUSE_DAYS), at=_AGAIN_AT, title=title)
    seen = shown(diary, knowledge_of(request), language, now())
    return Reminder(first=seen.revision.look_again, at=_AGAIN_AT, title=title)


def _file(content: bytes, name: str, media: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=named)
