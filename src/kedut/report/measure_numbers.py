"""Figures of a measurement as a reader of one language writes them."""

from __future__ import annotations

import math

from kedut.knowledge.words import Words

UNITS = {"uV": "µV", "m/s^2": "m/s²", "g": "g", "px": "px"}
NOTHING = "\N{EN DASH}"
_SWAPPED = str.maketrans(".,", ",.")
_LONG_S = 120
_LONGER_S = 7200


def figure(value: float | None, language: str, digits: int = 2) -> str:
    """Give a number with so many significant digits, never as a power of ten."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):,.{max(0, places)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return _local(text, language)


def whole(value: int, language: str) -> str:
    """Give a count with its thousands apart."""
    return _local(f"{value:,}", language)


def fixed(value: float, language: str, places: int) -> str:
    """Give a number with so many places behind the point."""
    return _local(f"{value:,.{places}f}", language)


def _local(text: str, language: str) -> str:
    return text.translate(_SWAPPED) if language == "id" else text


def between(low: float, high: float, words: Words, digits: int = 2) -> str:
    """Give a range: `20 to 33`."""
    return words.say(
        "measure.range",
        low=figure(low, words.language, digits),
        high=figure(high, words.language, digits),
    )


def span(seconds: float, words: Words) -> str:
    """Give a length of time in the units a person would use."""
    if seconds < _LONG_S:
        return words.say(
            "measure.span.s", s=figure(seconds, words.language, 3 if seconds >= 1 else 2)
        )
    if seconds < _LONGER_S:
        minutes, rest = divmod(round(seconds), 60)
        key = "measure.span.min" if rest else "measure.span.min.even"
        return words.say(key, min=minutes, s=rest)
    hours, rest = divmod(round(seconds / 60), 60)
    return words.say("measure.span.h", h=hours, min=rest)


def clock(seconds: float) -> str:
    """Give a place in the recording as `m:ss`, or `h:mm:ss`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def unit(name: str) -> str:
    """Give a unit as it is printed."""
    return UNITS.get(name, name)
