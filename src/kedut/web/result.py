"""The answer: urgency first, then what to do, what it is likely, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from kedut.assess.assessment import Assessment
from kedut.assess.interview import Question, text_of
from kedut.assess.transcript import Given, Transcript, interview_of, pack
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.outlook.course import SHOWN_DAYS
from kedut.report.day import day_in_words
from kedut.report.pictures.bodymap import marked_figures, territories
from kedut.report.sentences import Teller
from kedut.web.answers import MAP, posted, transcript_of, with_questions
from kedut.web.language import known
from kedut.web.render import knowledge_of, render
from kedut.web.repeat import note, noted
from kedut.web.turns import assess_in_turn

router = APIRouter(include_in_schema=False)


@router.post("/{language}/result")
async def result(request: Request, language: str) -> HTMLResponse:
    """Show the answer to an interview as far as it went."""
    form = await posted(request)
    transcript, _ = transcript_of(form, knowledge_of(request))
    return await run_in_threadpool(
        show_result, request, known(language), transcript, form.one("kept")
    )


@router.get("/{language}/result")
def no_result(request: Request, language: str) -> HTMLResponse:
    """Say that an answer needs an interview: its address holds nothing of it."""
    return render(request, "no-result.html", known(language))


def assessed(knowledge: Knowledge, transcript: Transcript, language: str) -> Assessment:
    """Assess what was said so far."""
    return assess_in_turn(interview_of(transcript).case, knowledge, language=language)


def show_result(
    request: Request, language: str, transcript: Transcript, kept: str = ""
) -> HTMLResponse:
    """Give the page with the answer; `kept` is the link it was opened by, to be added to."""
    knowledge = knowledge_of(request)
    words = knowledge.words(language)
    found = assessed(knowledge, transcript, language)
    today = datetime.now(UTC).astimezone().date()
    before = noted(request, transcript, today)
    again = found.come_back
    page = render(
        request,
        "result.html",
        language,
        t=pack(transcript),
        kept=kept,
        transcript=transcript,
        teller=Teller(found, knowledge, language),
        a=found,
        by_cause={cause.id: cause for cause in found.causes},
        days=SHOWN_DAYS,
        figures=marked_figures(knowledge, words, transcript.marks),
        areas=territories(knowledge, words, transcript.marks),
        said=answers_told(transcript, words),
        asks_more=with_questions(knowledge, transcript) is not None,
        look_again=day_in_words((before or today) + timedelta(days=again.after_days), words)
        if again
        else "",
        first_time=day_in_words(before, words) if before and before < today else None,
    )
    note(page, request, transcript, today)
    return page


def answers_told(transcript: Transcript, words: Words) -> list[dict[str, Any]]:
    """Give each answer in words: what was asked, what was said."""
    return [
        {"asked": _asked(given, words), "said": _said(given, words)} for given in transcript.given
    ]


def _asked(given: Given, words: Words) -> str:
    if given.kind == MAP:
        return words.say("interview.map_title")
    return text_of(Question(given.kind, given.key, given.findings), words)


def _said(given: Given, words: Words) -> str:
    if given.kind == "yes_no":
        known_answer = "yes" if given.present else "no" if given.absent else "unknown"
        return words.say(f"interview.{known_answer}")
    if given.present:
        return "; ".join(words.of("findings", f, "name") for f in given.present)
    if given.kind == MAP:
        return words.say("interview.map_nothing")
    return words.say("interview.none" if given.absent else "interview.unknown")
