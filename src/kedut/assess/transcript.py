"""What was said in an interview, in order, as one text to take back, keep and carry on."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from kedut.assess.interview import (
    Interview,
    Question,
    Step,
    answer,
    step,
    step_after_emergency,
)
from kedut.case.case import Case
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge

KINDS = ("group", "choice", "yes_no", "map")
WHOM = ("myself", "other")
SEXES = ("male", "female")
OLDEST_YEARS = 120
LONGEST_TEXT = (
    32_768  # constant: characters; an interview with everything answered needs some 6,000
)
_LONGEST_JSON = 262_144  # constant: bytes
_MOST_ANSWERS = 200  # constant: far more than an interview asks
_MOST_MARKS = 200
MOST_ROUNDS = 30  # constant: more than there are questions for
_VERSION = "1"


class BadTranscript(ValueError):
    """A text that is not a packed interview; what it said cannot be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One question as it was answered; what is neither present nor absent was left unknown."""

    kind: str
    key: str
    findings: tuple[str, ...]
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """An interview as it went.

    whom : `myself` or `other`, or empty before it was asked
    given : answers in order
    undone : answers taken back, offered again when their question returns
    marks : what was tapped on the body map, `region:side:sensation`
    acknowledged : the person has read what to do in the emergency and asked to go on
    more : how often more questions were asked for after the last one
    """

    whom: str = ""
    age: float | None = None
    sex: str | None = None
    given: tuple[Given, ...] = ()
    undone: tuple[Given, ...] = ()
    marks: tuple[str, ...] = ()
    acknowledged: bool = False
    more: int = 0
    dropped: tuple[str, ...] = field(default=(), compare=False)

    def earlier(self, question: Question) -> Given | None:
        """Give how a question was answered before that answer was taken back."""
        same = (g for g in self.undone if g.kind == question.kind and g.key == question.key)
        return next(same, None)


def interview_of(transcript: Transcript) -> Interview:
    """Give the interview after all answers; of two answers about one finding the later holds."""
    case = Case(id="", age=transcript.age, sex=transcript.sex)
    interview = Interview(case=case, more=transcript.more)
    for given in transcript.given:
        question = Question(given.kind, given.key, given.findings)
        interview = answer(
            _without(interview, {*given.present, *given.absent}),
            question,
            present=given.present,
            absent=tuple(f for f in given.absent if f not in given.present),
        )
    return interview


def _without(interview: Interview, findings: set[str]) -> Interview:
    """Give the interview as if some findings had never been told."""
    case = interview.case
    if not findings & {*case.present, *case.absent}:
        return interview
    present = tuple(f for f in case.present if f not in findings)
    absent = tuple(f for f in case.absent if f not in findings)
    return replace(interview, case=replace(case, present=present, absent=absent))


def step_of(knowledge: Knowledge, transcript: Transcript) -> Step:
    """Give where the interview stands."""
    interview = interview_of(transcript)
    if transcript.acknowledged:
        return step_after_emergency(knowledge, interview)
    return step(knowledge, interview)


def answered(
    transcript: Transcript,
    question: Question,
    *,
    present: Iterable[str] = (),
    absent: Iterable[str] = (),
) -> Transcript:
    """Give the transcript after an answer; the same question answered again replaces the first."""
    asked = set(question.findings)
    here = tuple(f for f in dict.fromkeys(present) if f in asked)
    away = tuple(f for f in dict.fromkeys(absent) if f in asked and f not in here)
    given = Given(
        kind=question.kind,
        key=question.key,
        findings=question.findings,
        present=here,
        absent=away,
    )
    kept = tuple(g for g in transcript.given if not _same(g, given))
    undone = tuple(g for g in transcript.undone if not _same(g, given))
    return replace(transcript, given=(*kept, given), undone=undone)


def without_denials(transcript: Transcript, findings: Collection[str]) -> Transcript:
    """Give the transcript in which what was said not to be there is unknown, for some findings."""
    given = tuple(
        replace(one, absent=tuple(name for name in one.absent if name not in findings))
        for one in transcript.given
    )
    return replace(transcript, given=given)


def back(transcript: Transcript, steps: int = 1) -> Transcript:
    """Give the transcript with its last answers taken back, and remembered."""
    if steps < 1 or not transcript.given:
        return transcript
    place = max(0, len(transcript.given) - steps)
    taken = transcript.given[place:]
    kept = tuple(g for g in transcript.undone if not any(_same(g, t) for t in taken))
    return replace(transcript, given=transcript.given[:place], undone=(*taken, *kept))


def with_more(transcript: Transcript) -> Transcript:
    """Give the transcript with one more round of questions allowed."""
    return replace(transcript, more=min(MOST_ROUNDS, transcript.more + 1))


def _same(one: Given, other: Given) -> bool:
    return one.kind == other.kind and one.key == other.key


def pack(transcript: Transcript) -> str:
    """Give the transcript as one line of letters, digits, `-`, `_` and a dot."""
    shape: dict[str, Any] = {
        "w": transcript.whom,
        "a": transcript.age,
        "s": transcript.sex,
        "g": [_shape(g) for g in transcript.given],
        "u": [_shape(g) for g in transcript.undone],
        "m": list(transcript.marks),
        "k": transcript.acknowledged,
    }
    if transcript.more:
        shape["r"] = transcript.more
    text = json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_VERSION}.{base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip('=')}"


def _shape(given: Given) -> list[Any]:
    """Give an answer as a short list: one digit a finding, 1 present, 0 absent, 2 unknown."""
    states = "".join(
        "1" if f in given.present else "0" if f in given.absent else "2" for f in given.findings
    )
    return [given.kind, given.key, " ".join(given.findings), states]


def unpack(text: str, knowledge: Knowledge) -> Transcript:
    """Read a packed transcript; what this knowledge does not know is dropped and named.

    Raises
    ------
    BadTranscript
        The text is not one.
    """
    if not text:
        return Transcript()
    shape = _decoded(text)
    dropped: list[str] = []
    whom, sex, age = shape.get("w"), shape.get("s"), shape.get("a")
    marks = shape.get("m")
    return Transcript(
        whom=whom if whom in WHOM else "",
        age=_age(age),
        sex=sex if sex in SEXES else None,
        given=_given(shape.get("g"), knowledge, dropped),
        undone=_given(shape.get("u"), knowledge, dropped),
        marks=tuple(m for m in marks if isinstance(m, str))[:_MOST_MARKS]
        if isinstance(marks, list)
        else (),
        acknowledged=shape.get("k") is True,
        more=_rounds(shape.get("r")),
        dropped=tuple(dict.fromkeys(dropped)),
    )


def _decoded(text: str) -> dict[str, Any]:
    version, _, body = text.partition(".")
    if version != _VERSION or len(text) > LONGEST_TEXT:
        raise BadTranscript("not an interview of this version")
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        opener = zlib.decompressobj()
        plain = opener.decompress(raw, _LONGEST_JSON)
        if not opener.eof:
            raise BadTranscript("the interview is cut short or too long")
        shape = json.loads(plain)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise BadTranscript("the interview cannot be read") from error
    if not isinstance(shape, dict):
        raise BadTranscript("the interview has another shape")
    return shape


def _age(age: object) -> float | None:
    if isinstance(age, bool) or not isinstance(age, int | float):
        return None
    return age if 0 <= age <= OLDEST_YEARS else None  # NaN is neither


def _rounds(more: object) -> int:
    if isinstance(more, bool) or not isinstance(more, int):
        return 0
    return min(max(0, more), MOST_ROUNDS)


def _given(rows: object, knowledge: Knowledge, dropped: list[str]) -> tuple[Given, ...]:
    if not isinstance(rows, list):
        return ()
    found: list[Given] = []
    for row in rows[:_MOST_ANSWERS]:
        match row:
            case [str(kind), str(key), str(names), str(states)] if kind in KINDS:
                pairs = _known(names.split(), states, knowledge, dropped)
            case _:
                dropped.append("?")
                continue
        if kind == "yes_no" and key not in dict(pairs):
            continue
        found.append(
            Given(
                kind=kind,
                key=key,
                findings=tuple(f for f, _ in pairs),
                present=tuple(f for f, state in pairs if state == "1"),
                absent=tuple(f for f, state in pairs if state == "0"),
            )
        )
    return tuple(found)


def _known(
    names: list[str], states: str, knowledge: Knowledge, dropped: list[str]
) -> list[tuple[str, str]]:
    pairs: dict[str, str] = {}
    for name, state in zip(names, states, strict=False):
        try:
            pairs.setdefault(knowledge.resolve(name), state)
        except UnknownIdentifier:
            dropped.append(name)
    return list(pairs.items())
