"""How long a connection may take to say what it wants: none is held open for nothing.

Where many are open, the one that has been idle longest gives way to the next that comes, so that
they keep nobody out. What is under way is never cut off; its number has a limit of its own
(`kedut.web.security`).
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_WITHIN_S = 15.0
LARGEST_HEAD_BYTES = 64 * 1024
MOST_CONNECTIONS = 900  # of one worker; the system gives most services 1024 open files
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class Patience(HttpToolsProtocol):
    """Closes a connection whose request line and headers come too slowly, or never end."""

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the class above
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()
        self._idle_since = self.loop.time()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Take what came; more than a head may hold, and no end of it, is refused."""
        super().data_received(data)
        if self._timer is None or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > LARGEST_HEAD_BYTES:
            self.transport.write(_TOO_LARGE)
            self._give_up()

    def on_message_begin(self) -> None:
        """Begin to wait for the head of one more request."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Stop waiting: the request is known, and its body has limits of its own."""
        self._rest()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Begin to be idle, unless the next request has come already."""
        super().on_response_complete()
        self._idle_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: nobody is there."""
        self._rest()
        super().connection_lost(exc)

    def _make_room(self) -> None:
        there = [one for one in self.connections if not one.transport.is_closing()]
        others = [one for one in there if isinstance(one, Patience) and one is not self]
        idle = [one for one in others if one.is_idle]
        if len(there) > MOST_CONNECTIONS and idle:
            min(idle, key=lambda one: one._idle_since)._give_up()

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _wait(self) -> None:
        if self._timer is None:
            self._head_bytes = 0
            self._timer = self.loop.call_later(HEAD_WITHIN_S, self._give_up)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._rest()
        if not self.transport.is_closing():
            self.transport.close()
