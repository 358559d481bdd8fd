"""The guards before every page and interface: limits, headers, the browser's cookie, the log."""

from __future__ import annotations

import math
import time

from fastapi import FastAPI, Request, Response
from starlette.datastructures import State
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kedut.web.body import (
    LARGEST_BYTES,
    LARGEST_DIARY_BYTES,
    LARGEST_FHIR_BYTES,
    LARGEST_RECORDING_BYTES,
    RECORDING_WITHIN_S,
    WITHIN_S,
    BodyTooLarge,
    BodyTooSlow,
    SenderGone,
    flowing,
    read_whole,
)
from kedut.web.csrf import cookie_for
from kedut.web.failures import failure
from kedut.web.headers import labels, security_headers
from kedut.web.leaving import Leaving
from kedut.web.logs import log_fault, log_request, number_request
from kedut.web.metrics import Metrics
from kedut.web.rate import Buckets, address_of
from kedut.web.settings import Settings

_FREE = ("/static/", "/health", "/ready", "/metrics")
_PACKED = (".woff2", ".png")
_SMALLEST_PACKED_BYTES = 1000
_EFFORT = 5  # of 9: a tenth larger than the smallest, in a third of the time
MOST_UNDER_WAY = 500  # requests of one worker: seconds of work; more are told when to come back
_COME_BACK_AFTER_S = 10


def add_security(
    app: FastAPI, *, body_within_s: float = WITHIN_S, most_under_way: int = MOST_UNDER_WAY
) -> None:
    """Put the guards before everything else."""
    app.add_middleware(Smaller)
    app.add_middleware(
        Guard, state=app.state, body_within_s=body_within_s, most_under_way=most_under_way
    )


class Smaller:
    """Packs what gains from it. Form tokens are masked anew each time (BREACH)."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._packing = GZipMiddleware(app, _SMALLEST_PACKED_BYTES, _EFFORT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, packed where the browser takes it."""
        packed = scope["type"] == "http" and (
            scope["path"].endswith(_PACKED) or takes_recording(scope)  # its answer comes in steps
        )
        await (self._plain if packed else self._packing)(scope, receive, send)


