"""What the page of a cause says: how it shows, what it comes from, tests, help and course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from kedut.knowledge.entities import Cause, CoursePoint, Kind, Level, Link, Risk, Source, Test
from kedut.report.library import FAMILIES, Ref, Shelf, sentences

SHOWN = 8
TELLING = 1.2
_HARMLESS = "benign_fasciculation"
_ALSO_HARMLESS = 0.1
_USED = frozenset({"finding", "measured"})
_RATIOS = frozenset({"OR", "RR"})
_MUCH, _CLEARLY = 5.0, 2.0
_SELDOM = 0.001
_SHORT = 30  # letters
_LASTING = 0.1
_MOSTLY = 0.5
_NO_TABLE = frozenset({"doctor", "stays"})
_WHO = ("self", "pharmacist", "gp", "specialist", "surgery", "emergency")
_ORDER = ("felt", "harmless_too", "movement", "found", "results", "around")
_GROUPS: tuple[tuple[str, frozenset[Kind]], ...] = (
    ("felt", frozenset({Kind.SYMPTOM, Kind.SELF_SIGN})),
    ("found", frozenset({Kind.CLINICIAN_SIGN})),
    ("results", frozenset({Kind.TEST, Kind.MEASURED})),
    ("around", frozenset({Kind.RISK_FACTOR})),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How often one finding is there in people with the cause."""

    finding: Ref
    often: str
    usual: str
    harmless: str
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Findings of one sort; the most telling first."""

    group: str
    first: tuple[Sign, ...]
    rest: tuple[Sign, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What makes a cause likelier or less likely, and how much, in a word."""

    finding: Ref
    much: str
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestLine:
    """A test or examination, where it is done and how well it tells."""

    name: str
    finding: Ref | None
    where: str
    finds: str
    clears: str
    grade: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """One thing that helps, how well that is known, and its limits."""

    text: str
    evidence: str
    limits: str
    grade: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePage:
    """All that the page of a cause shows."""

    cause: Cause
    rare: bool
    name: str
    summary: str
    fear: str
    became: Ref | None
    signs: tuple[Signs, ...]
    vague: tuple[Ref, ...]
    raised: tuple[Raised, ...]
    lowered: tuple[Raised, ...]
    tests: tuple[TestLine, ...]
    helps: tuple[tuple[str, tuple[Help, ...]], ...]
    course: tuple[tuple[str, str], ...]
    course_told: str
    topics: tuple[Ref, ...]
    claims: tuple[str, ...]
    sources: tuple[Source, ...]


def families(shelf: Shelf) -> tuple[tuple[str, tuple[tuple[Ref, str], ...]], ...]:
    """Give the causes of each family with a sentence each, by name; all alike."""
    listed = []
    for family in FAMILIES:
        refs = [
            ref
            for cause in shelf.knowledge.causes.values()
            if cause.family == family and not cause.replaced_by
            if (ref := shelf.ref("cause", cause.id)) is not None
        ]
        refs.sort(key=lambda ref: ref.name.casefold())
        listed.append((family, tuple((ref, _beginning(shelf, ref.id)) for ref in refs)))
    return tuple(listed)


def _beginning(shelf: Shelf, cause: str) -> str:
    """Give the first sentence that says something: not *very rare* alone."""
    first, *rest = sentences(_summary(shelf, cause))
    return f"{first} {rest[0]}" if rest and len(first) < _SHORT else first


def _summary(shelf: Shelf, cause: str) -> str:
    return shelf.words.of("causes", cause, "summary")


