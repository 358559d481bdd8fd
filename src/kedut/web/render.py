"""Pages from templates: the same frame, words and addresses for all of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

import kedut
from kedut.advice.actions import COUNTRY, local_ways
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import LANGUAGES
from kedut.report.page import ICONS, band, curve
from kedut.report.whole_numbers import in_words
from kedut.web.assets import asset
from kedut.web.csrf import Later

_HERE = Path(__file__).parent
_REPORT = _HERE.parent / "report"


@cache
def environment() -> Environment:
    """Give the templates of the pages, the report and the pictures."""
    folders = [_HERE / "templates", _REPORT / "templates", _REPORT / "pictures"]
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        asset=asset,
        icons=ICONS,
        in_words=in_words,
        curve=curve,
        band=band,
        software=kedut.__version__,
    )
    return made


def knowledge_of(request: Request) -> Knowledge:
    """Give the knowledge the server was started with."""
    knowledge: Knowledge = request.app.state.knowledge
    return knowledge


def render(
    request: Request,
    template: str,
    language: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """Give one page in one language.

    The template gets `words`, `say`, `language`, `languages`, `knowledge`, `csrf` (the field's
    value), `here` (the path without its language), `local` (whom to call) and what is given by
    name.
    """
    knowledge = knowledge_of(request)
    words = knowledge.words(language)
    here = request.url.path.split("/", 2)[2] if request.url.path.count("/") > 1 else ""
    text = (
        environment()
        .get_template(template)
        .render(
            words=words,
            say=words.say,
            language=language,
            languages=LANGUAGES,
            knowledge=knowledge,
            csrf=Later(request),
            here=here,
            **{"local": local_ways(knowledge, COUNTRY, language), **values},
        )
    )
    return HTMLResponse(text, status_code=status, headers=headers)
