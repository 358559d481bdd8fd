"""A posted form as an interview and one answer; what it does not say stays unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fastapi import Request
from starlette.datastructures import FormData

from kedut.assess.interview import FIRST_VARIABLES, FOLLOW_UPS, Question, Step
from kedut.assess.transcript import (
    OLDEST_YEARS,
    SEXES,
    WHOM,
    BadTranscript,
    Transcript,
    answered,
    back,
    step_of,
    unpack,
    with_more,
)
from kedut.case.bodymap import findings_of_map, marks_of
from kedut.knowledge.knowledge_base import Knowledge

CLOCK = FIRST_VARIABLES[0]
MAP = "map"
MAP_KEY = "bodymap"
_MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Posted:
    """A form: its fields by name, each as a list of texts."""

    fields: dict[str, list[str]]

    def one(self, name: str) -> str:
        """Give the last value of a field, or nothing."""
        return self.fields.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Give every value of a field."""
        return self.fields.get(name, [])


async def posted(request: Request) -> Posted:
    """Read a form; files in it are left out, and so is what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return Posted({})
    form: FormData
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        fields: dict[str, list[str]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
    return Posted(fields)


def transcript_of(form: Posted, knowledge: Knowledge) -> tuple[Transcript, str]:
    """Read the interview a form carries; an unreadable one begins anew and says so."""
    try:
        return unpack(form.one("t"), knowledge), ""
    except BadTranscript:
        return Transcript(), "interview.unreadable"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an interview stands.

    page : `about`, `question`, `map`, `emergency` or `result`
    """

    page: str
    step: Step
    question: Question | None = None


def stand_of(knowledge: Knowledge, transcript: Transcript, *, finish: bool = False) -> Stand:
    """Give the page to show next."""
    step = step_of(knowledge, transcript)
    mapped = any(g.kind == MAP for g in transcript.given)
    emergency = step.urgency.level.value == "emergency"
    if emergency and not transcript.acknowledged and not finish:
        return Stand("emergency", step)
    if not transcript.whom:
        return Stand("about", step)
    if finish or (step.question is None and (mapped or emergency)):
        return Stand("result", step)
    key = step.question.key if step.question else ""
    lists = (*knowledge.screen, *knowledge.opening, FOLLOW_UPS[0], *FIRST_VARIABLES)
    if not mapped and key not in lists:
        return Stand("map", step, Question(MAP, MAP_KEY, ()))
    return Stand("question", step, step.question)


def with_questions(knowledge: Knowledge, transcript: Transcript) -> Transcript | None:
    """Give the interview with which questions go on, or nothing where none would tell more.

    It is the same where some are still open; else one with a round more. After an emergency none
    are put until the person has read what to do.
    """
    for told in (transcript, with_more(transcript)):
        if stand_of(knowledge, told).page in ("question", "map"):
            return told
    return None


def after(knowledge: Knowledge, transcript: Transcript, form: Posted) -> tuple[Transcript, str]:
    """Give the interview after what a form says, and a sentence's key where it says too little."""
    action = form.one("action")
    if action == "back":
        only_about = all(given.key == CLOCK for given in transcript.given)
        return (replace(transcript, whom="") if only_about else back(transcript)), ""
    if action == "about":
        return _about(knowledge, transcript, form)
    if action.startswith("edit:") and action[5:].isdigit():
        return back(transcript, len(transcript.given) - int(action[5:])), ""
    if action != "answer":
        return _elsewhere(knowledge, transcript, action), ""
    question = stand_of(knowledge, transcript).question
    if question is None or form.one("key") != question.key:
        return transcript, ""
    return _answer(knowledge, transcript, question, form)


def _elsewhere(knowledge: Knowledge, transcript: Transcript, action: str) -> Transcript:
    """Give the interview after a step that answers nothing."""
    if action == "acknowledge":
        return replace(transcript, acknowledged=True)
    if action == "again":
        return Transcript()
    if action == "more":
        return with_questions(knowledge, transcript) or transcript
    return transcript


def _about(knowledge: Knowledge, transcript: Transcript, form: Posted) -> tuple[Transcript, str]:
    whom, sex, text = form.one("whom"), form.one("sex"), form.one("age").strip()
    told = replace(
        transcript,
        whom=whom if whom in WHOM else "myself",
        sex=sex if sex in SEXES else None,
        age=None,
    )
    since, states = form.one("since"), clock_of(knowledge)
    if since in states:
        told = answered(told, Question("choice", CLOCK, states), present=(since,))
    elif since == "unknown":
        told = answered(told, Question("choice", CLOCK, states))
    if not text:
        return told, ""
    try:
        age = float(text.replace(",", "."))
    except ValueError:
        age = -1.0
    if not 0 <= age <= OLDEST_YEARS:
        return replace(told, whom=""), "interview.age_wrong"
    return replace(told, age=age), ""


def clock_of(knowledge: Knowledge) -> tuple[str, ...]:
    """Give the answers to how long it has twitched, shortest first."""
    states = knowledge.variables.get(CLOCK, {})
    return tuple(sorted(states, key=lambda name: states[name]))


def since_of(transcript: Transcript) -> str:
    """Give what was said of how long it has twitched: a finding, `unknown`, or nothing yet."""
    for given in (*transcript.given, *transcript.undone):
        if given.key == CLOCK:
            return given.present[0] if given.present else "unknown"
    return ""


def _answer(
    knowledge: Knowledge, transcript: Transcript, question: Question, form: Posted
) -> tuple[Transcript, str]:
    said = form.one("a")
    if question.kind == MAP:
        marks = tuple(str(mark) for mark in marks_of(knowledge, form.all("map")))
        present = findings_of_map(knowledge, marks) if said != "skip" else ()
        asked = Question(MAP, MAP_KEY, present)
        return answered(replace(transcript, marks=marks), asked, present=present), ""
    if question.kind == "group":
        return _group(transcript, question, form)
    if question.kind == "choice" and said in question.findings:
        return answered(transcript, question, present=(said,)), ""
    if said == "yes" and question.kind == "yes_no":
        return answered(transcript, question, present=question.findings), ""
    if said in ("no", "none"):
        return answered(transcript, question, absent=question.findings), ""
    if said in ("unknown", "skip"):
        return answered(transcript, question), ""
    return transcript, "interview.choose"


def _group(transcript: Transcript, question: Question, form: Posted) -> tuple[Transcript, str]:
    """Read a list of ticks: none is said only where it is said."""
    said = form.one("a")
    ticked = _of(question, form.all("p"))
    unsure = _of(question, form.all("u"))
    if said in ("unknown", "skip"):
        return answered(transcript, question, present=ticked), ""
    if said == "none" and (ticked or unsure):
        return transcript, "interview.ticked_and_none"
    if said == "some" and not ticked and not unsure:
        return transcript, "interview.nothing_ticked"
    if said not in ("some", "none"):
        return transcript, "interview.choose"
    rest = tuple(f for f in question.findings if f not in ticked and f not in unsure)
    return answered(transcript, question, present=ticked, absent=rest), ""


def _of(question: Question, values: Iterable[str]) -> tuple[str, ...]:
    given = set(values)
    return tuple(f for f in question.findings if f in given)
