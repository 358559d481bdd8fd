"""A day in words of one language."""

from __future__ import annotations

from datetime import date

from kedut.knowledge.words import Words


def day_in_words(day: date, words: Words) -> str:
    """Give a day as people write it: 3 Maret 2027, 3 March 2027."""
    month = words.say(f"keep.month_{day.month:02}")
    return words.say("keep.date", day=day.day, month=month, year=day.year)
