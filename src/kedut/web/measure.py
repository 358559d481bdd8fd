"""A twitch measured on the web: recorded by the phone or sent as a file, and then forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from kedut.assess.interview import Question
from kedut.assess.transcript import Transcript, answered, pack
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.pictures.draw import guided
from kedut.web.answers import Posted, posted, transcript_of
from kedut.web.body import BodyTooLarge, BodyTooSlow
from kedut.web.csrf import FIELD, holds
from kedut.web.headers import permissions
from kedut.web.language import known
from kedut.web.leaving import Leaving
from kedut.web.measure_folder import folder_for_one
from kedut.web.measure_queue import Full, Queue, measured
from kedut.web.render import environment, knowledge_of, render

router = APIRouter(include_in_schema=False)

MODALITIES = ("emg", "motion", "video")
PICTURES = ("phone_on_calf", "film_calf")
_ALLOWED = {"Permissions-Policy": permissions("accelerometer", "camera", "gyroscope")}
_SUFFIX = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NEW_DIARY = "new"
NOTED = "noted"
_NOT_NOTED = frozenset({FIELD, NOTED, "t", "diary", "action", "measured"})
_MOST_NOTED = 64 * 1024
_MOST_PAIRS = 500
_HERE = "<!-- the result comes here -->"
_MOST_FIELDS = 20
_AGAIN_AFTER_S = "60"
_ENDED = {"wrong": "server.measuring_ended", "detail": ""}
_FOR_GOODBYE_S = 5.0  # before the server ends, who still waits is told


@router.get("/{language}/measure")
def show(request: Request, language: str) -> HTMLResponse:
    """Show how to measure."""
    return _page(request, known(language), "")


@router.post("/{language}/measure")
async def take(request: Request, language: str) -> Response:
    """Show how to measure, with an interview to go back to; or measure what was sent."""
    language = known(language)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        form = await posted(request)
        request.state.diary = _diary(form)
        request.state.noted = form.one(NOTED) or _noted(form)
        return _page(request, language, form.one("t"))
    async with AsyncExitStack() as kept:
        try:
            sent = await kept.enter_async_context(
                request.form(max_files=1, max_fields=_MOST_FIELDS)
            )
        except BodyTooLarge:
            return _page(request, language, "", wrong="measure_web.too_large", status=413)
        except BodyTooSlow:
            return _page(request, language, "", wrong="measure_web.too_slow", status=408)
        except HTTPException:  # what came is no form
            return _page(request, language, "", wrong="measure_web.no_file", status=422)
        form = Posted({k: [v] for k, v in sent.multi_items() if isinstance(v, str)})
        request.state.diary, request.state.noted = _diary(form), form.one(NOTED)
        file, t = sent.get("recording"), form.one("t")
        if not holds(request, form.one(FIELD)):
            return _page(request, language, t, wrong="measure_web.once_more", status=403)
        if not isinstance(file, UploadFile) or not file.size:
            return _page(request, language, t, wrong="measure_web.no_file", status=422)
        queue: Queue = request.app.state.measuring
        try:
            slots = await kept.enter_async_context(queue.place())
        except Full:
            busy = {"Retry-After": _AGAIN_AFTER_S}
            return _page(request, language, t, wrong="measure_web.busy", status=503, headers=busy)
        path = kept.enter_context(folder_for_one()) / f"recording{_suffix(file.filename or '')}"
        await asyncio.to_thread(_write, file, path)
        modality = form.one("modality") if form.one("modality") in MODALITIES else ""
        told = _told(request, language, t, (path, modality), slots)
        return _Measuring(told, kept.pop_all())


def _diary(form: Posted) -> str:
    """Give the diary the result may go into: its link's secret, or that it begins with it."""
    told = form.one("diary")
    return told if told == NEW_DIARY or _TOKEN.fullmatch(told) else ""


def _to_diary(request: Request) -> str:
    told: str = getattr(request.state, "diary", "")
    return told


def _noted(form: Posted) -> str:
    """Give what was typed into the diary's form so far, packed; it comes back with the result."""
    if not _diary(form):
        return ""
    fields = {name: told for name, told in form.fields.items() if name not in _NOT_NOTED}
    packed = urlencode(fields, doseq=True)
    return packed if len(packed) <= _MOST_NOTED else ""


def _kept_along(request: Request) -> str:
    told: str = getattr(request.state, "noted", "")
    return told if len(told) <= _MOST_NOTED else ""


