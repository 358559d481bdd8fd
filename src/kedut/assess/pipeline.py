"""assess(case, knowledge) → Assessment: pure, the same input gives the same output."""

from __future__ import annotations

from collections import Counter

import kedut
from kedut.advice.actions import COUNTRY, actions
from kedut.advice.urgency import Urgency, not_below, triage_of
from kedut.assess.assessment import Assessment, Bits, CauseResult, Question
from kedut.assess.lateness import not_calm_if_late, still_expected
from kedut.case.case import Case
from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import OTHER, Kind, Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.come_back import come_back
from kedut.outlook.course import course_of
from kedut.outlook.observed import observed, own_states
from kedut.quantity.sourced import Sourced, weakest
from kedut.reasoning.explain import Explanation, explain
from kedut.reasoning.inference import Inference, absence_factor, infer
from kedut.reasoning.intervals import Spread, spread_of
from kedut.reasoning.joint import joint
from kedut.reasoning.network import network_of
from kedut.reasoning.next_question import Candidate, Raise, chooser_of
from kedut.reasoning.priors import priors_of

ADULT_FROM_YEARS = 18
_EXPLAINED = 6
_COURSES_FROM = 0.05
_QUESTIONS = 5
_TESTS = 6
_CLAIMS_FROM = 0.1  # constant: a claim is told where its cause is at least this likely
TEST_KINDS = frozenset({Kind.TEST, Kind.CLINICIAN_SIGN})


def assess(
    case: Case,
    knowledge: Knowledge,
    *,
    detail: str = "full",
    language: str = "id",
    country: str = COUNTRY,
) -> Assessment:
    """Assess one case.

    Parameters
    ----------
    detail : `full`, or `brief` for urgency and probabilities alone
    language : of the advice's words, `id` or `en`
    """
    findings = finding_space(knowledge).close(case)
    adult = is_adult(case)
    own = own_states(knowledge, case.course) if case.course and adult else None
    inference = infer(knowledge, findings, own) if adult else None
    urgency = not_below(urgency_of(knowledge, findings, adult=adult), case.at_least)
    seen = None
    if case.course and inference:
        chance = still_expected(knowledge, findings, case.course)
        chances = dict(zip(inference.causes, inference.at_work.tolist(), strict=True))
        seen = observed(knowledge, case.course, chances, chance)
        urgency = not_calm_if_late(knowledge, findings, urgency, case.course, late=seen.late)
    if inference is None:
        return _for_a_child(case, knowledge, findings, urgency, detail, language, country)
    order = inference.ranked()
    if detail == "brief":
        return Assessment(
            id=case.id,
            knowledge_version=knowledge.version,
            software_version=kedut.__version__,
            detail=detail,
            adult=True,
            urgency=urgency,
            causes=tuple(
                CauseResult(
                    id=inference.causes[c],
                    probability=float(inference.at_work[c]),
                    prevalent=float(inference.prevalent[c]),
                )
                for c in order
            ),
            ignored=case.ignored,
            observed=seen,
        )
    spread = spread_of(knowledge, findings, inference)
    at_work = {inference.causes[c]: float(inference.at_work[c]) for c in order}
    space = finding_space(knowledge)
    return Assessment(
        id=case.id,
        knowledge_version=knowledge.version,
        software_version=kedut.__version__,
        detail=detail,
        adult=True,
        urgency=urgency,
        causes=_causes(knowledge, findings, inference, order, spread),
        joint=tuple(joint(knowledge, inference)),
        course=tuple(
            course
            for c in order
            if inference.at_work[c] >= _COURSES_FROM
            and inference.causes[c] != OTHER  # what is not known runs no known course
            and (course := course_of(knowledge, inference.causes[c])) is not None
        ),
        advice=actions(knowledge, findings, urgency, at_work, knowledge.words(language), country),
        come_back=come_back(
            knowledge,
            at_work,
            within_days=urgency.within_days,
            twitch_days=case.values.get("twitch_duration_days"),
        ),
        next=tuple(
            Question(id=c.finding, value=c.value)
            for c in questions(knowledge, findings, inference, urgency)[:_QUESTIONS]
        )
        if urgency.level is not Level.EMERGENCY
        else (),
        turning=spread.turning,
        tests=_tests(knowledge, findings, inference, urgency.level),
        not_asked=urgency.screen_open,
        present=tuple(space.names(findings.present & ~space.demographic)),
        absent=tuple(space.names(findings.absent & ~space.demographic)),
        set_aside=inference.set_aside,
        claims=_claims(knowledge, findings, at_work),
        ignored=case.ignored,
        observed=seen,
    )


