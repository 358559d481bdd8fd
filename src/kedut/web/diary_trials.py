"""With and without: a person's own days compared, where that may be done at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kedut.advice.trial import may_try, placebo
from kedut.case.case import Case
from kedut.diary.compare import Comparison, Measure, Verdict, Why, compare
from kedut.diary.entry import Entry
from kedut.diary.tried import MAGNESIUM, PLANNED, REMEDIES, TRIED, with_it
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

_MOST_DAYS = 84  # twelve weeks: what was before says little of now
_FEWEST_DAYS = 2
_ANYTHING = "stretching"  # what bars this bars all


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One thing compared: what, and what came of it in words."""

    what: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What was compared, what may be tried by a plan, and why not where it may not.

    barred : findings that forbid it; ask : findings that must be told to be absent first
    held_back : the answer itself comes first
    """

    tried: tuple[Tried, ...]
    offered: tuple[str, ...]
    barred: tuple[str, ...]
    ask: tuple[str, ...]
    held_back: bool


def trials(
    days: Sequence[Entry], case: Case, level: Level, knowledge: Knowledge, words: Words
) -> Trials:
    """Compare what was noted on some days and not on others."""
    all_ = may_try(case, _ANYTHING, level, knowledge)
    tablets = not may_try(case, MAGNESIUM, level, knowledge).barred
    found: list[Tried] = []
    for what in () if all_.barred else TRIED:
        on = with_it(what)
        some = [day for day in days if on(day) is not None][-_MOST_DAYS:]
        with_ = sum(on(day) is True for day in some)
        if min(with_, len(some) - with_) >= _FEWEST_DAYS and (what != MAGNESIUM or tablets):
            told = tuple(_told(what, compare(some, on), knowledge, words))
            found.append(Tried(what=what, sentences=told))
    closed = bool(all_.barred) or all_.see_first
    return Trials(
        tried=tuple(found),
        offered=() if closed else tuple(w for w in PLANNED if w != MAGNESIUM or tablets),
        barred=all_.barred,
        ask=all_.ask,
        held_back=all_.see_first,
    )


def _told(what: str, found: Comparison, knowledge: Knowledge, words: Words) -> list[str]:
    """Give what came of it; that it cannot be told is an answer."""
    with_it = words.say(f"diary_page.tried.{what}")
    days = {"on": found.days_on, "off": found.days_off, "what": with_it}
    if found.verdict is Verdict.CANNOT_TELL:
        why = found.why or Why.TOO_UNCERTAIN
        told = [words.say(f"diary_page.tried_cannot.{why}", **days)]
    else:
        told = [words.say(f"diary_page.tried_is.{found.verdict}", **days)]
    factor = (found.low, found.effect, found.high)
    if None not in factor and found.measure is not Measure.GRADES:
        low, middle, high = (f"{100 * part:.0f}" for part in factor if part is not None)
        told.append(words.say("diary_page.tried_factor", middle=middle, low=low, high=high))
    dummy = placebo(knowledge)
    if what in REMEDIES and dummy is not None:
        told.append(words.say("diary_page.placebo", n=round(100 * dummy.share)))
    return told
