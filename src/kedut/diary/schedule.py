"""Days with and days without something, in blocks, the order left to chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

_MOST_PAIRS, _MOST_BLOCK_DAYS = 20, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Days in a row that are all with it or all without; `last` is one of them."""

    first: date
    last: date
    on: bool


def schedule(first: date, *, pairs: int = 7, block_days: int = 2, seed: int) -> tuple[Block, ...]:
    """Give pairs of blocks, one with and one without, which of them comes first by chance.

    Chance keeps a remedy from being tried just when the twitch is about to ease anyway.
    """
    if not 1 <= pairs <= _MOST_PAIRS or not 1 <= block_days <= _MOST_BLOCK_DAYS:
        raise ValueError(
            f"need 1 to {_MOST_PAIRS} pairs of 1 to {_MOST_BLOCK_DAYS} days, "
            f"got pairs={pairs}, block_days={block_days}"
        )
    rng = np.random.default_rng(seed)
    order = [on for begins in rng.random(pairs) < 0.5 for on in (bool(begins), not begins)]
    length = timedelta(days=block_days)
    return tuple(
        Block(first=first + n * length, last=first + (n + 1) * length - timedelta(days=1), on=on)
        for n, on in enumerate(order)
    )