def cause_page(shelf: Shelf, identifier: str) -> CausePage | None:
    """Give what to show of a cause, or nothing where there is none."""
    cause = shelf.knowledge.causes.get(identifier)
    if cause is None:
        return None
    links = [link for link in shelf.knowledge.links if link.cause == identifier]
    links = [link for link in links if link.role in _USED]
    risks = [risk for risk in shelf.knowledge.risks if risk.cause == identifier]
    signs, vague = _signs(shelf, links, _harmless(shelf) if cause.grave else {})
    raised, lowered = _raised(shelf, risks)
    tests = [test for test in shelf.knowledge.tests if test.cause == identifier]
    points = shelf.knowledge.course.get(identifier, ())
    helps = [t for t in shelf.knowledge.treatments if t.cause == identifier]
    used = [*cause.sources]
    for own in (tests, helps, risks):
        used += [key for row in own for key in row.sources]
    for sourced in (*(link.p for link in links), *(point.resolved for point in points)):
        used += sourced.sources
    return CausePage(
        cause=cause,
        rare=shelf.rare(identifier),
        name=shelf.words.of("causes", identifier, "name"),
        summary=_summary(shelf, identifier),
        fear=shelf.words.of("causes", identifier, "fear"),
        became=shelf.ref("cause", cause.replaced_by),
        signs=signs,
        vague=vague,
        raised=raised,
        lowered=lowered,
        tests=_tests(shelf, tests),
        helps=_helps(shelf, identifier),
        course=() if _course_told(cause, points) in _NO_TABLE else _course(shelf, points),
        course_told=_course_told(cause, points),
        topics=shelf.topics_with(f"cause:{identifier}"),
        claims=tuple(
            claim.id
            for claim in shelf.knowledge.claims
            if f"cause:{identifier}" in claim.carried_by
        ),
        sources=shelf.cited(used),
    )


def worth(link: Link, usual: float | None) -> float:
    """Give how much a finding tells of a cause: often there, and seldom without it."""
    share = max(usual if usual is not None else _SELDOM, _SELDOM)
    return link.p.value * log2(max(link.p.value, _SELDOM) / share)


def telling(link: Link, usual: float | None) -> bool:
    """Say whether a finding is clearly commoner with the cause than without."""
    return usual is None or link.p.value >= TELLING * usual


def _harmless(shelf: Shelf) -> dict[str, float]:
    """Give what is common with long-lasting harmless twitching too, and how common."""
    return {
        link.finding: link.p.value
        for link in shelf.knowledge.links
        if link.cause == _HARMLESS and link.role in _USED and link.p.value >= _ALSO_HARMLESS
    }


def _signs(
    shelf: Shelf, links: list[Link], harmless: Mapping[str, float]
) -> tuple[tuple[Signs, ...], tuple[Ref, ...]]:
    """Give the signs of a cause by group; of a grave one, those harmless twitching has too apart.

    The share of people with a grave cause who twitch frightens, and tells nothing to somebody who
    twitches: so it stands behind a tap, beside how common the same is in harmless twitching.
    """
    groups: dict[str, list[Link]] = {name: [] for name in _ORDER}
    vague: list[Ref] = []
    for link in links:
        finding = shelf.knowledge.findings.get(link.finding)
        ref = shelf.ref("finding", link.finding)
        if finding is None or ref is None:
            continue
        if finding.gated:
            groups["movement"].append(link)
        elif not telling(link, shelf.usual(link.finding)):
            vague.append(ref)
        elif link.finding in harmless:
            groups["harmless_too"].append(link)
        else:
            group = next((name for name, kinds in _GROUPS if finding.kind in kinds), "")
            groups.setdefault(group, []).append(link)
    groups.pop("", None)
    shown = []
    for group, own in groups.items():
        own.sort(key=lambda link: (-worth(link, shelf.usual(link.finding)), link.finding))
        signs = tuple(_sign(shelf, link, harmless) for link in own)
        if signs:
            shown.append(Signs(group=group, first=signs[:SHOWN], rest=signs[SHOWN:]))
    return tuple(shown), tuple(sorted(vague, key=lambda ref: ref.name.casefold()))


def _sign(shelf: Shelf, link: Link, harmless: Mapping[str, float]) -> Sign:
    name = shelf.words.of("findings", link.finding, "name")
    background = shelf.knowledge.background.get(link.finding)
    gated = shelf.knowledge.findings[link.finding].gated
    usual = shelf.chance(background.p.value) if background is not None and not gated else ""
    too = harmless.get(link.finding)
    return Sign(
        finding=Ref(kind="finding", id=link.finding, name=name),
        often=shelf.chance(link.p.value),
        usual=usual,
        harmless=shelf.chance(too) if too is not None else "",
        grade=link.p.grade,
    )


