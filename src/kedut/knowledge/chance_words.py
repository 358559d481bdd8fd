"""Chances as whole numbers in words: no more digits than the figures bear."""

from __future__ import annotations

from kedut.knowledge.words import Words

_LIKELY_STEP = 5


def in_words(chance: float, words: Words) -> str:
    """Give a chance as "about 3 in 100" or "fewer than 1 in 10,000"."""
    hundred = chance * 100
    if hundred > 99:  # constant: beyond this only "more than" is honest
        return words.say("phrase.more_than", k=99, n=100)
    if hundred >= 10:
        fives = _LIKELY_STEP * round(hundred / _LIKELY_STEP)
        if fives == 100:  # constant: about all would say too much
            return words.say("phrase.more_than", k=100 - _LIKELY_STEP, n=100)
        return words.say("phrase.about_in_100", n=fives)
    if hundred >= 1:
        return words.say("phrase.about_in_100", n=round(hundred))
    if chance >= 0.001:  # constant: one in a thousand
        return words.say("phrase.about_in_1000", n=round(chance * 1000))
    for limit in (10_000, 1_000):
        if chance < 1 / limit:
            return words.say("phrase.fewer_than", n=_thousands(limit, words.language))
    return words.say("phrase.fewer_than", n=_thousands(1_000, words.language))


def _thousands(number: int, language: str) -> str:
    text = f"{number:,}"
    return text.replace(",", ".") if language == "id" else text
