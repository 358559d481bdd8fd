"""The body of a request: read whole before anything else happens, never too large or too slow."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Scope

LARGEST_BYTES = 256 * 1024
LARGEST_FHIR_BYTES = 1024 * 1024
LARGEST_DIARY_BYTES = 4 * 1024 * 1024  # as a table; ten years of days need a quarter of it
WITHIN_S = 20.0
LARGEST_RECORDING_BYTES = 200 * 1024 * 1024
RECORDING_WITHIN_S = 600.0  # a film of a minute over a slow line


class BodyTooLarge(ValueError):
    """More was sent than a page or an interface takes."""


class BodyTooSlow(TimeoutError):
    """The body did not arrive in time."""


class SenderGone(ConnectionError):
    """The sender closed the connection before the body was there."""


async def read_whole(
    scope: Scope, receive: Receive, *, largest_bytes: int, within_s: float
) -> Receive:
    """Give a `receive` that hands the body over in one piece.

    Raises
    ------
    BodyTooLarge, BodyTooSlow, SenderGone
    """
    length, chunked = None, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = int(value) if value.isdigit() else 0
        elif name == b"transfer-encoding":
            chunked = True
    if not length and not chunked:
        return receive
    if length is not None and length > largest_bytes:
        raise BodyTooLarge
    try:
        async with asyncio.timeout(within_s):
            body = await _read(receive, largest_bytes)
    except TimeoutError as error:
        raise BodyTooSlow from error
    return _replay(body, receive)


def flowing(scope: Scope, receive: Receive, *, largest_bytes: int, within_s: float) -> Receive:
    """Give a `receive` for what is too large to be held: it goes through, counted and timed.

    Raises, when it is told more than it takes, or too slowly
    ------
    BodyTooLarge, BodyTooSlow
    """
    told = next((v for name, v in scope["headers"] if name == b"content-length"), b"")
    if told.isdigit() and int(told) > largest_bytes:
        raise BodyTooLarge
    until = asyncio.get_running_loop().time() + within_s
    size, whole = 0, False

    async def counted() -> Message:
        nonlocal size, whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as error:
            raise BodyTooSlow from error
        size += len(message.get("body", b""))
        if size > largest_bytes:
            raise BodyTooLarge
        whole = not message.get("more_body", False)
        return message

    return counted


async def _read(receive: Receive, largest_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise SenderGone
        part = message.get("body", b"")
        size += len(part)
        if size > largest_bytes:
            raise BodyTooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    handed: list[bytes] = [body]

    async def again() -> Message:
        if handed:
            return {"type": "http.request", "body": handed.pop(), "more_body": False}
        return await receive()

    return again
