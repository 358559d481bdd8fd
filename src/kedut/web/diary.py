"""The diary on the phone: one form of seconds, and what the days noted say."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from kedut.advice.trial import ASKED
from kedut.assess.entries import appended, empty
from kedut.assess.transcript import BadTranscript, unpack
from kedut.diary.entry import Entry
from kedut.diary.journal import Event
from kedut.report.day import day_in_words
from kedut.storage.errors import NotKept
from kedut.storage.token import Token
from kedut.web import diary_files
from kedut.web.answers import Posted, posted
from kedut.web.csrf import FIELD, holds
from kedut.web.diary_change import (
    ChangedSince,
    changed,
    noted,
    seen_of,
    standing_of,
    taken_back,
)
from kedut.web.diary_form import NotSaid, entry_of, is_fresh_id, typed_from
from kedut.web.diary_log import (
    Plan,
    Told,
    address_of,
    history_of,
    opened,
    write,
    write_plan,
    write_told,
)
from kedut.web.diary_page import shown, today_of
from kedut.web.diary_show import diary_page, fields, form_page, noting, to
from kedut.web.keep import add, once, token_in
from kedut.web.keep import entry_of as kept_entry
from kedut.web.keep_failures import lost, safely
from kedut.web.kept_store import store_of
from kedut.web.language import known
from kedut.web.render import knowledge_of, render
from kedut.web.zones import now

router = APIRouter(include_in_schema=False)
router.include_router(diary_files.router)
Form = Annotated[Posted, Depends(posted)]
_ON_A_PAGE = 60
_MOST_SEED = 2**31
_MOMENT = timedelta(microseconds=1)


@router.get("/{language}/diary")
def begin(request: Request, language: str) -> Response:
    """Show the form of a first entry; what it says is kept under a link when it is sent."""
    return form_page(request, known(language), Posted({}))


@router.post("/{language}/diary")
def begun(request: Request, language: str, form: Form) -> Response:
    """Begin a diary: from an interview's answer, or with a first entry."""
    language = known(language)
    try:
        token = Token.parse(form.one("token"))
    except NotKept:
        token = Token.fresh()

    def again(faults: tuple[str, ...], status: int, other: ChangedSince | None = None) -> Response:
        return form_page(request, language, form, faults, status, new=token, other=other)

    def work() -> Response:
        if form.one("action") == "begin":
            return _from_answer(request, language, form)
        entry = _typed(request, form)
        store_of(request).keep(empty(), token)
        return _noted(request, language, form, token, entry)

    if form.one("action") == "measured":
        return again((), 200)
    if not holds(request, form.one(FIELD)):
        return again(("once_more",), 403)
    return noting(request, language, form, None, work, again)


@router.get("/{language}/diary/{token}")
def show(request: Request, language: str, token: str) -> Response:
    """Show what the days noted say, and the form of today."""
    language = known(language)

    def work() -> Response:
        mine = Token.parse(token)
        diary = opened(store_of(request), mine, knowledge_of(request))
        return diary_page(request, language, mine, diary, Posted({}))

    return safely(request, language, Posted({}), work)


@router.post("/{language}/diary/{token}")
def note(request: Request, language: str, token: str, form: Form) -> Response:
    """Take an entry, a plan or its end, or what has to be known before a plan."""
    language = known(language)
    try:
        mine = Token.parse(token)
    except NotKept:
        return lost(request, language, Posted({}))

    def again(faults: tuple[str, ...], status: int, other: ChangedSince | None = None) -> Response:
        diary = opened(store_of(request), mine, knowledge_of(request))
        return diary_page(request, language, mine, diary, form, faults, status, other=other)

    def work() -> Response:
        store, action = store_of(request), form.one("action")
        if action == "measured":
            return again((), 200)
        if not holds(request, form.one(FIELD)):
            return again(("once_more",), 403)
        if action == "plan":
            write_plan(store, mine, _planned(request, language, form, mine))
        elif action == "end-plan":
            write_plan(store, mine, _ended(opened(store, mine, knowledge_of(request)).plan))
        elif action == "tell":
            before = opened(store, mine, knowledge_of(request)).told_at
            write_told(store, mine, _told(form, before))
            return to(language, mine, "#tried")
        else:
            return _noted(request, language, form, mine, _typed(request, form))
        return to(language, mine)

    return noting(request, language, form, mine, work, again)