def _unpacked(noted: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(noted, max_num_fields=_MOST_PAIRS)
    except ValueError:  # no form of ours has so many
        return []
    return [pair for pair in pairs if pair[0] not in _NOT_NOTED]


def _suffix(name: str) -> str:
    """Give how a name ends, which tells some formats; nothing else of it is kept."""
    found = _SUFFIX.search(name)
    return found[0].lower() if found else ""


def _write(file: UploadFile, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(file.file, out, 1024 * 1024)


class _Measuring(StreamingResponse):
    """Gives what the work gives; then, whatever happened, what was sent is deleted.

    Also where the visitor left before the first word: a generator that never began ends nothing.
    """

    def __init__(self, work: AsyncGenerator[str, None], kept: AsyncExitStack) -> None:
        super().__init__(work, media_type="text/html", headers={"X-Accel-Buffering": "no"})
        self._work, self._kept = work, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and let go of everything."""
        async with self._kept, contextlib.aclosing(self._work):
            await super().__call__(scope, receive, send)


async def _told(
    request: Request,
    language: str,
    t: str,
    recording: tuple[Path, str],
    slots: asyncio.Semaphore,
) -> AsyncGenerator[str, None]:
    """Give the page in parts: its head, how far the work is, the result, its end."""
    place = _to_diary(request)
    shown = render(
        request,
        "measure-work.html",
        language,
        t=t,
        here_after=_HERE,
        diary=place,
        noted=_kept_along(request),
    )
    page = bytes(shown.body)
    head, end = page.decode().split(_HERE)
    leaving: Leaving = request.app.state.leaving
    yield head
    while slots.locked():
        if leaving.now:
            yield _result(request, language, t, _ENDED) + end
            return
        yield _step(request, language, None)
        await asyncio.sleep(1)
        if await request.is_disconnected():
            return
    async with slots:
        yield _step(request, language, 0.0)
        async with contextlib.aclosing(measured(recording[0], language, recording[1])) as lines:
            async for said in lines:
                if await request.is_disconnected():
                    return
                if leaving.left_s < _FOR_GOODBYE_S and "done" not in said:
                    yield _result(request, language, t, _ENDED) + end
                    return
                if "share" in said:
                    yield _step(request, language, said["share"])
                elif said:
                    yield _result(request, language, t, said)
    yield end


def _step(request: Request, language: str, share: float | None) -> str:
    words = knowledge_of(request).words(language)
    if share is None:
        return f'<p class="measure-step">{words.say("measure_web.waiting")}</p>\n'
    percent = round(100 * share)
    text = words.say("measure_web.working", percent=percent)
    return (
        f'<p class="measure-step" data-share="{percent}"><span>{text}</span> '
        f'<progress value="{percent}" max="100" aria-hidden="true"></progress></p>\n'
    )


def _result(request: Request, language: str, t: str, said: dict[str, Any]) -> str:
    """Give the result as a part of the page."""
    knowledge = knowledge_of(request)
    words = knowledge.words(language)
    found = said.get("done")
    before, _ = transcript_of(Posted({"t": [t]}), knowledge)
    after, names = (before, ()) if found is None else carried(found["findings"], before, knowledge)
    return environment().get_template("measure-result.html").render(
        say=words.say,
        language=language,
        found=found,
        wrong=said.get("wrong", ""),
        detail=said.get("detail", ""),
        findings=[(words.of("findings", name, "question"), here) for name, here in names],
        t=pack(after),
        begun=bool(before.whom),
        measured=json.dumps(found["rate"]) if found and found.get("rate") else "",
        noted=_unpacked(_kept_along(request)),
        diary_path="" if _to_diary(request) in ("", NEW_DIARY) else f"/{_to_diary(request)}",
    )  # fmt: skip


def carried(
    findings: list[dict[str, Any]], transcript: Transcript, knowledge: Knowledge
) -> tuple[Transcript, tuple[tuple[str, bool], ...]]:
    """Give an interview with what was measured as answers, and what that was.

    Each is a question about a recording, so that the answer says where it comes from.
    """
    names: list[tuple[str, bool]] = []
    for one in findings:
        name = knowledge.resolve(one["id"])
        here = bool(one["present"])
        present, absent = ((name,), ()) if here else ((), (name,))
        question = Question("yes_no", name, (name,))
        transcript = answered(transcript, question, present=present, absent=absent)
        names.append((name, here))
    return transcript, tuple(names)


def _page(
    request: Request,
    language: str,
    t: str,
    *,
    wrong: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """Give the page on which a recording is made or sent."""
    words = knowledge_of(request).words(language)
    return render(
        request,
        "measure.html",
        language,
        status=status,
        headers={**_ALLOWED, **(headers or {})},
        t=t,
        diary=_to_diary(request),
        noted=_kept_along(request),
        wrong=wrong,
        pictures=[guided(name, words) for name in PICTURES],
    )
