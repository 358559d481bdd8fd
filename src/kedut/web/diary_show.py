"""The pages of a diary, and what they say when something does not go: nothing typed is lost."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from kedut.assess.entries import BadEntries
from kedut.report.day import day_in_words
from kedut.report.pictures.bodymap import name_of
from kedut.storage.errors import (
    BadAddress,
    BadKey,
    NotKept,
    NotOpened,
    StoreFull,
    StoreUnavailable,
    TooLarge,
    TooMany,
)
from kedut.storage.token import Token
from kedut.web.answers import Posted
from kedut.web.diary_change import ChangedSince
from kedut.web.diary_files import KINDS
from kedut.web.diary_form import (
    AMOUNTS,
    LONGEST_NOTE,
    REMEDIES,
    SIGNS,
    NotSaid,
    is_fresh_id,
    places,
    symptom_groups,
)
from kedut.web.diary_log import Diary, address_of
from kedut.web.diary_page import shown
from kedut.web.keep import link_to
from kedut.web.render import knowledge_of, render
from kedut.web.zones import HOME, OFFERED, likely, now, zone_of

_LOG = logging.getLogger(__name__)
_RETRY_AFTER_S = "30"
_EMERGENCY = "emergency"
_LONGEST_SEEN = 32


class Again(Protocol):
    """What gives a page once more, with all that was typed."""

    def __call__(
        self, faults: tuple[str, ...], status: int, other: ChangedSince | None = None
    ) -> Response:
        """Give it."""


def to(language: str, token: Token, more: str = "") -> Response:
    """Lead to a diary's page."""
    return RedirectResponse(f"/{language}/diary/{token.text}{more}", 303)


def form_page(
    request: Request,
    language: str,
    typed: Posted,
    faults: tuple[str, ...] = (),
    status: int = 200,
    *,
    token: Token | None = None,
    new: Token | None = None,
    other: ChangedSince | None = None,
) -> Response:
    """Show the form alone, with what was typed.

    Parameters
    ----------
    token : of the diary it goes to; without one the form begins a diary, under `new`
    """
    retry = {"Retry-After": _RETRY_AFTER_S} if status == 503 else None
    begins = "" if token else (new or Token.fresh()).text
    return render(
        request,
        "diary.html",
        language,
        status=status,
        headers=retry,
        d=None,
        token=token.text if token else "",
        action=request.url.path,
        faults=faults,
        **fields(request, language, typed, begins=begins, other=other),
    )


def diary_page(
    request: Request,
    language: str,
    token: Token,
    diary: Diary,
    typed: Posted,
    faults: tuple[str, ...] = (),
    status: int = 200,
    *,
    other: ChangedSince | None = None,
) -> Response:
    """Show a whole diary."""
    seen = shown(diary, knowledge_of(request), language, now())
    last = diary.last.entry if diary.last else None
    return render(
        request,
        "diary.html",
        language,
        status=status,
        d=seen,
        token=token.text,
        link=link_to(request, language, token).replace("/kept/", "/diary/"),
        address=address_of,
        kinds=tuple(KINDS),
        action=f"/{language}/diary/{token.text}",
        faults=faults,
        emergency=seen.a.urgency.level == _EMERGENCY,
        alarms=[because.id for because in seen.a.urgency.because],
        **fields(request, language, typed, zone=likely(last.at if last else None), other=other),
    )


def fields(
    request: Request,
    language: str,
    typed: Posted,
    *,
    begins: str = "",
    zone: str = HOME,
    save: str = "save",
    seen: str = "",
    other: ChangedSince | None = None,
) -> dict[str, Any]:
    """Give what the form needs besides the words: what is offered, and what was typed.

    Parameters
    ----------
    seen : the state of the entry the form shows; that of `other` where it was changed since
    """
    knowledge = knowledge_of(request)
    words = knowledge.words(language)
    chosen = typed.one("zone") or zone
    entry = typed.one("entry")
    today = now().astimezone(zone_of(zone)).date()
    return {
        "typed": typed,
        "entry": entry if is_fresh_id(entry) else secrets.token_hex(16),
        "seen": other.seen if other else seen or typed.one("seen")[:_LONGEST_SEEN],
        "other": other,
        "begins": begins,
        "signs": SIGNS,
        "amounts": AMOUNTS,
        "remedies": REMEDIES,
        "places": [(name, name_of(words, *name.split(":"))) for name in places(knowledge)],
        "groups": symptom_groups(knowledge),
        "zones": OFFERED if chosen in OFFERED else (chosen[:64], *OFFERED),
        "zone": chosen,
        "day": _day(typed.one("day") or today.isoformat()),
        "today": today,
        "today_words": day_in_words(today, words),
        "longest_note": LONGEST_NOTE,
        "save": save,
    }


def _day(text: str) -> str:
    """Give a day as a browser takes it; nothing where what was typed is none."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return ""


def noting(
    request: Request,
    language: str,
    form: Posted,
    token: Token | None,
    work: Callable[[], Response],
    again: Again,
) -> Response:
    """Do what writes; where it cannot be done, say so over the form with all that was typed.

    Parameters
    ----------
    again : gives the page once more; the form alone takes its place where the store is away
    """
    try:
        try:
            return work()
        except NotSaid as wrong:
            return again(wrong.faults, 422)
        except ChangedSince as other:
            return again(("changed_since",), 409, other)
        except (TooLarge, TooMany):
            return again(("too_much",), 413)
    except NotKept:
        return form_page(request, language, form, ("gone",), 404)
    except StoreFull as error:
        _note(error)
        return form_page(request, language, form, ("no_room",), 503, token=token)
    except (StoreUnavailable, BadAddress, BadKey) as error:
        _note(error)
        return form_page(request, language, form, ("away",), 503, token=token)
    except (NotOpened, BadEntries) as error:
        _note(error)
        return form_page(request, language, form, ("closed",), 503, token=token)


def _note(error: Exception) -> None:
    # the store's own sentence: no link in it, nothing of what is kept
    _LOG.warning("%s", json.dumps({"event": "store", "what": str(error)}))
