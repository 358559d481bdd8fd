"""Pages generated from the knowledge base: topics, causes, findings, sources, every figure."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from kedut.report.library import Shelf, shelf
from kedut.report.library_causes import cause_page, families
from kedut.report.library_figures import figure_page, reported
from kedut.report.library_findings import finding_page, kinds
from kedut.report.library_search import cleaned, search
from kedut.report.library_sources import source_list, source_page
from kedut.report.library_topics import claims, extent, glossary, terms, topic_page, topics
from kedut.report.pictures.draw import guided, pictures_of
from kedut.web import repeat
from kedut.web.csrf import COOKIE
from kedut.web.language import known
from kedut.web.render import knowledge_of, render

router = APIRouter(include_in_schema=False)

_KEPT = {"Cache-Control": "private, max-age=600"}
_MOST_DIGITS = 4
Page = TypeVar("Page")


def _shelf(request: Request, language: str) -> Shelf:
    return shelf(knowledge_of(request), known(language))


def _page(request: Request, template: str, language: str, **values: Any) -> HTMLResponse:
    """Give a page that anybody may keep: it holds no form with a token, so it sets no cookie."""
    return render(request, f"library-{template}.html", language, headers=_KEPT, **values)


def _there(page: Page | None) -> Page:
    if page is None:
        raise HTTPException(404)
    return page


def _drawn(books: Shelf, thing: str, identifier: str) -> list[str]:
    names = pictures_of(books.knowledge, thing, identifier)
    return [guided(name, books.words, prefix=f"pic{n}") for n, name in enumerate(names)]


@router.get("/{language}/topics")
def all_topics(request: Request, language: str) -> HTMLResponse:
    """Show the topics, and what else can be looked up."""
    return _page(request, "topics", language, topics=topics(_shelf(request, language)))


@router.get("/{language}/topics/{name}")
def one_topic(request: Request, language: str, name: str) -> HTMLResponse:
    """Show one topic with its pictures and links."""
    books = _shelf(request, language)
    page = _there(topic_page(books, name))
    return _page(request, "topic", language, page=page, drawn=_drawn(books, "topic", name))


@router.get("/{language}/causes")
def all_causes(request: Request, language: str) -> HTMLResponse:
    """Show the causes by family."""
    return _page(request, "causes", language, families=families(_shelf(request, language)))


@router.get("/{language}/causes/{name}")
def one_cause(request: Request, language: str, name: str) -> HTMLResponse:
    """Show one cause."""
    books = _shelf(request, language)
    page = _there(cause_page(books, name))
    return _page(request, "cause", language, page=page, drawn=_drawn(books, "cause", name))


@router.get("/{language}/findings")
def all_findings(request: Request, language: str) -> HTMLResponse:
    """Show the findings by kind."""
    return _page(request, "findings", language, kinds=kinds(_shelf(request, language)))


@router.get("/{language}/findings/{name}")
def one_finding(request: Request, language: str, name: str) -> HTMLResponse:
    """Show one finding."""
    books = _shelf(request, language)
    page = _there(finding_page(books, name))
    drawn = _drawn(books, "finding", page.finding.id)
    return _page(request, "finding", language, page=page, drawn=drawn)


@router.get("/{language}/glossary")
def all_words(request: Request, language: str) -> HTMLResponse:
    """Show the words explained, and the words people use."""
    books = _shelf(request, language)
    own = [term for term in terms(books) if term.language == language]
    return _page(request, "glossary", language, glossary=glossary(books), terms=own)


@router.get("/{language}/claims")
def all_claims(request: Request, language: str) -> HTMLResponse:
    """Show the article's statements beside the evidence."""
    return _page(request, "claims", language, claims=claims(_shelf(request, language)))


@router.get("/{language}/sources")
def all_sources(request: Request, language: str, q: str = "", page: str = "1") -> HTMLResponse:
    """Show the sources that hold all words of a query, a page at a time."""
    books = _shelf(request, language)
    plain = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    listed = source_list(books, cleaned(q), int(page) if plain else 1)
    asked = f"q={quote(listed.query)}&" if listed.query else ""
    return _page(request, "sources", language, listed=listed, asked=asked)


@router.get("/{language}/sources/{key}")
def one_source(request: Request, language: str, key: str) -> HTMLResponse:
    """Show one source and what rests on it."""
    page = _there(source_page(_shelf(request, language), key))
    return _page(request, "source", language, page=page)


@router.get("/{language}/figures/{cause}/{finding}")
def one_figure(request: Request, language: str, cause: str, finding: str) -> HTMLResponse:
    """Show one figure, its range, grade and source."""
    page = _there(figure_page(_shelf(request, language), cause, finding))
    return _page(request, "figure", language, page=page)


@router.get("/{language}/report-a-figure")
def report_a_figure(request: Request, language: str, figure: str = "") -> HTMLResponse:
    """Show how to report a wrong figure, with a text to copy; nothing is sent from here."""
    books = _shelf(request, language)
    what, stands = reported(books.knowledge, figure)
    say = books.say
    lines = [
        say("library.report.what", what=what),
        *([say("library.report.stands", stands=stands)] if stands else []),
        say("library.report.version", version=books.knowledge.version),
        say("library.report.should"),
        say("library.report.why"),
    ]
    text = "\n".join(lines)
    address: str = request.app.state.settings.reports_to
    subject = f"kedut: {what}" if what else "kedut"
    mail = f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body={quote(text)}"
    return _page(request, "report", language, what=what, text=text, mail=mail if address else "")


@router.get("/{language}/about")
def about(request: Request, language: str) -> HTMLResponse:
    """Say what this is and is not, on what it rests, and how far it goes."""
    books = _shelf(request, language)
    return _page(request, "about", language, extent=extent(books), ways=books.ways)


@router.get("/{language}/privacy")
def privacy(request: Request, language: str) -> HTMLResponse:
    """Say what is stored, and what is not."""
    days = _shelf(request, language).knowledge.decisions["repeat.within_days"]
    return _page(
        request, "privacy", language, cookie=COOKIE, cookie_before=repeat.COOKIE, days=int(days)
    )


@router.get("/{language}/search")
def search_pages(request: Request, language: str, q: str = "") -> HTMLResponse:
    """Show the pages a word leads to; where it has two meanings, ask which is meant."""
    found = search(_shelf(request, language), q)
    return _page(request, "search", language, found=found)