def _raised(shelf: Shelf, risks: Iterable[Risk]) -> tuple[tuple[Raised, ...], tuple[Raised, ...]]:
    used = [risk for risk in risks if risk.role in ("risk", "amplifier")]
    used.sort(key=lambda risk: (risk.measure not in _RATIOS, -risk.value, risk.factor))
    up: list[Raised] = []
    down: list[Raised] = []
    for risk in used:
        ref = shelf.ref("finding", shelf.knowledge.aliases.get(risk.factor, risk.factor))
        if ref is None or risk.value == 1:
            continue
        lower = risk.measure in _RATIOS and risk.value < 1
        line = Raised(finding=ref, much=shelf.say(f"library.much.{_much(risk)}"), grade=risk.grade)
        (down if lower else up).append(line)
    return tuple(up), tuple(down)


def _much(risk: Risk) -> str:
    """Give how much a factor moves a cause, as the end of a word's name."""
    if risk.role == "amplifier":
        return "amplifies"
    if risk.measure not in _RATIOS:
        return "goes_with"
    ratio = max(risk.value, 1 / risk.value if risk.value else risk.value)
    size = "much" if ratio >= _MUCH else "clearly" if ratio >= _CLEARLY else "little"
    return size if risk.value > 1 else f"less_{size}"


def _tests(shelf: Shelf, tests: Sequence[Test]) -> tuple[TestLine, ...]:
    return tuple(
        TestLine(
            name=shelf.words.of("tests", test.test, "name"),
            finding=shelf.ref("finding", test.finding),
            where=shelf.say(f"where.{test.where}") if test.where else "",
            finds=shelf.chance(test.sensitivity) if test.sensitivity is not None else "",
            clears=shelf.chance(test.specificity) if test.specificity is not None else "",
            grade=test.grade,
            sources=shelf.cited(test.sources),
        )
        for test in tests
    )


def _helps(shelf: Shelf, cause: str) -> tuple[tuple[str, tuple[Help, ...]], ...]:
    by_helper: dict[str, list[Help]] = {who: [] for who in _WHO}
    for treatment in shelf.knowledge.treatments:
        if treatment.cause != cause:
            continue
        texts = shelf.words.table("treatments").get(treatment.id, {})
        by_helper.setdefault(treatment.who, []).append(
            Help(
                text=shelf.local(texts.get("text", "")),
                evidence=shelf.local(texts.get("evidence", "")),
                limits=shelf.local(texts.get("limits", "")),
                grade=treatment.grade,
                sources=shelf.cited(treatment.sources),
            )
        )
    return tuple((shelf.say(f"who.{who}"), tuple(own)) for who, own in by_helper.items() if own)


def _course(shelf: Shelf, points: Sequence[CoursePoint]) -> tuple[tuple[str, str], ...]:
    return tuple((after(shelf, p.day), shelf.chance(p.resolved.value)) for p in points)


def _course_told(cause: Cause, points: Sequence[CoursePoint]) -> str:
    """Give how the course is told, as the end of a word's name.

    What of a grave illness is gone by a day is, where it is few, a figure of survival the other
    way round: none on pages for lay people.
    """
    if not points:
        return "none"
    best = max(point.resolved.value for point in points)
    if cause.grave and best < _MOSTLY:
        return "doctor"
    if best < _LASTING:
        return "harmless" if cause.harm_level is Level.SELF_CARE else "stays"
    return "gone"


_SPANS = ((365, "years"), (30, "months"), (7, "weeks"), (1, "days"))


def after(shelf: Shelf, day: float) -> str:
    """Give a time from now in the largest unit that fits to about a tenth."""
    count, unit = 1, "days"
    for length, name in _SPANS:
        whole = round(day / length)
        if whole and abs(day - whole * length) <= day / 10:
            count, unit = whole, name
            break
    if count == 1:
        return shelf.say(f"library.after_one.{unit}")
    return shelf.say(f"library.after.{unit}", n=count)