def is_adult(case: Case) -> bool:
    """Say whether the figures hold: from 18 years, and where no age is told."""
    if case.age is None:
        return "age_under_18" not in case.present
    return case.age >= ADULT_FROM_YEARS


def urgency_of(knowledge: Knowledge, findings: Findings, *, adult: bool = True) -> Urgency:
    """Give the urgency of closed findings: rules, expected harm, default."""
    triage = triage_of(knowledge)
    harm: dict[str, float] = {}
    if adult:
        unflagged = triage.unflagged(findings)
        space = finding_space(knowledge)
        if unflagged.present & space.symptoms:
            found = infer(knowledge, unflagged)
            chances = found.at_work * absence_factor(knowledge, triage.flags_denied(findings))
            harm = dict(zip(found.causes, chances.tolist(), strict=True))
    return triage.assess(findings, harm)


def questions(
    knowledge: Knowledge, findings: Findings, inference: Inference, urgency: Urgency
) -> list[Candidate]:
    """Give what a lay person can still be asked; what is open of the safety screen comes first."""
    chooser = chooser_of(knowledge)
    raises = _raises(knowledge, findings, urgency.level)
    found = chooser.candidates(findings, inference, raises)
    place = {name: at for at, name in enumerate(urgency.screen_open)}
    on_screen = sorted((c for c in found if c.finding in place), key=lambda c: place[c.finding])
    known = {c.finding for c in on_screen}
    silent = [
        Candidate(name, 0.0, knowledge.findings[name].seconds or 5.0, 0.0)
        for name in urgency.screen_open
        if name not in known and knowledge.findings[name].asked
    ]
    return [*on_screen, *silent, *(c for c in found if c.finding not in place)]


def _raises(knowledge: Knowledge, findings: Findings, level: Level) -> list[Raise]:
    return [
        Raise(missing, rule.level.rank - level.rank)
        for rule, _, missing in triage_of(knowledge).ways_up(findings, level)
        if missing
    ]


def _causes(
    knowledge: Knowledge,
    findings: Findings,
    inference: Inference,
    order: list[int],
    spread: Spread,
) -> tuple[CauseResult, ...]:
    leading = [inference.causes[c] for c in order[:_EXPLAINED] if inference.at_work[c] > 0]
    explained = {e.cause: e for e in explain(knowledge, findings, inference, leading)}
    amplifiers = _amplifiers(knowledge, findings)
    return tuple(
        _cause(
            knowledge,
            findings,
            inference,
            c,
            float(spread.low[c]),
            float(spread.high[c]),
            explained.get(inference.causes[c]),
            tuple(amplifiers.get(c, ())),
        )
        for c in order
    )


def _cause(
    knowledge: Knowledge,
    findings: Findings,
    inference: Inference,
    place: int,
    low: float,
    high: float,
    explanation: Explanation | None,
    amplified_by: tuple[str, ...],
) -> CauseResult:
    name = inference.causes[place]
    used = figures_behind(knowledge, findings, inference, name)
    grades = Counter(str(f.grade) for f in used)
    return CauseResult(
        id=name,
        probability=float(inference.at_work[place]),
        prevalent=float(inference.prevalent[place]),
        low=low,
        high=high,
        grade=weakest(f.grade for f in used),
        grades=tuple(sorted(grades.items())),
        sources=tuple(dict.fromkeys(s for f in used for s in f.sources)),
        speaks_for=_named(knowledge, findings, explanation.speaks_for) if explanation else (),
        speaks_against=_named(knowledge, findings, explanation.speaks_against)
        if explanation
        else (),
        prior_bits=explanation.prior_bits if explanation else None,
        posterior_bits=explanation.posterior_bits if explanation else None,
        amplified_by=amplified_by,
    )


