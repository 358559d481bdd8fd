"""A browser without a screen, for loads and faults: pages, forms, cookies, one connection."""

from __future__ import annotations

import html
import http.client
import re
import ssl
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kedut.bench.proxy import NAME
from kedut.bench.site import Site

FIELD = re.compile(r'name="csrf" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_WITHIN_S = 40.0
_FORM = "application/x-www-form-urlencoded"

Form = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What came back."""

    status: int
    text: str

    @property
    def fields(self) -> dict[str, str]:
        """The hidden fields of the page's main form."""
        main = self.text.partition("<main")[2]
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(main)}


class Visitor:
    """Somebody at a browser, who comes through nginx."""

    def __init__(self, site: Site) -> None:
        self._place = ("127.0.0.1", site.port)
        self._trusted = trusted(site.proxy.folder)
        self._line: http.client.HTTPSConnection | None = None
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Page:
        """Open a page; raises OSError or HTTPException where nothing whole comes back."""
        return self._ask("GET", path, None, "")

    def post(self, path: str, form: Form) -> Page:
        """Send a form."""
        return self._ask("POST", path, body_of(form), _FORM)

    def send(self, path: str, body: bytes, kind: str) -> Page:
        """Send something else than a form."""
        return self._ask("POST", path, body, kind)

    def close(self) -> None:
        """Let go of the connection."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ask(self, method: str, path: str, body: bytes | None, kind: str) -> Page:
        line = self._line or http.client.HTTPSConnection(
            *self._place, timeout=_WITHIN_S, context=self._trusted
        )
        self._line = line
        headers = {"Host": NAME, "Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = kind
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for told in answer.headers.get_all("set-cookie") or ():
            name, _, value = told.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Page(answer.status, text)

    @property
    def cookie(self) -> str:
        """All cookies as a browser sends them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


def body_of(form: Form) -> bytes:
    """Give a form as it is sent."""
    return urllib.parse.urlencode(form, doseq=True).encode()


def trusted(folder: Path) -> ssl.SSLContext:
    """Give what trusts the certificate of our nginx, by whatever name it is asked."""
    context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    context.check_hostname = False  # it is asked by its address
    return context
