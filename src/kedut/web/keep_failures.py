"""What a person sees when keeping does not work: nothing lost, what to do, never a blank page."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from kedut.assess.entries import BadEntries
from kedut.storage.errors import (
    BadAddress,
    BadKey,
    NewerThere,
    NotKept,
    NotOpened,
    StoreFull,
    StoreUnavailable,
    TooLarge,
)
from kedut.web.answers import Posted
from kedut.web.csrf import FIELD
from kedut.web.render import render

_LOG = logging.getLogger(__name__)
_RETRY_AFTER_S = "30"
ONCE = "once"  # the number of the page on which somebody first pressed *Keep it*
# What a form of ours may carry on; nothing else is repeated to a page.
CARRIED = ("t", "kept", "link", "token", "sure", ONCE)
_MOST_CARRIED = 40_000  # constant: characters; more than the longest interview


def safely(request: Request, language: str, form: Posted, work: Callable[[], Response]) -> Response:
    """Do what needs the store; where it cannot be done, say so and keep the answers in the page."""
    try:
        return work()
    except NotKept:
        return lost(request, language, form)
    except TooLarge:
        return render(request, "keep-full.html", language, status=413, t=form.one("t"))
    except StoreFull as error:
        return _away(request, language, form, "keep.away_full", error)
    except (StoreUnavailable, NewerThere, BadAddress, BadKey) as error:
        return _away(request, language, form, "keep.away_gone", error)
    except (NotOpened, BadEntries) as error:
        return _away(request, language, form, "keep.away_closed", error)


def again(request: Request, language: str, form: Posted) -> Response:
    """Show the button once more, with all that its form carried: it came from no page of ours."""
    return render(request, "keep-again.html", language, fields=carried(form))


def lost(request: Request, language: str, form: Posted) -> Response:
    """Say that nothing is kept there; one page for every wrong link."""
    return render(request, "keep-lost.html", language, status=404, t=carried(form).get("t", ""))


def carried(form: Posted) -> dict[str, str]:
    """Give the fields that a page hands on."""
    told = {name: form.one(name) for name in CARRIED} | {ONCE: number_of_page(form)}
    return {name: text for name, text in told.items() if text and len(text) <= _MOST_CARRIED}


def number_of_page(form: Posted) -> str:
    """Give the random number of the page on which a form was first sent."""
    return form.one(ONCE) or form.one(FIELD)


def _away(
    request: Request, language: str, form: Posted, sentence: str, error: Exception
) -> Response:
    # the store's own sentence: no link in it, nothing of what is kept
    _LOG.warning("%s", json.dumps({"event": "store", "what": str(error)}))
    return render(
        request,
        "keep-away.html",
        language,
        status=503,
        headers={"Retry-After": _RETRY_AFTER_S},
        fields=carried(form),
        t=carried(form).get("t", ""),
        sentence=sentence,
        posted=request.method == "POST",
    )