def _named(knowledge: Knowledge, findings: Findings, weights: Bits) -> Bits:
    """Give weights by finding; an exclusive variable goes by the state that was told."""
    space = finding_space(knowledge)
    named = []
    for name, bits in weights:
        members = knowledge.variables.get(name, {})
        there = sorted(
            (f for f in members if findings.present & space.bit[f]), key=lambda f: len(members[f])
        )
        away = [f for f in members if findings.absent & space.bit[f]]
        named.append(((there or away or [name])[0], bits))
    return tuple(named)


def figures_behind(
    knowledge: Knowledge, findings: Findings, inference: Inference, cause: str
) -> list[Sourced]:
    """Give the figures that an answer about one cause rests on: its prior and its findings."""
    network = network_of(knowledge)
    age = findings.age if findings.age is not None else 45.0  # constant: picks a stratum to cite
    used = [priors_of(knowledge).figure(cause, age, findings.sex or "female")]
    evidence = inference.evidence
    for name in (*evidence.present, *evidence.shown):
        figure = network.total.get((cause, name))
        if figure is not None:
            used.append(figure.p)
    return used


def _amplifiers(knowledge: Knowledge, findings: Findings) -> dict[int, list[str]]:
    """Give the present factors that make an existing twitch worse, by the place of its cause."""
    space = finding_space(knowledge)
    found: dict[int, list[str]] = {}
    for name, factors in network_of(knowledge).factors.items():
        if findings.present & space.bit[name]:
            for place in dict.fromkeys(f.cause for f in factors if f.amplifier):
                found.setdefault(place, []).append(name)
    return found


def _tests(
    knowledge: Knowledge, findings: Findings, inference: Inference, level: Level
) -> tuple[Question, ...]:
    """Give the examinations and tests whose result would change the answer most.

    None where nothing more than care for oneself is needed: a chance result harms more than it
    tells. What only a hospital does counts less; of tests for one finding the best is named.
    """
    if level is Level.SELF_CARE:
        return ()
    candidates = chooser_of(knowledge).candidates(
        findings, inference, (), kinds=TEST_KINDS, only_asked=False
    )
    gain = {c.finding: c.value for c in candidates}
    hospital = knowledge.decisions["tests.weight_hospital"]
    best: dict[str, Question] = {}
    for test in knowledge.tests:
        finding = knowledge.aliases.get(test.finding, test.finding)
        value = gain.get(finding, 0.0) * (hospital if test.where == "hospital" else 1.0)
        if value > 0 and (finding not in best or best[finding].value < value):
            best[finding] = Question(id=test.test, value=value, where=test.where)
    ranked: dict[str, Question] = {}
    for question in sorted(best.values(), key=lambda q: (-q.value, q.id)):
        ranked.setdefault(question.id, question)
    return tuple(ranked.values())[:_TESTS]


def _claims(knowledge: Knowledge, findings: Findings, at_work: dict[str, float]) -> tuple[str, ...]:
    """Give the statements of the article that evidence corrects, where the matter comes up."""
    space = finding_space(knowledge)
    here = {f"cause:{cause}" for cause, p in at_work.items() if p >= _CLAIMS_FROM}
    here |= {f"finding:{name}" for name in space.names(findings.present)}
    return tuple(
        claim.id
        for claim in knowledge.claims
        if claim.verdict in ("contradicted", "unsupported") and here & set(claim.carried_by)
    )


def _for_a_child(
    case: Case,
    knowledge: Knowledge,
    findings: Findings,
    urgency: Urgency,
    detail: str,
    language: str,
    country: str,
) -> Assessment:
    """Give urgency and advice alone: the figures hold for adults."""
    space = finding_space(knowledge)
    return Assessment(
        id=case.id,
        knowledge_version=knowledge.version,
        software_version=kedut.__version__,
        detail=detail,
        adult=False,
        urgency=urgency,
        advice=actions(knowledge, findings, urgency, {}, knowledge.words(language), country)
        if detail == "full"
        else (),
        come_back=come_back(knowledge, {}, within_days=urgency.within_days, twitch_days=None)
        if detail == "full"
        else None,
        not_asked=urgency.screen_open,
        present=tuple(space.names(findings.present & ~space.demographic)),
        absent=tuple(space.names(findings.absent & ~space.demographic)),
        ignored=case.ignored,
    )
