"""Every kind of page in every state it has, and how a browser gets there.

A new page fails `test_every_page_of_the_application_is_looked_at` until it stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from kedut.assess.interview import Question
from kedut.assess.pipeline import assess
from kedut.assess.transcript import Transcript, answered, interview_of, pack
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.report.pictures.draw import pictures_of
from kedut.storage.errors import NotOpened, StoreFull, StoreUnavailable, TooLarge
from kedut.web.answers import Stand, stand_of
from kedut.web.diary_log import address_of

Fields = dict[str, str | list[str]]
# What no person looks at: redirects, files, and what is for programs.
NO_PAGES = {"/", "/{language}", "/static/{name:path}", "/sw.js", "/{language}/manifest.webmanifest"}
FOR_PROGRAMS = ("/api/", "/fhir", "/cds-services", "/health", "/ready")
FILES = {"/{language}/doctor.pdf", "/{language}/doctor.fhir.json", "/{language}/keep/file"}
FOLLOWED = "0" * 32  # an entry of the diary that is looked at
FAILING = "/{language}/failing/{status}"  # a page of the tests: fails as asked
LEVELS = ("self-care", "routine", "soon", "urgent", "emergency")
MARKS = ("calf:left:twitches", "calf:left:tingles", "sole:left:numb", "lower_back:middle:hurts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A page in one state.

    route : the address as the application names it
    path : the address without its language
    fields : what is sent with it; none for a page that is only opened
    shows : a selector of what makes this state
    store : what fails when something is kept
    again : the same answers were given some days ago
    like_another : only its words differ from a page that is looked at
    """

    name: str
    route: str
    path: str
    fields: Fields | None = None
    status: int = 200
    shows: str = "main h1"
    store: Exception | None = None
    again: bool = False
    like_another: bool = False

    @property
    def method(self) -> str:
        """Give how the browser asks for it."""
        return "GET" if self.fields is None else "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Somebody who answers: what is there, and what the rest is."""

    present: frozenset[str] = frozenset()
    rest: str = "absent"
    marks: tuple[str, ...] = ()
    whom: str = "myself"
    age: float | None = 41.0


CALM = Persona(present=frozenset({"twitch_calf_one_side", "intense_exercise_48h"}), marks=MARKS)
PEOPLE = (
    CALM,
    Persona(),
    Persona(rest="unknown", whom="other"),
    Persona(present=frozenset({"twitch_calf_one_side", "back_pain", "tingling_calf_or_foot"})),
    Persona(present=frozenset({"leg_weakness", "twitch_calf_both_sides"}), marks=MARKS),
    Persona(present=frozenset({"back_pain", "tingling_calf_or_foot"}), rest="unknown"),
)


def walked(knowledge: Knowledge, persona: Persona) -> Iterator[tuple[Stand, Transcript]]:
    """Give every page somebody comes to, and what was told before it."""
    told = Transcript(whom=persona.whom, age=persona.age)
    while True:
        stand = stand_of(knowledge, told)
        yield stand, told
        if stand.page == "result":
            return
        if stand.page == "emergency" or stand.question is None:
            told = replace(told, acknowledged=True)
            continue
        told = _answered(told, stand.question, persona)


def _answered(told: Transcript, question: Question, persona: Persona) -> Transcript:
    here = tuple(f for f in question.findings if f in persona.present)
    if question.kind == "choice":
        return answered(told, question, present=here[:1] or question.findings[1:2])
    if question.kind == "map":
        return answered(replace(told, marks=persona.marks), question)
    if persona.rest == "unknown":
        return answered(told, question, present=here)
    away = tuple(f for f in question.findings if f not in here)
    return answered(told, question, present=here, absent=away)


@cache
def endings() -> dict[str, Transcript]:
    """Give an interview for each level of urgency, those with most in them first."""
    knowledge = ours()
    found: dict[str, Transcript] = {}
    for persona in PEOPLE:
        *_, (_, told) = walked(knowledge, persona)
        found.setdefault(_level(told), told)
    for rule in knowledge.rules:
        for here, away in rule.condition.alternatives[:1]:
            if not away and rule.level.value not in found:
                names = tuple(sorted({*here, "twitch_calf_one_side"}))
                asked = Question("group", "told", names)
                told = answered(Transcript(whom="myself", age=52.0), asked, present=names)
                if _level(told) == rule.level.value:
                    found[rule.level.value] = replace(told, acknowledged=True)
    return found


def _level(told: Transcript) -> str:
    case = interview_of(told).case
    return assess(case, ours(), detail="brief").urgency.level.value


@cache
def questions() -> dict[str, Transcript]:
    """Give, for each kind of question, what was told before one of them."""
    knowledge = ours()
    found: dict[str, Transcript] = {}
    for persona in PEOPLE:
        for stand, told in walked(knowledge, persona):
            if stand.question is None:
                continue
            kind = stand.question.kind
            if kind == "group":
                kind = "safety" if stand.question.key in knowledge.screen else "list"
            elif pictures_of(knowledge, "finding", stand.question.key):
                kind = "picture"
            found.setdefault(kind, told)
    return found


