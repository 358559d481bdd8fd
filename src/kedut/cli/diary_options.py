"""What the parts of `kedut diary` share: its status, its options' names, how it complains."""

from __future__ import annotations

import sys

WELL, SOME, NONE = 0, 1, 2
FUNCTION = {
    "heel_raises_left": "ten_heel_raises_left",
    "heel_raises_right": "ten_heel_raises_right",
    "tripped": "tripped",
    "speech_changed": "speech_changed",
}
AMOUNTS = ("exercise", "stress", "drinking")


def complain(sentence: str) -> int:
    """Say what is wrong on the error stream; give the status of nothing done."""
    print(f"kedut: {sentence}", file=sys.stderr)
    return NONE
