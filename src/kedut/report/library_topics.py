"""What the pages of topics, the glossary, the article's statements and the product itself say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kedut.knowledge.coverage import figures
from kedut.knowledge.entities import Source
from kedut.report.library import Ref, Shelf, paragraphs, sentences
from kedut.report.library_findings import RuleLine, rule_line


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """All that the page of a topic shows."""

    id: str
    title: str
    lead: str
    body: tuple[str, ...]
    causes: tuple[Ref, ...]
    findings: tuple[Ref, ...]
    rules: tuple[RuleLine, ...]
    others: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word people use, what to ask when it is said, and the findings it may mean."""

    term: str
    language: str
    ask: str
    findings: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A statement of the article beside what evidence says of it."""

    id: str
    statement: str
    comment: str
    verdict: str
    verdict_word: str
    carried_by: tuple[Ref, ...]
    sources: tuple[Source, ...]


def topics(shelf: Shelf) -> tuple[tuple[Ref, str], ...]:
    """Give the topics with the sentence each begins with."""
    return tuple(
        (Ref(kind="topic", id=name, name=texts["title"]), _lead(texts["body"]))
        for name, texts in shelf.words.table("topics").items()
    )


def _lead(body: str) -> str:
    return sentences(body)[0]


def topic_page(shelf: Shelf, identifier: str) -> TopicPage | None:
    """Give what to show of a topic, or nothing where there is none."""
    texts = shelf.words.table("topics").get(identifier)
    if texts is None:
        return None
    links = texts["links"].split(";")
    rules = {rule.id: rule for rule in shelf.knowledge.rules}
    wanted = [rules[link[5:]] for link in links if link.startswith("rule:") and link[5:] in rules]
    wanted.sort(key=lambda rule: -rule.level.rank)
    whole = paragraphs(texts["body"])
    return TopicPage(
        id=identifier,
        title=texts["title"],
        lead=whole[0],
        body=whole[1:],
        causes=shelf.refs("cause", links),
        findings=shelf.refs("finding", links),
        rules=tuple(rule_line(shelf, rule) for rule in wanted),
        others=tuple(ref for ref, _ in topics(shelf) if ref.id != identifier),
    )


def glossary(shelf: Shelf) -> tuple[tuple[str, str], ...]:
    """Give each term with its explanation, by letter."""
    rows = shelf.words.table("glossary").values()
    return tuple(
        sorted(((row["term"], row["explanation"]) for row in rows), key=lambda r: r[0].casefold())
    )


def terms(shelf: Shelf) -> tuple[Term, ...]:
    """Give the words people of all our languages use, by letter."""
    rows = sorted(shelf.knowledge.tables["terms"], key=lambda row: row["term"])
    return tuple(
        Term(
            term=row["term"],
            language=row["language"],
            ask=row["ask"],
            findings=shelf.refs("finding", (f"finding:{f}" for f in row["findings"].split(";"))),
        )
        for row in rows
    )


def claims(shelf: Shelf) -> tuple[ClaimLine, ...]:
    """Give the statements of the article, in its order."""
    return tuple(
        ClaimLine(
            id=claim.id,
            statement=shelf.words.of("claims", claim.id, "statement"),
            comment=shelf.words.of("claims", claim.id, "comment"),
            verdict=claim.verdict,
            verdict_word=shelf.say(f"verdict.{claim.verdict}"),
            carried_by=tuple(
                ref
                for kind in ("topic", "cause", "finding")
                for ref in shelf.refs(kind, claim.carried_by)
            ),
            sources=shelf.cited(claim.sources),
        )
        for claim in shelf.knowledge.claims
    )


def extent(shelf: Shelf) -> dict[str, str]:
    """Give how much the knowledge holds: causes, findings, rules, sources, figures by grade."""
    grades = Counter(figure.grade.lower() for figure in figures(shelf.knowledge))
    counts = {
        "causes": sum(not cause.replaced_by for cause in shelf.knowledge.causes.values()),
        "findings": len(shelf.knowledge.findings),
        "rules": len(shelf.knowledge.rules),
        "sources": len(shelf.knowledge.tables["sources"].rows),
        "figures": grades.total(),
        **{grade: grades[grade] for grade in "abcd"},
    }
    separator = "." if shelf.words.language == "id" else ","
    return {name: f"{count:,}".replace(",", separator) for name, count in counts.items()}