@cache
def repeated() -> Transcript:
    """Give the answers that were given some days ago already."""
    return endings()["self-care"]


def scenes(token: str, lost: str) -> list[Scene]:
    """Give every page in every state.

    Parameters
    ----------
    token : opens something kept
    lost : opens nothing
    """
    return [
        *_interview(),
        *_answers(),
        *_kept(token, lost),
        *_measure(),
        *_diary(token, lost),
        *_library(),
        *_failures(),
    ]


def _interview() -> Iterator[Scene]:
    place = {"route": "/{language}/interview", "path": "interview"}
    asked = questions()
    knowledge = ours()
    yield Scene(name="start", route="/{language}/", path="")
    yield Scene(name="about-you", **place, shows="#age")
    wrong: Fields = {"t": "", "action": "about", "age": "abc", "whom": "other"}
    yield Scene(
        name="about-you-wrong", **place, fields=wrong, status=422, shows="[role=alert]#notice"
    )
    for kind, told in asked.items():
        shows = {"map": ".bm", "picture": ".pic-figure", "yes_no": "button[value=yes]"}
        yield Scene(
            name=f"question-{kind}",
            **place,
            fields={"t": pack(told)},
            shows=shows.get(kind, "main form[data-live]"),
        )
    safety = asked["safety"]
    key = stand_of(knowledge, safety).question
    assert key is not None
    here: Fields = {"t": pack(safety), "action": "answer", "key": key.key}
    for name, said in {
        "nothing-ticked": {"a": "some"},
        "ticked-and-none": {"a": "none", "p": key.findings[0]},
    }.items():
        yield Scene(
            name=f"question-{name}", **place, fields={**here, **said}, status=422, shows="#notice"
        )
    yield Scene(
        name="question-unreadable", **place, fields={"t": "rubbish"}, status=422, shows="#notice"
    )
    yield Scene(
        name="question-once-more", **place, fields={"t": pack(safety), "csrf": "x"}, shows="#notice"
    )
    danger = endings()["emergency"]
    yield Scene(
        name="emergency",
        **place,
        fields={"t": pack(replace(danger, acknowledged=False))},
        shows="[value=acknowledge]",
    )
    yield Scene(
        name="question-after-emergency",
        **place,
        fields={"t": pack(danger)},
        shows="p.notice",
    )
    yield Scene(name="offline", route="/{language}/offline", path="offline")


def _answers() -> Iterator[Scene]:
    place = {"route": "/{language}/result", "path": "result"}
    for level, told in endings().items():
        yield Scene(
            name=f"result-{level}",
            **place,
            fields={"t": pack(told)},
            shows=f"[data-level={level}]",
        )
    child = replace(endings()["soon"], age=9.0)
    yield Scene(name="result-child", **place, fields={"t": pack(child)}, shows="[data-level]")
    yield Scene(
        name="result-repeated",
        **place,
        fields={"t": pack(repeated())},
        again=True,
        shows="p.notice",
    )
    yield Scene(name="result-none", **place)
    for name in ("doctor", "doctor.pdf", "doctor.fhir.json"):
        yield Scene(name=f"{name}-none", route="/{language}/" + name, path=name, like_another=True)
    for level in ("self-care", "urgent"):
        yield Scene(
            name=f"doctor-{level}",
            route="/{language}/doctor",
            path="doctor",
            fields={"t": pack(endings()[level]), "private": []},
            shows=".hand-over",
        )


def _kept(token: str, lost: str) -> Iterator[Scene]:
    t = pack(endings()["self-care"])
    keep = {"route": "/{language}/keep", "path": "keep"}
    kept = {"route": "/{language}/kept/{token}", "path": f"kept/{token}"}
    erase = {"route": "/{language}/erase", "path": "erase"}
    for path in ("keep", "keep/file", "kept", "erase"):
        yield Scene(
            name=f"find-{path}",
            route="/{language}/" + path,
            path=path,
            shows="#link",
            like_another=path != "keep",
        )
    yield Scene(name="keep", **keep, fields={"t": t}, shows="#keep-shown")
    yield Scene(name="keep-added", **keep, fields={"t": t, "kept": token}, shows="p.notice")
    yield Scene(name="keep-lost", **keep, fields={"t": t, "kept": lost}, status=404)
    yield Scene(name="keep-again", **keep, fields={"t": t, "csrf": "x"})
    away = StoreUnavailable("away")
    for name, error in {"away": away, "no-room": StoreFull(), "closed": NotOpened()}.items():
        yield Scene(name=f"keep-{name}", **keep, fields={"t": t}, status=503, store=error)
    yield Scene(name="keep-full", **keep, fields={"t": t}, status=413, store=TooLarge(2, 1))
    yield Scene(name="keep-nothing", **keep, fields={"t": pack(Transcript())}, status=422)
    yield Scene(name="keep-unreadable", **keep, fields={"t": "rubbish"}, status=422)
    yield Scene(name="kept", **kept, shows=".keep-entry")
    yield Scene(name="kept-away", **kept, status=503, store=away)
    yield Scene(name="kept-gone", route=kept["route"], path=f"kept/{lost}", status=404)
    yield Scene(
        name="kept-wrong", route="/{language}/kept", path="kept", fields={"link": "?"}, status=404
    )
    yield Scene(name="erase", **erase, fields={"token": token}, shows=".keep-erase-now")
    yield Scene(name="erased", **erase, fields={"token": lost, "sure": "yes"})
    yield Scene(name="export-none", route="/{language}/export/{kind}", path="export/json")
    yield Scene(
        name="export-unreadable",
        route="/{language}/export/{kind}",
        path="export/csv",
        fields={"t": "rubbish"},
        status=422,
    )


