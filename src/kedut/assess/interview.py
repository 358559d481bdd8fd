"""The interview: the safety screen first, then what matters next, until nothing pays for itself.

Pure: the state is what was answered; each step follows from it. Skipped and unknown answers stay
unknown and are not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kedut.advice.urgency import Urgency, triage_of
from kedut.assess.pipeline import is_adult, questions, urgency_of
from kedut.case.case import Case
from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.reasoning.inference import Inference, infer

# Asked of everybody right after the screen: the one clock of an isolated twitch.
FIRST_VARIABLE = "twitch_duration"
# Keys of the follow-up questions: after the screen, and after complaints and circumstances.
FOLLOW_UPS = ("followup", "followup_late")
_FOLLOW_UP_LENGTH = 14
_MOST_MISSING = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    kind : `group` (any of several findings, one question), `choice` (one state of a variable), or
        `yes_no` (one finding)
    key : the screen group, the variable, or the finding
    findings : what the answer may settle
    """

    kind: str
    key: str
    findings: tuple[str, ...]
    value: float = 0.0


def text_of(question: Question, words: Words) -> str:
    """Give the question in plain words of one language."""
    if question.key in FOLLOW_UPS:
        return words.say(f"group.{question.key}")
    if question.kind == "group":
        return words.of("screen", question.key, "question")
    if question.kind == "choice":
        return words.say(f"variable.{question.key}")
    return words.of("findings", question.key, "question")


