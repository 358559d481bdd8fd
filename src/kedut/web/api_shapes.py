"""The shapes of the interface for programs, for its description alone; nothing is read by them.

Every answer may gain keys; none is renamed or taken away.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool

from kedut.web.api_cases import MOST_BRIEF, MOST_FULL

Chance = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(description="An identifier of `kedut knowledge table findings`.")]
_EXAMPLE: dict[str, Any] = {
    "id": "calf-after-marathon",
    "age": 34,
    "sex": "male",
    "findings_present": ["twitch_calf_one_side", "intense_exercise_48h"],
    "findings_absent": ["leg_weakness", "back_pain"],
    "tests": {"low_serum_magnesium": False},
    "values": {"twitch_duration_days": 4, "serum_magnesium_mmol_per_l": 0.81},
}


class CaseShape(BaseModel):
    """One person's answers; what is named nowhere is unknown, never absent.

    Other keys are ignored.
    """

    model_config = {"extra": "allow", "json_schema_extra": {"examples": [_EXAMPLE]}}

    id: str | int | None = None
    age: Annotated[float, Field(ge=0, le=120, description="In years.")] | None = None
    sex: Literal["male", "female"] | None = None
    findings_present: list[Name]
    risk_factors: list[Name] | None = Field(None, description="The same as `findings_present`.")
    findings_absent: list[Name] | None = None
    tests: dict[str, StrictBool | None] | None = None
    values: dict[str, Any] | None = Field(
        None, description="Measurements: numbers, unit in the name; see the table `values`."
    )


class AskedShape(CaseShape):
    """A case, and how far its interview has come.

    To answer: put findings into `findings_present` or `findings_absent`; put those left unknown,
    and for the kinds `group` and `choice` the key, into `aside`; for `yes_no` add 1 to `asked`.
    """

    aside: list[str] | None = Field(None, max_length=1000)
    asked: Annotated[int, Field(ge=0)] | None = None
    acknowledged: StrictBool | None = Field(
        None, description="After an emergency: the person has read what to do and goes on."
    )


class Because(BaseModel):
    """What an urgency rests on."""

    kind: Literal["rule", "harm", "default"]
    id: str
    findings: list[str]
    sources: list[str]


class UrgencyShape(BaseModel):
    """How soon somebody should see the person."""

    level: Literal["emergency", "urgent", "soon", "routine", "self-care"]
    within_days: float
    screen_complete: bool
    screen_open: list[str]
    because: list[Because]


class Versions(BaseModel):
    """Whose answer it is."""

    id: str
    knowledge_version: str
    software_version: str
    urgency: UrgencyShape
    ignored: list[str]


class BriefCause(BaseModel):
    """One cause and the chance that it is at work."""

    id: str
    probability: Chance


class BriefAssessment(Versions):
    """The answer with `detail=brief`."""

    causes: list[BriefCause]


class Bits(BaseModel):
    """What a finding says for or against a cause, in bits."""

    finding: str
    bits: float


class CauseShape(BriefCause):
    """One cause with its range and reasons."""

    name: str
    low: Chance
    high: Chance
    prevalent: Chance
    grade: str
    reasons_for: list[Bits] = Field(alias="for")
    against: list[Bits]
    grades: dict[str, int]
    sources: list[str]
    amplified_by: list[str]


class JointShape(BaseModel):
    """Several causes at once."""

    causes: list[str]
    probability: Chance


class ResolvedShape(BaseModel):
    """The share of people in whom it has gone by a day."""

    day: float
    p: Chance
    low: Chance
    high: Chance


class CourseShape(BaseModel):
    """How a cause usually goes on."""

    cause: str
    resolved: list[ResolvedShape]
    grade: str
    sources: list[str]


class AdviceShape(BaseModel):
    """One thing to do, and who does it."""

    id: str
    who: Literal["self", "pharmacist", "gp", "specialist", "surgery", "emergency"]
    text: str
    evidence: str
    sources: list[str]
    avoid: str
    limits: str
    cause: str


class ComeBackShape(BaseModel):
    """When to look again, and what should bring one back before."""

    after_days: float
    signs: list[str] = Field(alias="if")


class Assessment(Versions):
    """The answer with `detail=full`; under 18 years `causes`, `joint` and `course` are empty."""

    causes: list[CauseShape]
    joint: list[JointShape]
    course: list[CourseShape]
    advice: list[AdviceShape]
    come_back: ComeBackShape
    next: list[dict[str, Any]]
    tests: list[dict[str, Any]]
    turning: list[dict[str, Any]]
    not_asked: list[str]
    set_aside: list[str]
    claims: list[str]


class ErrorShape(BaseModel):
    """Where it is, what it is, and what would do."""

    where: str
    what: str
    remedy: str = Field(alias="try")


class Failure(BaseModel):
    """What is told instead of an answer."""

    id: str | None = None
    line: int | None = None
    error: ErrorShape


class Named(BaseModel):
    """An identifier and what people call it."""

    id: str
    name: str


class QuestionShape(BaseModel):
    """One thing to ask."""

    kind: Literal["group", "choice", "yes_no"]
    key: str
    findings: list[Named]
    text: str
    help: str
    why: list[Named]
    danger: bool
    value: float


class NextShape(Versions):
    """Where the interview stands."""

    question: QuestionShape | None
    ended: Literal["emergency", "nothing_more_pays"] | None


Answers = list[Assessment | BriefAssessment | Failure]


def body_of(shape: type[BaseModel], *, several: bool) -> dict[str, Any]:
    """Give the description of a body that holds one case, or several where that is taken."""
    one = shape.model_json_schema()
    if not several:
        return {"requestBody": {"required": True, "content": {"application/json": {"schema": one}}}}
    many = {
        "type": "array",
        "items": {},
        "minItems": 1,
        "maxItems": MOST_FULL,
        "description": f"Cases, {MOST_FULL} at once, or {MOST_BRIEF} with `detail=brief`. "
        "One that cannot be assessed is told in its place.",
    }
    lines = {"description": "One case a line, as many as in a list."}
    content = {
        "application/json": {"schema": {"anyOf": [one, many]}},
        "application/x-ndjson": {"schema": lines},
    }
    return {"requestBody": {"required": True, "content": content}}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give the description of what may be answered instead."""
    return {status: {"model": Failure, "description": _FAILURES[status]} for status in statuses}


_FAILURES = {
    400: "The body is not JSON.",
    404: "There is no such table; the nearest are named.",
    408: "The body did not arrive in time.",
    413: "The body is larger than is taken.",
    415: "The body is of another kind.",
    422: "Something in it is not as it must be.",
    429: "Too many requests from this address; see Retry-After.",
    500: "A fault of the server.",
    503: "The server has too much to do.",
}
