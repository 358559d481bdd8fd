"""One kept document as its owner sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document with the count of its saves and the times (UTC) of the first and the last."""

    document: bytes = field(repr=False)
    revision: int
    created_at: datetime
    updated_at: datetime
