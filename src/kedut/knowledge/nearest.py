"""The identifiers a mistyped one may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(identifier: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Give up to `count` known identifiers that resemble this one, best first."""
    return tuple(difflib.get_close_matches(identifier[:200], list(known), n=count, cutoff=0.55))
