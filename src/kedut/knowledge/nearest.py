"""The identifiers a mistyped one may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_ALIKE = 0.55  # constant: likeness of spelling from which a name is worth proposing
_LONGEST = 200


def nearest(identifier: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Give up to `count` known identifiers that resemble this one, best first."""
    return tuple(
        difflib.get_close_matches(identifier[:_LONGEST], list(known), n=count, cutoff=_ALIKE)
    )
