"""The interview: the safety screen first, then what matters next, until nothing pays for itself.

Pure: the state is what was answered; each step follows from it. Skipped and unknown answers stay
unknown and are not asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kedut.advice.urgency import Urgency
from kedut.assess.alarms import deciding, raising
from kedut.assess.pipeline import is_adult, questions, urgency_of
from kedut.case.case import Case
from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.reasoning.inference import Inference, infer

# Asked of everybody: the clock of a twitch, and what it looks like.
FIRST_VARIABLES = ("twitch_duration", "movement_kind")
# Asked on one page: what was dangerous lately, and what usually sets a twitch off.
JOINED = {"circumstances": "life"}
# Keys of the follow-up questions: after the lists, and after what the twitch is like and where.
FOLLOW_UPS = ("followup", "followup_late")


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
    """What has been answered so far, and what was put aside.

    asked : single questions put after the lists
    unknown_in_a_row : how many of the last of them were not known or skipped
    more : how often the person asked for more questions after the last; each time as many again
    """

    case: Case = field(default_factory=Case)
    aside: frozenset[str] = frozenset()
    asked: int = 0
    unknown_in_a_row: int = 0
    more: int = 0


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
        _screen(knowledge, interview, findings, urgency)
        or _opening(knowledge, interview, findings, urgency)
        or _on_its_own(knowledge, interview, findings)
        or _follow_up(knowledge, interview, findings, urgency, FOLLOW_UPS[0])
        or _first_choice(knowledge, interview, findings)
        or _follow_up(knowledge, interview, findings, urgency, FOLLOW_UPS[1])
    )
    if question is not None or interview.asked >= most_questions(knowledge, interview):
        return question
    most_unknown = knowledge.decisions["interview.most_unknown_in_a_row"] * (1 + interview.more)
    if interview.unknown_in_a_row >= most_unknown:
        return None
    inference = infer(knowledge, findings)
    return _adaptive(knowledge, interview, findings, urgency, inference)


def most_questions(knowledge: Knowledge, interview: Interview) -> int:
    """Give how many single questions are put at most, those asked for on top included."""
    return int(knowledge.decisions["interview.most_questions"]) * (1 + interview.more)


def _screen(
    knowledge: Knowledge, interview: Interview, findings: Findings, urgency: Urgency
) -> Question | None:
    """Give the first group of danger signs of which something is still open."""
    for group, members in knowledge.screen.items():
        still = _open(knowledge, interview, findings, members)
        if still and group not in interview.aside:
            joined = knowledge.opening.get(JOINED.get(group, ""), ())
            more = telling(knowledge, interview, findings, urgency, joined, beside=len(still))
            return Question("group", group, still + more)
    return None


def _on_its_own(knowledge: Knowledge, interview: Interview, findings: Findings) -> Question | None:
    """Give what waited for an answer that is there now: a page for it, not a line of a list."""
    space = finding_space(knowledge)
    known = findings.present | findings.absent
    for name, finding in knowledge.findings.items():
        waited = finding.only_after and findings.present & space.bit[finding.only_after]
        if waited and not known & space.bit[name] and name not in interview.aside:
            return Question("yes_no", name, (name,))
    return None


def _first_choice(
    knowledge: Knowledge, interview: Interview, findings: Findings
) -> Question | None:
    choices = (_choice(knowledge, interview, findings, name) for name in FIRST_VARIABLES)
    return next((choice for choice in choices if choice is not None), None)


def _opening(
    knowledge: Knowledge, interview: Interview, findings: Findings, urgency: Urgency
) -> Question | None:
    """Give the first list that is still open.

    A list that bears the name of a finding is asked where that finding is present.
    """
    done = {life for group, life in JOINED.items() if group in interview.aside}
    for group, members in knowledge.opening.items():
        gate = finding_space(knowledge).bit.get(group)
        if group in interview.aside or group in done:
            continue
        if gate is not None:
            waiting = not findings.present & gate
            listed = () if waiting else _open(knowledge, interview, findings, members)
        else:
            listed = telling(knowledge, interview, findings, urgency, members)
        if listed:
            return Question("group", group, listed)
    return None


def _open(
    knowledge: Knowledge, interview: Interview, findings: Findings, members: tuple[str, ...]
) -> tuple[str, ...]:
    space = finding_space(knowledge)
    known = findings.present | findings.absent
    return tuple(m for m in members if not known & space.bit[m] and m not in interview.aside)


def telling(
    knowledge: Knowledge,
    interview: Interview,
    findings: Findings,
    urgency: Urgency,
    members: tuple[str, ...],
    *,
    beside: int = 0,
) -> tuple[str, ...]:
    """Give what of a list is worth asking of this person, in the list's order.

    What could raise the urgency, and what opens another list, is always in it; of the rest, what is
    expected to tell most, as far as the list is long.

    Parameters
    ----------
    beside : how many other entries stand on the same page
    """
    still = _open(knowledge, interview, findings, members)
    length = int(knowledge.decisions["interview.list_length"]) - beside
    if len(still) <= length:
        return still
    listed = {name for name in still if name in knowledge.opening}
    listed |= set(still) & raising(knowledge, findings, urgency)
    inference = infer(knowledge, findings)
    ranked = [c.finding for c in questions(knowledge, findings, inference, urgency)]
    for name in ranked:
        if len(listed) >= length:
            break
        if name in still:
            listed.add(name)
    return tuple(name for name in still if name in listed)


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


def _follow_up(
    knowledge: Knowledge, interview: Interview, findings: Findings, urgency: Urgency, key: str
) -> Question | None:
    """Give what decides whether something told is an alarm.

    The second time only where what the twitch is like, and where, makes it a visit the same day.
    """
    if key in interview.aside:
        return None
    told, above = findings.present & ~finding_space(knowledge).demographic, urgency.level
    if key == FOLLOW_UPS[1]:
        told &= _of_the_twitch(knowledge)
        above = above if above.rank > Level.SOON.rank else Level.SOON
    names = deciding(
        knowledge,
        findings,
        urgency,
        lambda name: _askable(knowledge, interview, name),
        above=above,
        told=told,
    )
    return Question("group", key, names) if names else None


def _of_the_twitch(knowledge: Knowledge) -> int:
    """Give the bits of what only the twitch's own questions and the body map tell."""
    space = finding_space(knowledge)
    mapped = {place.finding for place in knowledge.places if place.finding}
    states = {f for name in FIRST_VARIABLES for f in knowledge.variables.get(name, {})}
    lists = (*knowledge.screen.values(), *knowledge.opening.values())
    return space.mask(mapped | states) & ~space.mask(name for names in lists for name in names)


def _askable(knowledge: Knowledge, interview: Interview, name: str) -> bool:
    finding = knowledge.findings[name]
    return finding.asked and not finding.only_after and name not in interview.aside


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
    single = question.kind == "yes_no" or (
        question.kind == "choice" and question.key not in FIRST_VARIABLES
    )
    unknown = interview.unknown_in_a_row
    return replace(
        interview,
        case=replace(
            case,
            present=tuple(dict.fromkeys([*case.present, *present])),
            absent=tuple(dict.fromkeys([*case.absent, *absent])),
        ),
        aside=interview.aside
        | {f for f in question.findings if f not in settled}
        | ({question.key} if question.kind != "yes_no" else set()),
        asked=interview.asked + single,
        unknown_in_a_row=unknown if not single else 0 if settled else unknown + 1,
    )
