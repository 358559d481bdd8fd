"""The same answers again within days, noticed without knowing them.

A cookie holds the day and a keyed digest of the answers, nothing else. It stays in the person's
browser and is gone after some days.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, timedelta

from fastapi import Request
from starlette.responses import Response

from kedut.assess.repeat import answers_of
from kedut.assess.transcript import Transcript

COOKIE = "kedut_before"
_SECURE_COOKIE = f"__Host-{COOKIE}"  # a browser takes it from this very host by https only
_DAY_S = 86_400


def noted(request: Request, transcript: Transcript, today: date) -> date | None:
    """Give the first day on which this browser gave the same answers; today is one of them."""
    text, _, digest = request.cookies.get(_name(request), "").partition(".")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if day.isoformat() != text or not _since(request, today) <= day <= today:
        return None
    expected = _digest(request, transcript, day)
    return day if hmac.compare_digest(digest.encode(), expected.encode()) else None


def note(response: Response, request: Request, transcript: Transcript, today: date) -> None:
    """Remember the answers for some days; where they are remembered the first day stays."""
    if not transcript.given or noted(request, transcript, today) is not None:
        return
    response.set_cookie(
        _name(request),
        f"{today.isoformat()}.{_digest(request, transcript, today)}",
        max_age=_days(request) * _DAY_S,
        path="/",
        secure=request.app.state.settings.secure,
        httponly=True,
        samesite="strict",
    )


def forget(response: Response, request: Request) -> None:
    """Take the note back."""
    secure: bool = request.app.state.settings.secure
    name = _name(request)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")


def _name(request: Request) -> str:
    return _SECURE_COOKIE if request.app.state.settings.secure else COOKIE


def _days(request: Request) -> int:
    return int(request.app.state.knowledge.decisions["repeat.within_days"])


def _since(request: Request, today: date) -> date:
    return today - timedelta(days=_days(request))


def _digest(request: Request, transcript: Transcript, day: date) -> str:
    present, absent, age, sex = answers_of(transcript)
    years = None if age is None else float(age)
    told = [day.isoformat(), sorted(present), sorted(absent), years, sex]
    secret: str = request.app.state.settings.secret
    return hmac.new(secret.encode(), f"before\0{told!r}".encode(), hashlib.sha256).hexdigest()
