"""Forms that only our own pages can send: a signed token bound to a cookie of this browser."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from fastapi import Request

COOKIE = "kedut_form"
FIELD = "csrf"
_COOKIE_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
_NO_TOKEN = "-"  # shown where no cookie can be set: the offline page


def browser_of(request: Request) -> str:
    """Give the random name of this browser; a new one where it has none yet."""
    known: str | None = getattr(request.state, "browser", None)
    if known is None:
        told = request.cookies.get(COOKIE, "")
        known = told if _COOKIE_SHAPE.fullmatch(told) else secrets.token_urlsafe(32)
        request.state.browser = known
    return known


def token_for(request: Request) -> str:
    """Give the token of the forms on a page for this browser."""
    return _signed(request, browser_of(request))


def holds(request: Request, token: str) -> bool:
    """Say whether a form came from a page of ours in the same browser."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        return False
    told = request.cookies.get(COOKIE, "")
    expected = _signed(request, told) if _COOKIE_SHAPE.fullmatch(told) else _NO_TOKEN
    return hmac.compare_digest(token.encode(), expected.encode()) and expected != _NO_TOKEN


def _signed(request: Request, browser: str) -> str:
    secret: str = request.app.state.settings.secret
    return hmac.new(secret.encode(), browser.encode(), hashlib.sha256).hexdigest()
