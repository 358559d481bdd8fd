"""Keeping, by a link only the person has: kept, opened again, added to, erased."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

import kedut
from kedut.assess.entries import Entry, appended, entries_of
from kedut.assess.pipeline import assess
from kedut.assess.repeat import first_time
from kedut.assess.transcript import BadTranscript, Transcript, interview_of, pack, unpack
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.day import day_in_words
from kedut.storage.errors import NewerThere, NotKept
from kedut.storage.store import Store
from kedut.storage.token import Token
from kedut.web import export
from kedut.web.answers import Posted, posted
from kedut.web.csrf import FIELD, browser_of, holds
from kedut.web.keep_failures import again, lost, number_of_page, safely
from kedut.web.kept_store import store_of
from kedut.web.language import known
from kedut.web.render import environment, knowledge_of, render
from kedut.web.repeat import forget

__all__ = ["router", "store_of"]

router = APIRouter(include_in_schema=False)
router.include_router(export.router)
Form = Annotated[Posted, Depends(posted)]
_MOST_TRIES = 20  # constant: each is lost only to another save of the same person
_LINK = re.compile(r"(?:^|/(?:kept|diary)/)([A-Za-z0-9_-]+)(?:[/?#\s].*)?$", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}")


@router.get("/{language}/keep")
@router.get("/{language}/keep/file")
@router.get("/{language}/kept")
@router.get("/{language}/erase")
def find(request: Request, language: str) -> Response:
    """Ask for the link of what was kept."""
    return render(request, "keep-find.html", known(language))


@router.post("/{language}/kept")
def found(request: Request, language: str, form: Form) -> Response:
    """Lead from a pasted link to what it opens."""
    language = known(language)
    if not holds(request, form.one(FIELD)):
        return again(request, language, form)
    try:
        token = token_in(form.one("link"))
    except NotKept:
        return lost(request, language, form)
    return RedirectResponse(f"/{language}/kept/{token.text}", 303)


@router.post("/{language}/keep")
def keep(request: Request, language: str, form: Form) -> Response:
    """Keep the answers, under a new link or as one more entry under an old one."""
    language = known(language)
    if not holds(request, form.one(FIELD)):
        return again(request, language, form)
    knowledge = knowledge_of(request)
    try:
        transcript = unpack(form.one("t"), knowledge)
    except BadTranscript:
        return export.unreadable(request, language)
    if not transcript.given:
        return export.nothing(request, language)

    def work() -> Response:
        entry, old = entry_of(knowledge, transcript), form.one("kept") or form.one("link")
        if old:
            token, new = token_in(old), add(store_of(request), token_in(old), entry)
            done = "keep.added" if new else "keep.already"
        else:
            token = store_of(request).keep(appended(None, entry), once(request, form, entry.t))
            done = "keep.kept"
        return render(
            request,
            "keep-link.html",
            language,
            t=entry.t,
            token=token.text,
            link=link_to(request, language, token),
            done=done,
        )

    return safely(request, language, form, work)


@router.post("/{language}/keep/file")
def as_file(request: Request, language: str, form: Form) -> Response:
    """Give the link as a small page to save; it opens without us."""
    language = known(language)
    if not holds(request, form.one(FIELD)):
        return again(request, language, form)
    try:
        token = token_in(form.one("token"))
    except NotKept:
        return lost(request, language, form)
    words = knowledge_of(request).words(language)
    text = (
        environment()
        .get_template("keep-file.html")
        .render(
            say=words.say,
            language=language,
            link=link_to(request, language, token),
            day=day_in_words(_now().date(), words),
        )
    )
    named = {"Content-Disposition": 'attachment; filename="kedut-link.html"'}
    return Response(text, media_type="text/html; charset=utf-8", headers=named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One kept interview as the page shows it.

    t : readable by the knowledge of today; empty where it is not
    same_as : the day on which the same was told before, within some days; empty if it is new
    """

    entry: Entry
    day: str
    t: str
    same_as: str
    moved: bool