class Guard:
    """Lets in what is within the limits, and sees to it that each answer is whole and labelled."""

    def __init__(
        self, app: ASGIApp, state: State, body_within_s: float, most_under_way: int
    ) -> None:
        settings: Settings = state.settings
        self._app = app
        self._settings = settings
        self._leaving: Leaving = getattr(state, "leaving", None) or Leaving()
        self._metrics: Metrics | None = getattr(state, "metrics", None)
        self._within_s = body_within_s
        self._most, self._under_way = most_under_way, 0
        self._headers = security_headers(settings)
        limit = settings.requests_per_minute
        self._buckets = Buckets(limit) if limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever happens inside, the outside gets a proper answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        headers = [*self._headers, (b"x-request-id", self._number(scope))]
        if self._leaving.now:  # whoever keeps this connection open goes to another server
            headers.append((b"connection", b"close"))
        answer = _Answer(scope, send, headers, self._settings)
        if self._metrics is None:
            await self._whole(scope, receive, answer)
            return
        with self._metrics.here(recording=takes_recording(scope)):
            await self._whole(scope, receive, answer)
        if answer.status:
            self._metrics.answered(scope, answer.status, time.perf_counter() - answer.begun)

    def _number(self, scope: Scope) -> bytes:
        return number_request(scope, believed=self._settings.proxies > 0).encode()

    async def _whole(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        self._under_way += 1
        try:
            await self._answered(scope, receive, answer)
        except SenderGone:
            return
        except Exception as error:  # noqa: BLE001 - the last place before the outside
            log_fault(scope, error)
            if not answer.status:
                await failure(Request(scope), 500)(scope, receive, answer.send)
        finally:
            self._under_way -= 1
        log_request(scope, answer.status, answer.size_bytes, time.perf_counter() - answer.begun)

    async def _answered(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        refused = self._too_full(scope) or self._too_many(scope)
        if refused is None:
            try:
                receive = await self._body(scope, receive)
            except BodyTooLarge:
                refused = _closed(scope, 413)
            except BodyTooSlow:
                refused = _closed(scope, 408)
        if refused is not None:
            await refused(scope, receive, answer.send)
            return
        if answer.only_head and not scope["path"].startswith("/api/"):
            scope["method"] = "GET"
        await self._app(scope, receive, answer.send)

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """Give the body: read whole, or, where a recording is sent, as it comes."""
        if takes_recording(scope):
            return flowing(
                scope,
                receive,
                largest_bytes=LARGEST_RECORDING_BYTES,
                within_s=RECORDING_WITHIN_S,
            )
        return await read_whole(
            scope, receive, largest_bytes=_largest(scope["path"]), within_s=self._within_s
        )

    def _too_full(self, scope: Scope) -> Response | None:
        """Refuse what would wait too long, in our words, counted and written down."""
        if self._under_way <= self._most or scope["path"].startswith(_FREE):
            return None
        return failure(
            Request(scope),
            503,
            headers={"Retry-After": str(_COME_BACK_AFTER_S), "Connection": "close"},
            error={"what": f"{self._most} requests are under way here already"},
            words="busy",
        )

    def _too_many(self, scope: Scope) -> Response | None:
        if self._buckets is None or scope["path"].startswith(_FREE):
            return None
        wait_s = self._buckets.wait_s(address_of(scope, self._settings.proxies))
        if not wait_s:
            return None
        headers = {"Retry-After": str(math.ceil(wait_s))}
        return failure(
            Request(scope),
            429,
            headers=headers,
            error={"what": f"more than {self._settings.requests_per_minute} requests a minute"},
        )


class _Answer:
    """One answer on its way out: gets its headers, its cookie, and is measured."""

    def __init__(
        self,
        scope: Scope,
        send: Send,
        headers: list[tuple[bytes, bytes]],
        settings: Settings,
    ) -> None:
        self.begun = time.perf_counter()
        self.status = 0
        self.size_bytes = 0
        self.only_head = scope["method"] == "HEAD"
        self._scope = scope
        self._send = send
        self._headers = headers
        self._settings = settings

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._label(message)
        elif message["type"] == "http.response.body":
            self.size_bytes += len(message.get("body", b""))
            if self.only_head:
                message = {**message, "body": b""}
        await self._send(message)

    def _label(self, message: Message) -> None:
        self.status = message["status"]
        headers = list(message.get("headers", ()))
        there = {name.lower() for name, _ in headers}
        ours = (*self._headers, *labels(self._scope, self.status))
        headers += [pair for pair in ours if pair[0] not in there]
        cookie = cookie_for(self._scope["state"].get("browser"), self._settings)
        if cookie is not None:
            headers.append((b"set-cookie", cookie.encode()))
        message["headers"] = headers


def takes_recording(scope: Scope) -> bool:
    """Say whether a request sends a recording to be measured."""
    parts = scope["path"].split("/")
    kind = next((v for name, v in scope["headers"] if name == b"content-type"), b"")
    return (
        scope["method"] == "POST"
        and len(parts) == 3
        and parts[2] == "measure"
        and kind.startswith(b"multipart/form-data")
    )


def _largest(path: str) -> int:
    if path.startswith("/fhir"):
        return LARGEST_FHIR_BYTES
    parts = path.split("/")
    takes_diary = len(parts) == 5 and parts[2] == "diary" and parts[4] == "import"
    return LARGEST_DIARY_BYTES if takes_diary else LARGEST_BYTES


def _closed(scope: Scope, status: int) -> Response:
    """Refuse, and end the connection: what is still on its way is not read."""
    return failure(Request(scope), status, headers={"Connection": "close"})
