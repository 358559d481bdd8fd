"""Forms that only our own pages can send: a signed token bound to a cookie of this browser."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets

from fastapi import Request

from kedut.web.settings import Settings

COOKIE = "kedut_form"
FIELD = "csrf"
_SECURE_COOKIE = f"__Host-{COOKIE}"  # a browser takes it from this very host by https only
_COOKIE_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
_LASTS_S = 24 * 60 * 60  # a form left open overnight still goes through
_SIZE_BYTES = 32


def browser_of(request: Request) -> str:
    """Give the random name of this browser; a new one where it has none yet."""
    known: str | None = getattr(request.state, "browser", None)
    if known is None:
        known = _told(request) or secrets.token_urlsafe(32)
        request.state.browser = known
    return known


def token_for(request: Request) -> str:
    """Give the token of the forms on a page for this browser.

    It looks different on every page, so that the length of a packed page tells nothing about it.
    """
    mask = secrets.token_bytes(_SIZE_BYTES)
    masked = _xor(mask, _signed(request, browser_of(request)))
    return base64.urlsafe_b64encode(mask + masked).decode().rstrip("=")


class Later:
    """The token of a page's forms, made when the page first writes it.

    A page that writes none is no page with a form, and sets no cookie.
    """

    __slots__ = ("_request", "_token")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._token = ""

    def __str__(self) -> str:
        self._token = self._token or token_for(self._request)
        return self._token


def holds(request: Request, token: str) -> bool:
    """Say whether a form came from a page of ours in the same browser."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    browser = _told(request)
    if site not in ("same-origin", "none") or browser is None:
        return False
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _SIZE_BYTES:
        return False
    signed = _xor(raw[:_SIZE_BYTES], raw[_SIZE_BYTES:])
    return hmac.compare_digest(signed, _signed(request, browser))


def cookie_for(browser: str | None, settings: Settings) -> str | None:
    """Give the cookie that goes with a page holding forms; none where no page asked for a token."""
    if browser is None:
        return None
    name, mark = (_SECURE_COOKIE, "; Secure") if settings.secure else (COOKIE, "")
    return f"{name}={browser}; Path=/; Max-Age={_LASTS_S}; HttpOnly; SameSite=Strict{mark}"


def _told(request: Request) -> str | None:
    """Give the name this browser has told, where it is one of ours by its shape."""
    name = _SECURE_COOKIE if request.app.state.settings.secure else COOKIE
    told = request.cookies.get(name, "")
    return told if _COOKIE_SHAPE.fullmatch(told) else None


def _signed(request: Request, browser: str) -> bytes:
    secret: str = request.app.state.settings.secret
    return hmac.new(secret.encode(), browser.encode(), hashlib.sha256).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
