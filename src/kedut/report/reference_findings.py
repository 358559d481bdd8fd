"""The reference pages of findings, rules, claims and sources."""

from __future__ import annotations

from collections import Counter

from kedut.knowledge.entities import Finding, Kind, Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import keys
from kedut.knowledge.row_keys import key_of
from kedut.knowledge.tables import Row
from kedut.report.knowledge_lookup import (
    Lookup,
    cell_range,
    names,
    page_of_cause,
    page_of_finding,
)
from kedut.report.markdown import Footnotes, bullets, cited, code, escaped, page, table
from kedut.report.reference_causes import LANGUAGE

_CAUSES_SHOWN = 12
_USED = frozenset({"finding", "measured", "risk", "amplifier"})


def finding_pages(knowledge: Knowledge) -> dict[str, str]:
    """Give the index of findings and the page of each kind, by file name."""
    look = Lookup(knowledge, LANGUAGE)
    pages = {}
    index = []
    for kind in Kind:
        found = sorted((f for f in knowledge.findings.values() if f.kind is kind), key=_id)
        if not found:
            continue
        notes = Footnotes(knowledge)
        parts = [part for finding in found for part in _finding(look, finding, notes)]
        name = page_of_finding(found[0]).partition("#")[0]
        title = look.words.say(f"kind.{kind}")
        pages[name] = page(f"Findings: {title}", *parts, notes.text())
        rows = [
            (f"[{f.id}]({page_of_finding(f)})", escaped(look.finding_name(f.id)), _asked(f))
            for f in found
        ]
        index += [f"## {title.capitalize()}", table(("finding", "name", "asked"), rows)]
    aliases = [(code(alias), code(target)) for alias, target in sorted(knowledge.aliases.items())]
    index += ["## Other names", table(("name", "stands for"), aliases)]
    intro = f"The {len(knowledge.findings)} findings kedut knows, by kind."
    return {"findings.md": page("Findings", intro, *index), **pages}


def _id(finding: Finding) -> str:
    return finding.id


def _asked(finding: Finding) -> str:
    return "yes" if finding.asked else ""


def _finding(look: Lookup, finding: Finding, notes: Footnotes) -> list[str]:
    knowledge = look.knowledge
    texts = look.words.table("findings").get(finding.id, {})
    question = " ".join(filter(None, (texts.get("question", ""), texts.get("help", ""))))
    rules = [rule.id for rule in knowledge.rules if finding.id in names(rule.condition)]
    facts = [
        f"Background: {cell_range(row, 'p')}, {row['grade'] or 'D'}{notes.marks(keys(row))}. "
        f"{escaped(row['note'])}".strip()
        for row in look.rows("background", finding=finding.id)
    ]
    implied = knowledge.implied.get(finding.id, ())
    if implied:
        wider = (f"`{name}` (of which it is {share:g})" for name, share in implied)
        facts.append(f"Implies {', '.join(wider)}.")
    if finding.variable:
        states = ", ".join(map(str, finding.states))
        facts.append(f"State {states} of the variable `{finding.variable}`: exactly one is true.")
    if finding.gated:
        facts.append("An attribute of a moving calf: counted only among those whose calf moves.")
    codes = [f"HPO {finding.hpo}" * bool(finding.hpo), f"LOINC {finding.loinc}"]
    facts += [", ".join(part for part in codes[: 2 if finding.loinc else 1] if part)]
    facts += _causes(look, finding)
    if rules:
        facts.append(f"Rules: {', '.join(f'[{rule}](rules.md#{rule})' for rule in rules)}.")
    title = escaped(look.finding_name(finding.id))
    return [
        f"## {finding.id}",
        f"**{title}**. {escaped(question)}".strip(),
        bullets(fact for fact in facts if fact),
        escaped(finding.note),
    ]


def _causes(look: Lookup, finding: Finding) -> list[str]:
    """Give the causes a finding has a figure for, the highest first."""
    links = [row for row in look.rows("links", finding=finding.id) if row["role"] in _USED]
    risks = [row for row in look.rows("risks", factor=finding.id) if row["role"] in _USED]
    links.sort(key=lambda row: (-float(row["p"]), row["cause"]))
    facts = []
    if links:
        shown = [_linked(look, row, row["p"]) for row in links[:_CAUSES_SHOWN]]
        more = len(links) - len(shown)
        rest = f", and less often in {more} more" if more else ""
        facts.append(f"Most often in: {', '.join(shown)}{rest}.")
    if risks:
        told = (_linked(look, row, f"{row['measure']} {row['value']}") for row in risks)
        facts.append("Moves the chance of: " + ", ".join(told) + ".")
    return facts


