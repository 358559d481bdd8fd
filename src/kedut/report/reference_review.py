"""The reference pages that tell what is wanting: the clinical review, and the gaps."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from kedut.knowledge.coverage import Gap, figures, gaps
from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade
from kedut.report.coverage import Founding, founding, heaviest_judgements
from kedut.report.knowledge_lookup import page_of_cause
from kedut.report.markdown import bullets, code, escaped, page, table

_HEAVIEST = 100
_NUMBER = re.compile(r"\d+")


def review_page(knowledge: Knowledge) -> str:
    """Give each item of the clinical review with its outcome."""
    rows = sorted(knowledge.tables["review"], key=lambda row: (_by_number(row["item"]), row.file))
    counts = Counter(row["outcome"] for row in rows)
    cells = [
        (
            escaped(row["item"]),
            escaped(row["outcome"]),
            escaped(row["where"]),
            escaped(row["note"]),
            row.file.removeprefix("tables/review").removesuffix(".csv").strip("-"),
        )
        for row in rows
    ]
    intro = (
        "The tables were checked against a written clinical review. Each item stands here with "
        "its outcome; where a proposal was not followed, the note says why. An item that touches "
        "several parts of the tables stands once for each part."
    )
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    return page(
        "Clinical review",
        intro,
        f"{len(rows)} entries: {summary}." if rows else "The tables hold no review.",
        table(("item", "outcome", "where", "note", "part"), cells),
    )


def _by_number(item: str) -> tuple[int, str]:
    found = _NUMBER.search(item)
    return (int(found.group()) if found else 0, item)


def gaps_page(knowledge: Knowledge) -> str:
    """Give how well the figures are founded, the judged ones, and everything not covered.

    No day is named: which rows are due depends on the clock, and `check` tells it.
    """
    found = founding(knowledge)
    judged = heaviest_judgements(knowledge, _HEAVIEST)
    return page(
        "Gaps",
        "What the knowledge base rests on least. `kedut knowledge check` prints the same with "
        "what is due for review today.",
        "## Figures per grade",
        "A counted in a study, B from a review or guideline, C put into a number from words, "
        "D judged without a source.",
        table(("figures", *Grade), [_counts(one) for one in found]),
        "Weighted by how far they move the answer of one typical person who asks, in percent of "
        "bits. The weight of a link is the chance of its cause in such a person times the mean "
        "step the answer makes in the cause's log-odds; a prior weighs its distance from "
        "certainty, a background the sum of the links held against it. Courses move no answer.",
        table(("figures", *Grade), [_shares(one.table, one.weight) for one in found]),
        "Within grave causes, each counted alike:",
        table(("figures", *Grade), [_shares(one.table, one.grave) for one in found]),
        f"## The {len(judged)} judged figures that move answers most",
        table(
            ("table", "figure", "bits"),
            [(one.table, code(one.name), f"{weight:.2f}") for one, weight in judged],
        ),
        "## Judged figures by cause",
        _by_cause(knowledge),
        *(part for gap in gaps(knowledge, date.min) for part in _gap(gap)),
    )


def _counts(one: Founding) -> tuple[str, ...]:
    return (one.table, *(str(one.counts[grade]) for grade in Grade))


def _shares(name: str, shares: dict[Grade, float]) -> tuple[str, ...]:
    if not any(shares.values()):
        return (name, *("-" for _ in Grade))
    return (name, *(f"{100 * shares[grade]:.0f}" for grade in Grade))


def _by_cause(knowledge: Knowledge) -> str:
    """Give for each cause how many of its figures are judged, the most judged first."""
    counts: dict[str, Counter[str]] = {}
    for figure in figures(knowledge):
        if figure.table != "background":
            of_one = counts.setdefault(figure.key[0], Counter())
            of_one["all"] += 1
            of_one[figure.table] += 1
            of_one["judged"] += figure.grade is Grade.JUDGEMENT
    rows = sorted(counts.items(), key=lambda pair: (-pair[1]["judged"] / pair[1]["all"], pair[0]))
    return table(
        ("cause", "judged", "of", "links", "risks", "priors", "course"),
        [
            (
                f"[{cause}]({page_of_cause(knowledge.causes[cause])})",
                str(of_one["judged"]),
                str(of_one["all"]),
                *(str(of_one[name]) for name in ("links", "risks", "priors", "course")),
            )
            for cause, of_one in rows
        ],
    )


def _gap(gap: Gap) -> tuple[str, ...]:
    if not gap.items:
        return ()
    return (f"## {gap.title.capitalize()} ({len(gap.items)})", bullets(map(escaped, gap.items)))