def _measure() -> Iterator[Scene]:
    place = {"route": "/{language}/measure", "path": "measure"}
    yield Scene(name="measure", **place, shows="[data-measure]:not([hidden])")
    told: Fields = {"t": pack(endings()["self-care"])}
    yield Scene(name="measure-within", **place, fields=told, shows="main form[action$=interview]")


def _diary(token: str, lost: str) -> Iterator[Scene]:
    """Give the pages of a diary; `token` opens one with `FOLLOWED` in it."""
    begin = {"route": "/{language}/diary", "path": "diary"}
    place = {"route": "/{language}/diary/{token}", "path": f"diary/{token}"}
    one = {
        "route": "/{language}/diary/{token}/entries/{entry}",
        "path": f"diary/{token}/entries/{address_of(FOLLOWED)}",
    }
    wrong: Fields = {"day": "x", "zone": "x", "count": "x", "said": "some", "new": "double_vision"}
    yield Scene(name="diary-begin", **begin, shows=".diary-form")
    yield Scene(name="diary-wrong", **begin, fields=wrong, status=422, shows="[role=alert]#notice")
    away = StoreUnavailable("away")
    for name, error in {"away": away, "no-room": StoreFull()}.items():
        yield Scene(
            name=f"diary-{name}",
            **begin,
            fields={"day": "2026-11-01", "zone": "UTC", "said": "some"},
            status=503,
            store=error,
            shows="#notice",
            like_another=name != "away",
        )
    yield Scene(name="diary", **place, shows=".diary-course svg")
    yield Scene(
        name="diary-again", **place, fields={**wrong, "csrf": "x"}, status=403, shows="#notice"
    )
    yield Scene(name="diary-gone", route=place["route"], path=f"diary/{lost}", status=404)
    entries = "/{language}/diary/{token}/entries"
    yield Scene(name="diary-entries", route=entries, path=f"diary/{token}/entries")
    yield Scene(name="diary-entry", **one, shows=".diary-history")
    yield Scene(name="diary-entry-wrong", **one, fields=wrong, status=422, shows="#notice")
    for kind in ("export/{kind}", "calendar", "import"):
        yield Scene(
            name=f"diary-{kind.partition('/')[0]}-again",
            route="/{language}/diary/{token}/" + kind,
            path=f"diary/{token}/{kind.format(kind='csv')}",
            fields={"csrf": "x"},
            like_another=True,
        )


def _library() -> Iterator[Scene]:
    knowledge = ours()
    sources = sorted(knowledge.sources)
    for path in ("topics", "causes", "findings", "glossary", "claims", "sources", "about"):
        yield Scene(name=path, route="/{language}/" + path, path=path)
    yield Scene(name="privacy", route="/{language}/privacy", path="privacy")
    for name in ("cramps", "disc_symptoms"):
        yield Scene(name=f"topic-{name}", route="/{language}/topics/{name}", path=f"topics/{name}")
    for name in ("post_exercise_twitching", "amyotrophic_lateral_sclerosis"):
        yield Scene(name=f"cause-{name}", route="/{language}/causes/{name}", path=f"causes/{name}")
    for name in ("twitch_calf_one_side", "heel_raise_weakness"):
        where = f"findings/{name}"
        yield Scene(name=f"finding-{name}", route="/{language}/findings/{name}", path=where)
    yield Scene(
        name="figure",
        route="/{language}/figures/{cause}/{finding}",
        path="figures/post_exercise_twitching/twitch_calf_one_side",
        shows=".lib-facts",
    )
    yield Scene(name="source", route="/{language}/sources/{key}", path=f"sources/{sources[0]}")
    yield Scene(name="sources-none", route="/{language}/sources", path="sources?q=qqqqxx")
    report = "report-a-figure"
    yield Scene(name=report, route="/{language}/" + report, path=report)
    search = "/{language}/search"
    for name, query in {"hits": "kram", "none": "qqqqxx", "empty": ""}.items():
        yield Scene(name=f"search-{name}", route=search, path=f"search?q={query}")


def _failures() -> Iterator[Scene]:
    nowhere = "/{language}/{anything}"
    yield Scene(name="failure-404", route=nowhere, path="nowhere", status=404)
    for status in (400, 403, 408, 413, 415, 429, 500, 503):
        yield Scene(
            name=f"failure-{status}",
            route=FAILING,
            path=f"failing/{status}",
            status=status,
            like_another=status not in (413, 429, 500),
        )
