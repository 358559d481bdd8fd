"""What to do: the action of the urgency first, then advice for the likely causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kedut.advice.urgency import Urgency
from kedut.case.finding_space import Findings, finding_space, holds
from kedut.knowledge.entities import Level, Treatment
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

_WHO_FOR_LEVEL = {
    Level.EMERGENCY: "emergency",
    Level.URGENT: "gp",
    Level.SOON: "gp",
    Level.ROUTINE: "gp",
    Level.SELF_CARE: "self",
}
_ORDER = ("emergency", "self", "pharmacist", "gp", "specialist", "surgery")
_MOST_CAUSES = 4
_ADVISED_FROM = 0.1  # constant: advice for a cause that is less likely than this is no advice
COUNTRY = "ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing to do, who does it, and how well it is founded."""

    id: str
    who: str
    text: str
    evidence: str
    sources: tuple[str, ...]
    avoid: str = ""
    limits: str = ""
    cause: str = ""


class _Local(dict[str, str]):
    """Local ways to care by placeholder; a missing one shows its name."""

    def __missing__(self, key: str) -> str:
        return key.replace("_", " ")


def local_ways(knowledge: Knowledge, country: str, language: str) -> Mapping[str, str]:
    """Give the local words for {ambulance}, {emergency_place}, … in one language."""
    ways = _Local()
    for place in ("*", country):
        for (where, key), value in knowledge.local.items():
            if where != place:
                continue
            name, _, spoken = key.partition(".")
            if not spoken or spoken == language:
                ways[name] = value
    return ways


def actions(
    knowledge: Knowledge,
    findings: Findings,
    urgency: Urgency,
    at_work: Mapping[str, float],
    words: Words,
    country: str = COUNTRY,
) -> tuple[Advice, ...]:
    """Give what to do, most pressing first.

    In an emergency only what the emergency asks is said; nothing else competes with it. What holds
    for a harmless cause is not said beside a visit today, nor its "no haste" beside one soon.
    """
    ways = local_ways(knowledge, country, words.language)
    first = _of_rules(urgency, words, ways)
    if urgency.level is Level.EMERGENCY:
        return first
    space = finding_space(knowledge)
    leading = sorted(
        ((p, cause) for cause, p in at_work.items() if p >= _ADVISED_FROM), reverse=True
    )[:_MOST_CAUSES]
    rows: list[tuple[Treatment, str]] = []
    for _, cause in leading:
        for treatment in knowledge.treatments:
            if treatment.cause != cause or _too_soft(knowledge, treatment, urgency):
                continue
            if treatment.only_when is not None and not holds(
                space.compile(treatment.only_when), findings, strictly=True
            ):
                continue
            if treatment.not_when is not None and holds(
                space.compile(treatment.not_when), findings, strictly=False
            ):
                continue
            rows.append((treatment, cause))
    rows = _once(rows)
    rows.sort(key=lambda row: _ORDER.index(row[0].who))
    told = tuple(
        Advice(
            id=treatment.id,
            who=treatment.who,
            text=words.of("treatments", treatment.id, "text").format_map(ways),
            evidence=words.of("treatments", treatment.id, "evidence"),
            limits=words.of("treatments", treatment.id, "limits").format_map(ways),
            sources=treatment.sources,
            cause=cause,
        )
        for treatment, cause in rows
    )
    return first + told


def _too_soft(knowledge: Knowledge, treatment: Treatment, urgency: Urgency) -> bool:
    """Say whether a harmless cause's advice would take back how urgent it is."""
    if knowledge.causes[treatment.cause].harm_level is not Level.SELF_CARE:
        return False
    if urgency.level.rank >= Level.URGENT.rank:
        return True
    return urgency.level is Level.SOON and treatment.who == "gp"


def _once(rows: list[tuple[Treatment, str]]) -> list[tuple[Treatment, str]]:
    """Keep each kind of advice once, from the likeliest cause: `drink to thirst` is said once."""
    kept: dict[tuple[str, str], tuple[Treatment, str]] = {}
    for treatment, cause in rows:
        kept.setdefault((treatment.who, treatment.id.partition(".")[2]), (treatment, cause))
    return list(kept.values())


def _says(words: Words, rule: str) -> bool:
    return bool(words.of("rules", rule, "action"))


def _of_rules(urgency: Urgency, words: Words, ways: Mapping[str, str]) -> tuple[Advice, ...]:
    said: dict[str, Advice] = {}
    ruled = [b for b in urgency.because if b.kind == "rule" and _says(words, b.id)]
    if urgency.level is Level.SELF_CARE:
        ruled = ruled[:1]  # one calm sentence is calmer than three
    for because in ruled or urgency.because:
        if because.kind == "rule":
            text = words.of("rules", because.id, "action")
            avoid = words.of("rules", because.id, "avoid")
        else:
            text, avoid = words.say(f"action.{urgency.level}"), ""
        if text and text not in said:
            said[text] = Advice(
                id=because.id,
                who=_WHO_FOR_LEVEL[urgency.level],
                text=text.format_map(ways),
                evidence="",
                avoid=avoid.format_map(ways),
                sources=because.sources,
            )
    return tuple(said.values())