@router.get("/{language}/diary/{token}/entries")
def entries(request: Request, language: str, token: str) -> Response:
    """List what was noted, the newest first."""
    language = known(language)

    def work() -> Response:
        diary = opened(store_of(request), Token.parse(token), knowledge_of(request))
        journal, every = diary.journal, diary.entries[::-1]
        pages = max(1, -(-len(every) // _ON_A_PAGE))
        wanted = request.query_params.get("page", "1")[:6]
        here = min(max(1, int(wanted) if wanted.isdecimal() else 1), pages)
        some = every[(here - 1) * _ON_A_PAGE : here * _ON_A_PAGE]
        words = knowledge_of(request).words(language)
        rows = [
            {
                "entry": entry,
                "address": address_of(entry.id),
                "day": day_in_words(entry.day, words),
                "corrected": len(journal.history(entry.id)) > 1,
            }
            for entry in some
        ]
        return render(
            request, "diary-entries.html", language, rows=rows, token=token, page=here, pages=pages
        )

    return safely(request, language, Posted({}), work)


@router.get("/{language}/diary/{token}/entries/{entry}")
def one(request: Request, language: str, token: str, entry: str) -> Response:
    """Show one entry to be corrected, and how it came to be."""
    language = known(language)

    def work() -> Response:
        return _one(request, language, Token.parse(token), entry, None)

    return safely(request, language, Posted({}), work)


@router.post("/{language}/diary/{token}/entries/{entry}")
def correct(request: Request, language: str, token: str, entry: str, form: Form) -> Response:
    """Correct an entry or take it back; what was there before stays in its history."""
    language = known(language)
    try:
        mine = Token.parse(token)
    except NotKept:
        return lost(request, language, Posted({}))

    def again(faults: tuple[str, ...], status: int, other: ChangedSince | None = None) -> Response:
        typed = None if form.one("action") == "retract" else form
        return _one(request, language, mine, entry, typed, faults, status, other)

    def work() -> Response:
        store = store_of(request)
        history = _history(request, mine, entry)
        if not holds(request, form.one(FIELD)):
            return again(("once_more",), 403)
        if form.one("action") == "retract":
            write(store, mine, taken_back(history, form.one("seen"), now()))
            return to(language, mine, "/entries")
        before = _last_said(history)
        said = entry_of(form, before.id, now(), knowledge_of(request), before)
        write(store, mine, changed(history, said, form.one("seen"), now()))
        return to(language, mine)

    return noting(request, language, form, mine, work, again)


def _typed(request: Request, form: Posted) -> Entry:
    entry_id = form.one("entry")
    if not is_fresh_id(entry_id):
        entry_id = secrets.token_hex(16)
    return entry_of(form, entry_id, now(), knowledge_of(request))


def _noted(request: Request, language: str, form: Posted, token: Token, entry: Entry) -> Response:
    store = store_of(request)
    history = history_of(store, token, address_of(entry.id))
    write(store, token, noted(history, entry, form.one("seen"), now()))
    return to(language, token)


def _told(form: Posted, before: datetime | None) -> Told:
    """Give what was answered of kidneys, pregnancy and drink; left open stays unknown.

    Parameters
    ----------
    before : when such answers were given last; these come after, whatever the clock says

    Raises
    ------
    NotSaid
    """
    said = {name: form.one(name) for name in ASKED}
    answers = {name: one == "yes" for name, one in said.items() if one in {"yes", "no"}}
    if not answers:
        raise NotSaid(("tell_open",))
    return Told(answers=answers, recorded=max(now(), before + _MOMENT) if before else now())


def _from_answer(request: Request, language: str, form: Posted) -> Response:
    """Keep the answers of an interview, and open the diary with them."""
    knowledge = knowledge_of(request)
    try:
        told = unpack(form.one("t"), knowledge)
    except BadTranscript:
        return form_page(request, language, Posted({}), ("unreadable",), 422)
    if not told.given:
        return RedirectResponse(f"/{language}/diary", 303)
    store, old, entry = store_of(request), form.one("kept"), kept_entry(knowledge, told)
    if not old:
        return to(language, store.keep(appended(None, entry), once(request, form, entry.t)))
    token = token_in(old)
    add(store, token, entry)
    return to(language, token)


def _planned(request: Request, language: str, form: Posted, token: Token) -> Plan:
    """Give the plan that was asked for, from today on.

    Raises
    ------
    NotSaid
        It is not confirmed, or it may not be tried.
    """
    knowledge, what = knowledge_of(request), form.one("what")
    diary = opened(store_of(request), token, knowledge)
    if form.one("sure") != "yes":
        raise NotSaid(("plan_sure",))
    found = shown(diary, knowledge, language, now()).trials
    if what not in found.offered:
        open_ = found.ask and not found.held_back
        raise NotSaid(("plan_ask" if open_ else "plan_not",))
    seed = secrets.randbelow(_MOST_SEED)
    return Plan(what=what, first=today_of(diary, now()), seed=seed, recorded=now())


def _ended(plan: Plan | None) -> Plan:
    """Give the end of a plan, after it, whatever the clock says."""
    moment = max(now(), plan.recorded + _MOMENT) if plan else now()
    return Plan(what="", first=moment.date(), seed=0, recorded=moment)


def _one(
    request: Request,
    language: str,
    token: Token,
    address: str,
    typed: Posted | None,
    faults: tuple[str, ...] = (),
    status: int = 200,
    other: ChangedSince | None = None,
) -> Response:
    words = knowledge_of(request).words(language)
    history = _history(request, token, address)
    there, before = standing_of(history), _last_said(history)
    zone = before.at.tzinfo
    told = [
        {
            "kind": event.kind.value,
            "day": day_in_words(event.recorded.astimezone(zone).date(), words),
            "time": f"{event.recorded.astimezone(zone):%H:%M}",
            "entry": event.entry,
        }
        for event in history
    ]
    # A form sent with a fault still goes by what it was shown first.
    seen = typed.one("seen") if typed and not other else seen_of(history)
    values = fields(
        request, language, typed or typed_from(before), save="save_change", seen=seen, other=other
    )
    return render(
        request,
        "diary-entry.html",
        language,
        status=status,
        token=token.text,
        action=f"/{language}/diary/{token.text}/entries/{address}",
        faults=faults,
        retracted=there is None,
        history=told,
        entry_day=day_in_words(before.day, words),
        **values,
    )


def _history(request: Request, token: Token, address: str) -> tuple[Event, ...]:
    """Give what happened to the entry of an address.

    Raises
    ------
    HTTPException
        404: there is none.
    """
    history = history_of(store_of(request), token, address)
    if not any(event.entry is not None for event in history):
        raise HTTPException(404)
    return history


def _last_said(history: Sequence[Event]) -> Entry:
    """Give an entry as it was last said, also where it was taken back since."""
    said = [event.entry for event in history if event.entry is not None]
    return said[-1]
