"""The interview, one question a page; all that was said travels in the form itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from kedut.advice.actions import COUNTRY, actions, local_ways
from kedut.assess.interview import (
    FIRST_VARIABLES,
    FOLLOW_UPS,
    JOINED,
    Question,
    most_questions,
    text_of,
)
from kedut.assess.transcript import Transcript, interview_of, pack
from kedut.case.finding_space import finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import infer
from kedut.reasoning.why import separates
from kedut.report.pictures.bodymap import bodymap
from kedut.report.pictures.draw import guided, pictures_of
from kedut.web.answers import (
    CLOCK,
    Posted,
    Stand,
    after,
    clock_of,
    posted,
    since_of,
    stand_of,
    transcript_of,
)
from kedut.web.csrf import FIELD, holds
from kedut.web.language import known
from kedut.web.render import knowledge_of, render
from kedut.web.result import show_result

router = APIRouter(include_in_schema=False)


@router.get("/{language}/interview")
def begin(request: Request, language: str) -> HTMLResponse:
    """Begin: for whom, how old, which body."""
    return _show(request, known(language), Transcript(), "", Posted({}))


@router.post("/{language}/interview")
async def go_on(request: Request, language: str) -> HTMLResponse:
    """Take an answer and show what comes next."""
    return await run_in_threadpool(_take, request, known(language), await posted(request))


def _take(request: Request, language: str, form: Posted) -> HTMLResponse:
    knowledge = knowledge_of(request)
    transcript, notice = transcript_of(form, knowledge)
    if not holds(request, form.one(FIELD)):
        return _show(request, language, transcript, notice or "interview.once_more", form)
    transcript, wrong = after(knowledge, transcript, form)
    return _show(request, language, transcript, notice or wrong, form)


def _show(
    request: Request, language: str, transcript: Transcript, notice: str, form: Posted
) -> HTMLResponse:
    knowledge = knowledge_of(request)
    stand = stand_of(knowledge, transcript, finish=form.one("action") == "finish")
    if stand.page == "result":
        return show_result(request, language, transcript, form.one("kept"))
    values: dict[str, Any] = {
        "t": pack(transcript),
        "kept": form.one("kept"),
        "transcript": transcript,
        "notice": notice,
        "progress": progress_of(knowledge, transcript, stand),
        "back": bool(transcript.given or transcript.whom),
        "alarm": stand.step.urgency.level.value == "emergency",
        "form": form,
    }
    words = knowledge.words(language)
    if stand.page == "emergency":
        urgency = stand.step.urgency
        values["advice"] = actions(knowledge, stand.step.findings, urgency, {}, words, COUNTRY)
        values["reasons"] = [words.of("rules", b.id, "reason") for b in urgency.because]
        values["alarms"] = [b.id for b in urgency.because]
    if stand.page == "map":
        values["map"] = bodymap(knowledge, words, form.all("map") or transcript.marks)
    if stand.page == "question" and stand.question is not None:
        values |= _question(knowledge, transcript, stand, language)
    if stand.page == "about":
        values["local"] = local_ways(knowledge, COUNTRY, language)
        values["clock"] = clock_of(knowledge)
        values["since"] = form.one("since") or since_of(transcript)
    status = 422 if notice and notice != "interview.once_more" else 200
    return render(request, f"interview-{stand.page}.html", language, status=status, **values)


def _question(
    knowledge: Knowledge, transcript: Transcript, stand: Stand, language: str
) -> dict[str, Any]:
    """Give what one question needs: words, why it is asked, a picture, what was said before."""
    words = knowledge.words(language)
    question = stand.question or Question("", "", ())
    why: list[str] = []
    pictures: list[str] = []
    hint = words.of("screen", question.key, "help") if question.kind == "group" else ""
    if question.kind == "yes_no":
        hint = words.of("findings", question.key, "help")
        inference = infer(knowledge, stand.step.findings)
        why = [
            words.of("causes", cause, "name")
            for cause in separates(knowledge, inference, question.key)
        ]
        pictures = [guided(name, words) for name in pictures_of(knowledge, "finding", question.key)]
    return {
        "question": question,
        "text": text_of(question, words),
        "hint": hint,
        "why": why,
        "pictures": pictures,
        "earlier": transcript.earlier(question),
        "parts": _parts(knowledge, question),
        "danger": question.key in knowledge.screen or question.key == FOLLOW_UPS[0],
    }


def _parts(knowledge: Knowledge, question: Question) -> list[tuple[str, tuple[str, ...]]]:
    """Give the entries of a list, in parts with a heading each where two share the page."""
    dangers = knowledge.screen.get(question.key, ())
    first = tuple(f for f in question.findings if f in dangers)
    rest = tuple(f for f in question.findings if f not in dangers)
    if not first or not rest:
        return [("", question.findings)]
    return [("interview.part_danger", first), ("interview.part_usual", rest)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an interview is: `number` of this page, and how many more there are at most."""

    number: int
    more: int

    @property
    def total(self) -> int:
        """Give how many pages there are at most."""
        return self.number + self.more


def progress_of(knowledge: Knowledge, transcript: Transcript, stand: Stand) -> Progress:
    """Count what is behind and what can still come; the true end is never later than told.

    Fixed pages: who, the lists, what follows from them, the twitch and the map; then what the
    answers make worth asking, with a known limit.
    """
    interview = interview_of(transcript)
    space = finding_space(knowledge)
    told = stand.step.findings.present | stand.step.findings.absent
    given = {g.key for g in transcript.given}
    joined = {JOINED[group] for group in JOINED if group in given}
    fixed = sum(
        1
        for group, members in {**knowledge.screen, **knowledge.opening}.items()
        if group not in given
        and group not in joined
        and not stand.step.findings.absent & space.bit.get(group, 0)
        and any(not told & space.bit[m] for m in members)
    )
    fixed += sum(1 for key in (*FOLLOW_UPS, "bodymap", *FIRST_VARIABLES) if key not in given)
    adaptive = most_questions(knowledge, interview) - interview.asked
    here = 1 if stand.page in ("question", "map") else 0
    on_first_page = bool(transcript.given) and transcript.given[0].key == CLOCK
    return Progress(
        number=len(transcript.given) - on_first_page + (2 if transcript.whom else 1),
        more=max(0, fixed + adaptive - here),
    )
