"""How one server is set: from the command line and from `KEDUT_…` in the environment."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from kedut.knowledge.words import LANGUAGES
from kedut.web.logs import JSON, KINDS

PREFIX = "KEDUT_"
_SHORTEST_SECRET = 22  # characters; 128 random bits in base64
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")

_BASE = re.compile(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", re.ASCII)


class BadSetting(ValueError):
    """A setting that cannot be; says which, what, and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a server.

    database : where what people keep is stored; empty for one file in the user's data folder
    keys : encrypt what is kept, beside the key in each link; the first writes, all read
    secret : signs the forms; the same in every worker
    secure : the pages are reached by https only: cookies say so, and browsers are told to insist
    proxies : how many proxies of our own stand before the server and add `X-Forwarded-For`
    requests_per_minute : by one address to pages and interfaces; 0 for no limit
    language : where the browser names none of ours
    fhir_base : begins the names of our FHIR definitions; empty for the address that was asked
    reports_to : whom the page "report a wrong figure" writes to; empty for nobody
    metrics : `/metrics` tells counts to whoever reaches it
    log : what is written of requests: `json`, `text`, or `faults` only
    drain_s : seconds for which a server that is asked to end still takes what comes
    """

    database: str = ""
    keys: tuple[str, ...] = ()
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    secure: bool = False
    proxies: int = 0
    requests_per_minute: int = 600
    language: str = "id"
    fhir_base: str = ""
    reports_to: str = ""
    metrics: bool = False
    log: str = JSON
    drain_s: int = 0


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; what is not set has its default.

    Raises
    ------
    BadSetting
        A number that is none, a language that is not there, a secret that can be guessed.
    """

    def told(name: str) -> str:
        return environment.get(PREFIX + name, "").strip()

    language = told("LANGUAGE") or "id"
    if language not in LANGUAGES:
        raise BadSetting(f"KEDUT_LANGUAGE is {language!r}; there are {', '.join(LANGUAGES)}")
    return Settings(
        database=told("DATABASE"),
        keys=tuple(key for key in re.split(r"[\s,]+", told("KEY")) if key),
        secret=_secret(told("SECRET")),
        secure=_yes(told("SECURE"), "KEDUT_SECURE"),
        proxies=_number(told("PROXIES"), 0, "KEDUT_PROXIES"),
        requests_per_minute=_number(told("REQUESTS_PER_MINUTE"), 600, "KEDUT_REQUESTS_PER_MINUTE"),
        language=language,
        fhir_base=_base(told("FHIR_BASE"), "KEDUT_FHIR_BASE"),
        reports_to=_address(told("REPORTS_TO"), "KEDUT_REPORTS_TO"),
        metrics=_yes(told("METRICS"), "KEDUT_METRICS"),
        log=_kind(told("LOG"), "KEDUT_LOG"),
        drain_s=_number(told("DRAIN"), 0, "KEDUT_DRAIN"),
    )


def _secret(text: str) -> str:
    if text and len(text) < _SHORTEST_SECRET:
        raise BadSetting(
            "KEDUT_SECRET is too short to be a secret; make one with `openssl rand -base64 32`"
        )
    return text or secrets.token_urlsafe(32)


def _yes(text: str, name: str) -> bool:
    if text.lower() not in _YES + _NO:
        raise BadSetting(f"{name} is {text[:40]!r}; 1 for yes or 0 for no would do")
    return text.lower() in _YES


def _kind(text: str, name: str) -> str:
    if text and text not in KINDS:
        raise BadSetting(f"{name} is {text[:40]!r}; there are {', '.join(KINDS)}")
    return text or JSON


def _address(text: str, name: str) -> str:
    if text and not _ADDRESS.fullmatch(text):
        raise BadSetting(f"{name} is {text[:40]!r}; an address like figures@example.org would do")
    return text


def _base(text: str, name: str) -> str:
    if text and not _BASE.fullmatch(text):
        raise BadSetting(f"{name} is {text[:40]!r}; one like https://clinic.example/fhir would do")
    return text.rstrip("/")


def _number(text: str, default: int, name: str) -> int:
    if not text:
        return default
    if not text.isdigit():
        raise BadSetting(f"{name} is {text[:40]!r}; a whole number from 0 would do")
    return int(text)
