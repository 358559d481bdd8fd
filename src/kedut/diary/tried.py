"""What can be set against days without it, and which days were with it; nothing prescribed."""

from __future__ import annotations

from collections.abc import Callable

from kedut.diary.entry import Entry

MAGNESIUM = "magnesium"
REMEDIES = ("stretching", "massage", "warmth", MAGNESIUM)
HABITS = ("coffee", "short_sleep")
TRIED = (*HABITS, *REMEDIES)
PLANNED = ("stretching", "massage", "warmth", "no_coffee", MAGNESIUM)
_SHORT_SLEEP_HOURS = 6.5


def with_it(what: str) -> Callable[[Entry], bool | None]:
    """Give what tells a day with something from one without; a day that does not say is neither.

    Raises
    ------
    ValueError
        It is none of what can be compared.
    """
    if what not in TRIED:
        raise ValueError(
            f"{what!r} cannot be compared; there are {', '.join(TRIED)}. A medicine that was "
            "prescribed is never begun or stopped for a trial: ask who prescribed it"
        )

    def coffee(day: Entry) -> bool | None:
        cups = day.context.caffeine_cups
        return None if cups is None else cups > 0

    def short_sleep(day: Entry) -> bool | None:
        hours = day.context.sleep_hours
        return None if hours is None else hours < _SHORT_SLEEP_HOURS

    def taken(day: Entry) -> bool | None:
        context = day.context
        if what in context.remedies:
            return True
        return False if context.no_remedy or context.remedies else None

    return {"coffee": coffee, "short_sleep": short_sleep}.get(what, taken)
