"""A person who answers the pages from a case: what the case does not name is "don't know"."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from starlette.testclient import TestClient

from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.knowledge_base import Knowledge

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
MOST_PAGES = 60


@dataclass
class Played:
    """How it went: the level at the end, how many questions, every page in order."""

    level: str = ""
    questions: int = 0
    pages: list[str] = field(default_factory=list)


def fields_of(page: str) -> dict[str, str]:
    """Give the hidden fields of the page's main form."""
    main = page.partition("<main")[2]
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(main)}


def level_of(page: str) -> str:
    """Give the urgency a result page shows, or nothing on another page."""
    found = re.search(r'data-level="([a-z-]+)"', page)
    return found[1] if found else ""


def play(client: TestClient, knowledge: Knowledge, case: Case, language: str) -> Played:
    """Play a case from the first tap to the answer."""
    space = finding_space(knowledge)
    closed = space.close(case)
    went = Played()
    page = client.get(f"/{language}/interview").text
    for _ in range(MOST_PAGES):
        went.pages.append(page)
        if level_of(page):
            went.level = level_of(page)
            return went
        told: dict[str, str | list[str]] = {**fields_of(page)}
        if 'name="age"' in page:
            clock = re.findall(r'name="since" value="([a-z0-9_]+)"', page)
            since = [f for f in clock if f in space.bit and closed.present & space.bit[f]]
            told |= {"whom": "myself", "sex": case.sex or "", "age": _age(case.age)}
            told["since"] = since[0] if since else "unknown"
        elif 'value="acknowledge"' in page:
            told["action"] = "finish"
        else:
            went.questions += 1
            offered = dict.fromkeys(re.findall(r'name="(?:p|a)" value="([a-z0-9_]+)"', page))
            offered.setdefault(str(told["key"]))
            known = [f for f in offered if f in space.bit]
            there = [f for f in known if closed.present & space.bit[f]]
            away = [f for f in known if closed.absent & space.bit[f]]
            told |= _answer(page, there, away, known)
        answer = client.post(f"/{language}/interview", data=told)
        assert answer.status_code == 200, answer.text
        page = answer.text
    raise AssertionError(f"no end after {MOST_PAGES} pages")


def _age(age: float | None) -> str:
    return "" if age is None else f"{age:g}"


def _answer(
    page: str, there: list[str], away: list[str], known: list[str]
) -> dict[str, str | list[str]]:
    if 'value="calf:left:twitches"' in page:
        return {"a": "skip"}
    if 'name="p"' in page:
        unsure = [f for f in known if f not in there and f not in away]
        if not there and not unsure:
            return {"a": "none"}
        return {"a": "some", "p": there, "u": unsure} if there or away else {"a": "unknown"}
    if 'value="yes"' in page:
        return {"a": "yes" if there else "no" if away else "unknown"}
    return {"a": there[0] if there else "unknown"}