@dataclass(frozen=True, slots=True)
class Interview:
    """What has been answered so far, and what was put aside."""

    case: Case = field(default_factory=Case)
    aside: frozenset[str] = frozenset()
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Where an interview stands: the next question, or none, and the urgency so far."""

    question: Question | None
    urgency: Urgency
    findings: Findings


def step(knowledge: Knowledge, interview: Interview) -> Step:
    """Give the next question; none when an emergency is known or nothing more pays.

    After an emergency no further question is put until the person asks for it: the caller may go on
    by calling `step_after_emergency`.
    """
    findings = finding_space(knowledge).close(interview.case)
    urgency = urgency_of(knowledge, findings, adult=is_adult(interview.case))
    if urgency.level is Level.EMERGENCY:
        return Step(None, urgency, findings)
    return Step(_next(knowledge, interview, findings, urgency), urgency, findings)


def step_after_emergency(knowledge: Knowledge, interview: Interview) -> Step:
    """Give the next question although an emergency is known; the person chose to go on."""
    findings = finding_space(knowledge).close(interview.case)
    urgency = urgency_of(knowledge, findings, adult=is_adult(interview.case))
    return Step(_next(knowledge, interview, findings, urgency), urgency, findings)


def _next(
    knowledge: Knowledge, interview: Interview, findings: Findings, urgency: Urgency
) -> Question | None:
    question = (
        _group(knowledge.screen, knowledge, interview, findings)
        or _follow_up(knowledge, interview, findings, urgency, FOLLOW_UPS[0])
        or _choice(knowledge, interview, findings, FIRST_VARIABLE)
        or _group(knowledge.opening, knowledge, interview, findings)
        or _follow_up(knowledge, interview, findings, urgency, FOLLOW_UPS[1])
    )
    if question is not None:
        return question
    if interview.asked >= knowledge.decisions["interview.most_questions"]:
        return None
    inference = infer(knowledge, findings)
    return _adaptive(knowledge, interview, findings, urgency, inference)


def _group(
    groups: Mapping[str, tuple[str, ...]],
    knowledge: Knowledge,
    interview: Interview,
    findings: Findings,
) -> Question | None:
    """Give the first group of which something is still open."""
    space = finding_space(knowledge)
    known = findings.present | findings.absent
    for group, members in groups.items():
        open_members = tuple(
            m for m in members if not known & space.bit[m] and m not in interview.aside
        )
        if open_members and group not in interview.aside:
            return Question("group", group, open_members)
    return None


def _follow_up(
    knowledge: Knowledge, interview: Interview, findings: Findings, urgency: Urgency, key: str
) -> Question | None:
    """Give what decides whether something told is an alarm: the tempo of a weakness, say.

    An unknown that could raise the urgency of what is there is asked, whatever it gains otherwise.
    """
    if key in interview.aside:
        return None
    space = finding_space(knowledge)
    told = findings.present & ~space.demographic
    worth: dict[str, float] = {}
    for rule, masks in triage_of(knowledge).could_fire(findings, urgency.level):
        for present, absent in masks:
            missing = present & ~findings.present
            if missing & findings.absent or absent & findings.present:
                continue
            if not present & told and not _due(knowledge, findings, missing):
                continue
            names = [n for n in space.names(missing) if _askable(knowledge, interview, n)]
            if missing and len(names) == missing.bit_count() <= _MOST_MISSING:
                gain = (rule.level.rank - urgency.level.rank) / len(names)
                for name in names:
                    worth[name] = max(worth.get(name, 0.0), gain)
    if not worth:
        return None
    ranked = sorted(worth, key=lambda name: (-worth[name], name))[:_FOLLOW_UP_LENGTH]
    return Question("group", key, tuple(ranked))


def _due(knowledge: Knowledge, findings: Findings, missing: int) -> bool:
    """Say whether one finding alone would raise, and what it waits for has been told."""
    space = finding_space(knowledge)
    waits = [knowledge.findings[name].only_after for name in space.names(missing)]
    return len(waits) == 1 and bool(waits[0]) and bool(findings.present & space.bit[waits[0]])


def _askable(knowledge: Knowledge, interview: Interview, name: str) -> bool:
    finding = knowledge.findings[name]
    later = finding.only_after and finding.only_after not in interview.case.present
    return finding.asked and not later and name not in interview.aside


def _choice(
    knowledge: Knowledge, interview: Interview, findings: Findings, variable: str
) -> Question | None:
    members = knowledge.variables.get(variable, {})
    states = sorted((states, f) for f, states in members.items() if len(states) == 1)
    single = tuple(f for _, f in states)
    space = finding_space(knowledge)
    open_states = tuple(f for f in single if not findings.absent & space.bit[f])
    settled = any(findings.present & space.bit[f] for f in single)
    if variable in interview.aside or settled or not open_states:
        return None
    return Question("choice", variable, single)


def _moves(knowledge: Knowledge, findings: Findings) -> bool:
    """Say whether the calf is known to move: only then its attributes mean anything."""
    space = finding_space(knowledge)
    gated = space.mask(f.id for f in knowledge.findings.values() if f.gated)
    return bool(findings.present & gated)


def _adaptive(
    knowledge: Knowledge,
    interview: Interview,
    findings: Findings,
    urgency: Urgency,
    inference: Inference,
) -> Question | None:
    moves = _moves(knowledge, findings)
    asked_variables: set[str] = set()
    for candidate in questions(knowledge, findings, inference, urgency):
        finding = knowledge.findings[candidate.finding]
        if candidate.finding in interview.aside or (finding.gated and not moves):
            continue
        if candidate.per_second < knowledge.decisions["interview.stop_value_per_second"]:
            continue
        if finding.variable:
            choice = _choice(knowledge, interview, findings, finding.variable)
            if choice is None or finding.variable in asked_variables:
                asked_variables.add(finding.variable)
                continue
            return choice
        return Question("yes_no", candidate.finding, (candidate.finding,), candidate.value)
    return None


def answer(
    interview: Interview,
    question: Question,
    *,
    present: tuple[str, ...] = (),
    absent: tuple[str, ...] = (),
) -> Interview:
    """Give the interview after an answer; what is in neither list stays unknown."""
    case = interview.case
    settled = {*present, *absent}
    return Interview(
        case=replace(
            case,
            present=tuple(dict.fromkeys([*case.present, *present])),
            absent=tuple(dict.fromkeys([*case.absent, *absent])),
        ),
        aside=interview.aside
        | {f for f in question.findings if f not in settled}
        | ({question.key} if question.kind != "yes_no" else set()),
        asked=interview.asked + (question.kind == "yes_no"),
    )