@router.get("/{language}/kept/{token}")
def kept(request: Request, language: str, token: str) -> Response:
    """Show what was kept and what can be done with it."""
    language = known(language)

    def work() -> Response:
        opened = store_of(request).read(Token.parse(token))
        shown = _shown(knowledge_of(request), language, entries_of(opened.document))
        return render(request, "keep-kept.html", language, shown=shown, token=token)

    return safely(request, language, Posted({}), work)


@router.post("/{language}/erase")
def erase(request: Request, language: str, form: Form) -> Response:
    """Erase everything under a link, after asking once."""
    language = known(language)
    if not holds(request, form.one(FIELD)):
        return again(request, language, form)

    def work() -> Response:
        token = token_in(form.one("token"))
        if form.one("sure") != "yes":
            return render(request, "keep-erase.html", language, token=token.text)
        store_of(request).erase(token)
        answer = render(request, "keep-erased.html", language)
        forget(answer, request)
        return answer

    return safely(request, language, form, work)


def entry_of(knowledge: Knowledge, transcript: Transcript) -> Entry:
    """Give an interview as it is kept: with the time, the versions and the urgency of now."""
    case = interview_of(transcript).case
    return Entry(
        t=pack(transcript),
        answered_at=_now(),
        knowledge_version=knowledge.version,
        software_version=kedut.__version__,
        level=assess(case, knowledge, detail="brief").urgency.level,
    )


def add(store: Store, token: Token, entry: Entry) -> bool:
    """Add an entry to what is kept, whoever else adds meanwhile; give whether it is new.

    Raises
    ------
    NotKept, NotOpened, TooLarge, StoreUnavailable
    """
    there = store.read(token)
    for _ in range(_MOST_TRIES):
        document = appended(there.document, entry)
        if document == there.document:
            return False
        try:
            store.replace(token, document, there.revision)
        except NewerThere as other:
            there = other.newer
        else:
            return True
    store.replace(token, appended(there.document, entry), there.revision)
    return True


def once(request: Request, form: Posted, t: str) -> Token:
    """Give the token under which this very form keeps: the same however often it is sent.

    It may be sent again by a proxy, when a server died, or by a finger. The page's number is random
    and known to its browser only; so is the token.
    """
    secret: str = request.app.state.settings.secret
    told = "\0".join(("keep", browser_of(request), number_of_page(form), t))
    return Token(hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest())


def token_in(text: str) -> Token:
    """Give the token in a link, or the token itself.

    Raises
    ------
    NotKept
    """
    match = _LINK.search(text.strip())
    if match is None:
        raise NotKept
    return Token.parse(match[1])


def link_to(request: Request, language: str, token: Token) -> str:
    """Give the whole address of what is kept, as this browser reaches us."""
    host = request.headers.get("host", "")
    scheme = "https" if request.app.state.settings.secure else request.scope.get("scheme", "http")
    start = f"{scheme}://{host}" if _HOST.fullmatch(host) else ""
    return f"{start}/{language}/kept/{token.text}"


def _shown(knowledge: Knowledge, language: str, entries: tuple[Entry, ...]) -> list[Shown]:
    """Give the entries for the page, the newest first."""
    words = knowledge.words(language)
    within = knowledge.decisions["repeat.within_days"]
    earlier: list[tuple[Transcript, date]] = []
    shown: list[Shown] = []
    for entry in entries:
        day, same, packed = entry.answered_at.date(), None, ""
        try:
            told = unpack(entry.t, knowledge)
        except BadTranscript:
            pass
        else:
            same = first_time(told, earlier, today=day, within_days=within)
            packed = entry.t
            earlier.append((told, day))
        shown.append(
            Shown(
                entry=entry,
                day=day_in_words(day, words),
                t=packed,
                same_as=day_in_words(same, words) if same else "",
                moved=entry.knowledge_version != knowledge.version,
            )
        )
    return shown[::-1]


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
