"""How many requests one address may make: a bucket of tokens that fills with time."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import Scope

_MOST_ADDRESSES = 50_000
_MINUTE_S = 60.0
_NETWORK_BITS = 64  # of an IPv6 address; the rest a single household chooses freely
_NOBODY = "?"


class Buckets:
    """One bucket for each address, the longest unused forgotten first; nothing is written down."""

    def __init__(
        self,
        per_minute: int,
        *,
        most_addresses: int = _MOST_ADDRESSES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = float(per_minute)
        self._per_s = per_minute / _MINUTE_S
        self._most_addresses = most_addresses
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Take one token and give 0, or give how long it takes until there is one."""
        now = self._now()
        left, since = self._left.get(address, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_s)
        wait = 0.0 if left >= 1 else (1 - left) / self._per_s
        self._left[address] = (left if wait else left - 1, now)
        self._left.move_to_end(address)
        if len(self._left) > self._most_addresses:
            self._left.popitem(last=False)
        return wait

    def __len__(self) -> int:
        return len(self._left)


def address_of(scope: Scope, proxies: int) -> str:
    """Give whom a request counts for.

    Behind proxies of our own it is the address that the outermost of them wrote down; what stands
    before it in `X-Forwarded-For` anybody can have written.
    """
    client = scope.get("client")
    address = str(client[0]) if client else _NOBODY
    if proxies:
        told = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        if len(told) >= proxies:
            address = told[-proxies].strip()
    return _network(address) if ":" in address else address[:_NETWORK_BITS]


def _network(address: str) -> str:
    try:
        whole = ipaddress.IPv6Address(address.strip("[]").partition("%")[0])
    except ValueError:
        return _NOBODY
    if whole.ipv4_mapped:
        return str(whole.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(whole), _NETWORK_BITS), strict=False))
