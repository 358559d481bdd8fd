"""What the names of our FHIR definitions begin with where they are served.

Files carry one base that leads nowhere, so that they are the same wherever they were made. A server
says its own instead: the setting, else the address it was asked at. What comes in may use either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fastapi import Request, Response

from kedut.fhir import systems


def base_of(request: Request) -> str:
    """Give the base of this server, without a slash at its end."""
    told: str = request.app.state.settings.fhir_base
    return told or str(request.base_url).rstrip("/") + "/fhir"


def outward(answer: Response, base: str) -> Response:
    """Let an answer name our definitions by the server's base."""
    ours, theirs = (json.dumps(one)[:-1].encode() + b"/" for one in (systems.BASE, base))
    body = bytes(answer.body).replace(ours, theirs)
    answer.body = body
    answer.headers["content-length"] = str(len(body))
    return answer


def inward(found: Any, base: str) -> Any:
    """Give what came in with our definitions named as in files; it is changed in place."""
    waiting = [found]
    while waiting:  # not by calling itself: what comes in may be nested deeply
        part = waiting.pop()
        pairs: Iterable[tuple[Any, Any]] = part.items() if isinstance(part, dict) else ()
        pairs = enumerate(part) if isinstance(part, list) else pairs
        for key, value in list(pairs):
            if isinstance(value, str):
                part[key] = named(value, base)
            else:
                waiting.append(value)
    return found


def named(address: str, base: str) -> str:
    """Give one address as files name it."""
    inside = address.startswith(f"{base}/")
    return systems.BASE + address.removeprefix(base) if inside else address
