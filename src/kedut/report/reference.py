"""The reference pages, all of them, from the knowledge alone: same knowledge, same bytes."""

from __future__ import annotations

from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.markdown import bullets, page
from kedut.report.reference_causes import cause_pages
from kedut.report.reference_findings import (
    claims_page,
    finding_pages,
    rules_page,
    sources_page,
)
from kedut.report.reference_review import gaps_page, review_page
from kedut.report.reference_tables import tables_page


def reference_pages(knowledge: Knowledge, commands: str) -> dict[str, str]:
    """Give every page by file name.

    Parameters
    ----------
    commands : the page of commands, which only the command line knows
    """
    pages = {
        **cause_pages(knowledge),
        **finding_pages(knowledge),
        "claims.md": claims_page(knowledge),
        "clinical-review.md": review_page(knowledge),
        "commands.md": commands,
        "gaps.md": gaps_page(knowledge),
        "rules.md": rules_page(knowledge),
        "sources.md": sources_page(knowledge),
        "tables.md": tables_page(knowledge),
    }
    return {"index.md": _index(knowledge, pages), **pages}


def _index(knowledge: Knowledge, pages: dict[str, str]) -> str:
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in pages.items()}
    return page(
        "The knowledge base, page by page",
        f"Knowledge version {knowledge.version}. These pages are written by `make reference` from "
        "the tables; a change belongs into the tables.",
        bullets(f"[{titles[name]}]({name})" for name in sorted(titles)),
    )
