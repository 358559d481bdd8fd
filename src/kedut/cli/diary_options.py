"""What the parts of `kedut diary` share: status, options' names, the clock, how it complains."""

from __future__ import annotations

import sys
from datetime import datetime

WELL, SOME, NONE = 0, 1, 2
FUNCTION = {
    "heel_raises_left": "ten_heel_raises_left",
    "heel_raises_right": "ten_heel_raises_right",
    "tripped": "tripped",
    "speech_changed": "speech_changed",
}
AMOUNTS = ("exercise", "stress", "drinking")
UNKNOWN = "unknown"  # takes one answer of an entry back


def now() -> datetime:
    """Give the moment it is, by the clock where the computer is."""
    return datetime.now().astimezone()


def complain(sentence: str) -> int:
    """Say what is wrong on the error stream; give the status of nothing done."""
    print(f"kedut: {sentence}", file=sys.stderr)
    return NONE
