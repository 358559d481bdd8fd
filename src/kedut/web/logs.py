"""What the server writes down: one line a request, of which nothing tells about a person.

No address, no query, no body, no cookie; of the path only its pattern, so that a kept link is not
written down either. Of a fault the place in the code, never its message: that might quote someone.
A request has a random number, in its answer too, by which its lines in several logs are found.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
import traceback
from pathlib import Path
from typing import Any

from starlette.types import Scope

import kedut

REQUESTS = logging.getLogger("kedut.web.requests")
FAULTS = logging.getLogger("kedut.web.faults")
JSON, TEXT, FAULTS_ONLY = "json", "text", "faults"
KINDS = (JSON, TEXT, FAULTS_ONLY)
_OURS = str(Path(kedut.__file__).parent)
_FRAMES = 8
_NUMBER = re.compile(r"[0-9a-f]{32}")
_NUMBER_BYTES = 16
_MILLI = 1000.0


def log_request(scope: Scope, status: int, size_bytes: int, taken_s: float) -> None:
    """Write one line about a request that was answered."""
    if not REQUESTS.isEnabledFor(logging.INFO):
        return
    told: dict[str, Any] = {
        "event": "request",
        "request": number_of(scope),
        "method": method_of(scope),
        "route": route_of(scope),
        "status": status,
        "bytes": size_bytes,
        "ms": round(taken_s * _MILLI, 1),
    }
    REQUESTS.info("%s", _line(told))


def log_fault(scope: Scope, error: BaseException) -> None:
    """Write where in the code something went wrong, and of what kind it was."""
    frames = traceback.extract_tb(error.__traceback__)
    told = {
        "event": "fault",
        "request": number_of(scope),
        "method": method_of(scope),
        "route": route_of(scope),
        "kind": type(error).__qualname__,
        "where": [f"{_short(f.filename)}:{f.lineno} {f.name}" for f in frames[-_FRAMES:]],
    }
    FAULTS.error("%s", _line(told))


def number_request(scope: Scope, *, believed: bool) -> str:
    """Give a request its number; a proxy of ours may have given it one already."""
    told = next((v for name, v in scope["headers"] if name == b"x-request-id"), b"")
    number = told.decode("latin-1")
    if not (believed and _NUMBER.fullmatch(number)):  # what a visitor sends might name somebody
        number = secrets.token_hex(_NUMBER_BYTES)
    scope["state"]["number"] = number
    return number


def number_of(scope: Scope) -> str | None:
    """Give the number of a request."""
    number: str | None = scope.get("state", {}).get("number")
    return number


def route_of(scope: Scope) -> str | None:
    """Give the pattern of the path; none where it is no address of ours."""
    return getattr(scope.get("route"), "path", None)


def log_configuration(kind: str = JSON) -> dict[str, Any]:
    """Give the setting of the logs for the server: ours as they are, of its own only warnings.

    Parameters
    ----------
    kind : lines of JSON; lines of plain text; or nothing but what goes wrong
    """
    text = kind == TEXT
    level = "WARNING" if kind == FAULTS_ONLY else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"()": Plain} if text else {"format": "%(message)s"},
            "named": {"()": Named},
        },
        "handlers": {
            "ours": _to_stderr("plain"),
            "server": _to_stderr("named"),
        },
        "loggers": {
            REQUESTS.name: {"handlers": ["ours"], "level": level, "propagate": False},
            FAULTS.name: {"handlers": ["ours"], "level": "INFO", "propagate": False},
            "kedut": {"handlers": ["server"], "level": "WARNING", "propagate": False},
            "uvicorn": {"handlers": ["server"], "level": "WARNING", "propagate": False},
            "asyncio": {"handlers": ["server"], "level": "ERROR", "propagate": False},
        },
    }


class Plain(logging.Formatter):
    """The same for somebody at a terminal: one line without quotation marks."""

    def format(self, record: logging.LogRecord) -> str:
        """Give a line of JSON as plain text."""
        told: dict[str, Any] = json.loads(record.getMessage())
        at = str(told.pop("at")).partition("T")[2].rstrip("Z")
        words = [str(v) for v in (told.pop("method", ""), told.pop("route", None) or "-") if v]
        del told["event"]
        return " ".join([at, *words, *(f"{name}={value}" for name, value in told.items())])


class Named(logging.Formatter):
    """Lines of the server beneath us, in our shape; no traceback, since it may quote an answer."""

    def format(self, record: logging.LogRecord) -> str:
        """Give a record as one line."""
        kind = record.exc_info[0].__qualname__ if record.exc_info and record.exc_info[0] else None
        message = record.getMessage().splitlines()
        told = {
            "event": "server",
            "level": record.levelname.lower(),
            "what": message[0] if message else "",
            "kind": kind,
        }
        return _line(told)


def _to_stderr(formatter: str) -> dict[str, str]:
    return {
        "class": "logging.StreamHandler",
        "stream": "ext://sys.stderr",
        "formatter": formatter,
    }


def _line(told: dict[str, Any]) -> str:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps({"at": at, **told}, ensure_ascii=False)


def method_of(scope: Scope) -> str:
    """Give the method; what is none of the usual ones might be anything."""
    method = str(scope["method"])
    return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other"


def _short(file: str) -> str:
    return file.removeprefix(_OURS).lstrip("/") if file.startswith(_OURS) else Path(file).name