def _linked(look: Lookup, row: Row, value: str) -> str:
    cause = look.knowledge.causes[row["cause"]]
    return f"[{cause.id}]({page_of_cause(cause)}) {escaped(value)} {row['grade'] or 'D'}"


def rules_page(knowledge: Knowledge) -> str:
    """Give the rules by urgency, each with its condition, words and sources."""
    look = Lookup(knowledge, LANGUAGE)
    notes = Footnotes(knowledge)
    parts: list[str] = []
    for level in Level:
        rows = [
            row
            for row in knowledge.tables["rules"]
            if row["level"] == level and row["kind"] != "merged"
        ]
        if rows:
            parts.append(f"## {look.words.say(f'level.{level}')} ({len(rows)})")
        for row in sorted(rows, key=lambda row: row["id"]):
            parts += _rule(look, row, notes)
    merged = [row["id"] for row in knowledge.tables["rules"] if row["kind"] == "merged"]
    if merged:
        parts += ["## Merged into others", ", ".join(code(name) for name in sorted(merged)) + "."]
    intro = (
        "A rule sets an urgency by itself; the highest that holds wins. In rules at or above "
        "*soon*, *NOT x* holds unless x is known to be present. Rules of kind *clinical* need an "
        "examination or a test result."
    )
    return page("Rules", intro, *parts, notes.text())


def _rule(look: Lookup, row: Row, notes: Footnotes) -> list[str]:
    texts = look.words.table("rules").get(row["id"], {})
    days = f", within {row['within_days']} days" if row["within_days"] != "0" else ", now"
    said = [
        (label, escaped(texts.get(column, "")))
        for label, column in (("Do", "action"), ("Do not", "avoid"))
    ]
    return [
        f"### {row['id']}",
        escaped(texts.get("reason", "")),
        code(row["when"]),
        bullets(
            (
                f"{row['kind']}{days}{notes.marks(keys(row))}",
                *(f"{label}: {text}" for label, text in said if text),
                *([f"Note: {escaped(row['note'])}"] if row["note"] else []),
            )
        ),
    ]


def claims_page(knowledge: Knowledge) -> str:
    """Give the article's statements with verdict, comment, carriers and sources."""
    look = Lookup(knowledge, LANGUAGE)
    notes = Footnotes(knowledge)
    parts: list[str] = []
    counts = Counter(claim.verdict for claim in knowledge.claims)
    for claim in knowledge.claims:
        texts = look.words.table("claims").get(claim.id, {})
        parts += [
            f"## {claim.id}",
            f"> {escaped(texts.get('statement', ''))}",
            f"**{look.words.say(f'verdict.{claim.verdict}').capitalize()}.** "
            f"{escaped(texts.get('comment', ''))}{notes.marks(claim.sources)}",
            f"Carried by: {', '.join(code(carrier) for carrier in claim.carried_by)}."
            if claim.carried_by
            else "",
            escaped(claim.note),
        ]
    intro = (
        f"The {len(knowledge.claims)} statements of the article kedut began with, and what "
        "evidence says of each: "
        + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        + "."
    )
    return page("Claims", intro, *parts, notes.text())


def sources_page(knowledge: Knowledge) -> str:
    """Give the sources by key, each with what it carries."""
    uses: dict[str, Counter[str]] = {}
    for name, rows in knowledge.tables.items():
        for row in rows:
            for key in keys(row):
                if key in knowledge.sources:
                    uses.setdefault(knowledge.sources[key].key, Counter())[name] += 1
    other: dict[str, list[str]] = {}
    for key, source in knowledge.sources.items():
        if key != source.key:
            other.setdefault(source.key, []).append(key)
    parts: list[str] = []
    for row in sorted(knowledge.tables["sources"], key=lambda row: key_of("sources", row)):
        key = row["key"]
        used = ", ".join(f"{name} {count}" for name, count in sorted(uses.get(key, {}).items()))
        parts += [
            f"## {key}",
            cited(knowledge.sources[key]),
            f"Also under {', '.join(map(code, sorted(other[key])))}." if key in other else "",
            f"Rows resting on it: {used}." if used else "Not used by any figure.",
        ]
    intro = (
        f"The {len(knowledge.tables['sources'].rows)} publications and pages the tables rest on, "
        "with how each was read: in full, as an abstract, or quoted by another."
    )
    return page("Sources", intro, *parts)
