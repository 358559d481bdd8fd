"""An assessment for a clinician: structured, sourced, and without the wording for worried people.

Private answers that the person did not tick are neither shown nor used: history, differential and
work-up are those of the case without them. The urgency alone is of the whole case, since leaving
something out must not make it milder; that something was left out is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from kedut.advice.urgency import Because
from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.case.private import handed_on
from kedut.knowledge.entities import PRIVATE_KINDS
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.outlook.observed import own_states
from kedut.quantity.sourced import Grade
from kedut.reasoning.inference import infer
from kedut.reasoning.turning import Turning
from kedut.report.doctor_differential import SHOWN, differential, grave
from kedut.report.doctor_figures import number, percent
from kedut.report.doctor_history import History
from kedut.report.doctor_notes import Notes
from kedut.report.doctor_timeline import Timeline
from kedut.report.doctor_types import DoctorReport, HandOver, Reason
from kedut.report.doctor_workup import Bench

_SOURCES_A_RULE = 2


def doctor_report(
    assessment: Assessment,
    case: Case,
    knowledge: Knowledge,
    language: str,
    hand_over: HandOver | None = None,
    timeline: Timeline | None = None,
) -> DoctorReport:
    """Give what a clinician is handed, in one language.

    Parameters
    ----------
    assessment : of the whole case, with `detail="full"`
    hand_over : who answered, the day, and which private answers go along; none by default
    timeline : the page of the diary, where one goes along
    """
    told = hand_over or HandOver()
    words = knowledge.words(language)
    shown, left_out = handed_on(case, knowledge, told.ticked)
    seen = assess(shown, knowledge, language=language) if left_out else assessment
    findings = finding_space(knowledge).close(shown)
    own = own_states(knowledge, shown.course) if shown.course else None
    inference = infer(knowledge, findings, own) if assessment.adult else None
    history = History(shown, findings, knowledge, words, told.ticked)
    notes = Notes(knowledge)
    bench = Bench(history, knowledge, words, inference)
    level = assessment.urgency.level
    asked = [name for name in knowledge.screen_findings if name not in history.private]
    unasked = sum(history.state(name) == "open" for name in asked)
    there = frozenset(history.space.names(findings.present))
    reasons = tuple(dict.fromkeys(_reasons(assessment, seen, there, words, notes)))
    causes = differential(seen, knowledge, words, notes)
    examinations = bench.examinations()
    tests = bench.tests(level, notes) if inference is not None else ()
    return DoctorReport(
        language=language,
        title=words.say("doctor.title"),
        person=tuple(_person(case, told, words)),
        level=str(level),
        urgency=words.say(f"doctor.level.{level}", days=assessment.urgency.within_days),
        reasons=reasons,
        left_out=_left_out(told, words) if left_out else "",
        present=history.present(),
        absent=history.absent(),
        values=history.values(),
        self_tests=history.self_tests(),
        flags=history.flags(),
        flags_asked=words.say("doctor.flags.asked", asked=len(asked) - unasked, all=len(asked)),
        causes=causes,
        child="" if assessment.adult else words.say("doctor.child"),
        grave=grave(seen, knowledge, words),
        examinations=examinations,
        tests=tests,
        tests_none=words.say("doctor.tests.none" if assessment.adult else "doctor.tests.child"),
        turning=tuple(_turning(t, words) for t in seen.turning),
        limits=tuple(_limits(assessment, seen, words)),
        versions=words.say(
            "knowledge.line",
            version=assessment.knowledge_version,
            software=assessment.software_version,
        ),
        sources=notes.listed(),
        timeline=timeline,
    )


def _person(case: Case, told: HandOver, words: Words) -> Iterator[tuple[str, str]]:
    say = words.say
    age = say("doctor.unknown")
    if case.age is not None:
        age = say("doctor.age.years", age=number(case.age, words.language))
    yield say("doctor.age"), age
    yield say("doctor.sex"), say(f"sex.{case.sex}") if case.sex else say("doctor.unknown")
    yield say("doctor.whom"), say(f"doctor.whom.{told.whom or 'unknown'}")
    if told.day is not None:
        yield say("doctor.day"), told.day.isoformat()
    if case.id:
        yield say("doctor.case"), case.id


def _reasons(
    assessment: Assessment, seen: Assessment, there: frozenset[str], words: Words, notes: Notes
) -> Iterator[Reason]:
    """Give why this urgency; what rests on answers that are not handed on is not told."""
    here = {(b.kind, b.id): b for b in seen.urgency.because}
    for because in assessment.urgency.because:
        same = here.get((because.kind, because.id))
        if (
            same
            or because.kind == "default"
            or (because.kind == "rule" and there >= {*because.findings})
        ):
            yield _reason(same or because, seen, words, notes)
        else:
            yield Reason(text=words.say("doctor.reason.left_out"))


def _reason(because: Because, seen: Assessment, words: Words, notes: Notes) -> Reason:
    if because.kind == "rule":
        names = [words.clinical(f) for f in because.findings]
        text = " + ".join(names) or words.say("doctor.reason.rule")
        cited = notes.cite(because.sources, _SOURCES_A_RULE)
        return Reason(text=text, rule=because.id, notes=cited)
    if because.kind == "harm":
        chance = next((c.probability for c in seen.causes if c.id == because.id), 0.0)
        name = words.of("causes", because.id, "name")
        shown = percent(chance, words.language)
        return Reason(text=words.say("doctor.reason.harm", cause=name, chance=shown))
    return Reason(text=words.say(f"doctor.reason.{because.id}"))


def _left_out(told: HandOver, words: Words) -> str:
    kinds = [words.say(f"doctor.kind.{k}") for k in PRIVATE_KINDS if k not in told.ticked]
    return words.say("doctor.left_out", kinds="; ".join(kinds))


def _turning(turning: Turning, words: Words) -> str:
    finding = words.clinical(turning.finding) if turning.finding else ""
    cause = words.of("causes", turning.cause, "name") if turning.cause else ""
    key = "link" if finding and cause else "prior" if cause else "background"
    return words.say(
        "doctor.turning.line",
        what=words.say(f"turning.{key}", finding=finding, cause=cause),
        low=percent(turning.leads_if_low, words.language),
        high=percent(turning.leads_if_high, words.language),
    )


def _limits(assessment: Assessment, seen: Assessment, words: Words) -> Iterator[str]:
    if seen.causes:
        total = dict.fromkeys("abcd", 0)
        for cause in seen.causes[:SHOWN]:
            for grade, count in cause.grades:
                total[Grade(grade).lower()] += count
        yield words.say("figures.grades", **total)
    for name in ("adults", "not_examined", "sign_off"):
        yield words.say(f"doctor.limits.{name}")
    if assessment.ignored:  # not by name: it could be something private
        yield words.say("doctor.ignored", count=len(assessment.ignored))
    if seen.set_aside:
        names = (words.clinical(name) for name in seen.set_aside)
        yield words.say("set_aside.line", names="; ".join(names))
