"""With and without: a person's own days compared, where that may be done at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kedut.advice.trial import ASKED, may_try, placebo
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

    barred : findings that forbid it; no_tablets : those that forbid magnesium alone
    ask : findings that must be told to be absent first; answers : those of them told in the
        interview, each `yes` or `no`
    held_back : the answer itself comes first
    """

    tried: tuple[Tried, ...]
    offered: tuple[str, ...]
    barred: tuple[str, ...]
    no_tablets: tuple[str, ...]
    ask: tuple[str, ...]
    answers: Mapping[str, str]
    held_back: bool


def trials(
    days: Sequence[Entry], case: Case, level: Level, knowledge: Knowledge, words: Words, told: Case
) -> Trials:
    """Compare what was noted on some days and not on others, where nothing stands against it.

    Parameters
    ----------
    case : with what the days say; told : the interview's alone, whose answers can be changed
    """
    anything = may_try(case, _ANYTHING, level, knowledge)
    tablets = may_try(case, MAGNESIUM, level, knowledge)
    without = () if tablets.yes else (MAGNESIUM,)
    return Trials(
        tried=tuple(_compared(days, without, knowledge, words)) if anything.yes else (),
        offered=tuple(one for one in PLANNED if one not in without) if anything.yes else (),
        barred=anything.barred,
        no_tablets=tablets.barred if anything.yes else (),
        ask=anything.ask,
        answers=_answers(told, anything.barred),
        held_back=anything.see_first,
    )


def _compared(
    days: Sequence[Entry], without: tuple[str, ...], knowledge: Knowledge, words: Words
) -> Iterator[Tried]:
    for what in (one for one in TRIED if one not in without):
        on = with_it(what)
        some = [day for day in days if on(day) is not None][-_MOST_DAYS:]
        with_ = sum(on(day) is True for day in some)
        if min(with_, len(some) - with_) >= _FEWEST_DAYS:
            told = tuple(_told(what, compare(some, on), knowledge, words))
            yield Tried(what=what, sentences=told)


def _answers(told: Case, barred: tuple[str, ...]) -> dict[str, str]:
    """Give what the interview says of the questions, but for a no that the days belie."""
    no = {name for name in told.absent if name not in barred}
    said = {name: "yes" if name in told.present else "no" if name in no else "" for name in ASKED}
    return {name: answer for name, answer in said.items() if answer}


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
