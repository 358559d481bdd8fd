"""With and without: a person's own days compared, where that may be done at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kedut.case.case import Case
from kedut.case.finding_space import finding_space, holds
from kedut.diary.compare import Comparison, Measure, Verdict, Why, compare
from kedut.diary.entry import Entry
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

MAGNESIUM = "magnesium"
REMEDIES = ("stretching", "massage", "warmth", MAGNESIUM)
HABITS = ("coffee", "short_sleep")
PLANNED = ("stretching", "massage", "warmth", "no_coffee", MAGNESIUM)
# Nobody tries by themselves then (review section 8): kidneys, pregnancy, drinking.
NEVER = (
    "chronic_kidney_disease_known",
    "dialysis",
    "low_egfr",
    "pregnancy",
    "heavy_alcohol_use",
    "alcohol_withdrawal",
)
_SAFE_TABLETS = "everyday_twitch.magnesium"  # the row that says when tablets are no good idea
_MOST_DAYS = 84  # twelve weeks: what was before says little of now
_FEWEST_DAYS = 2
_SHORT_SLEEP_HOURS = 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One thing compared: what, and what came of it in words."""

    what: str
    comparison: Comparison
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What was compared, what may be tried by a plan, and why not where it may not.

    barred : findings that forbid it; held_back : the answer itself comes first
    """

    tried: tuple[Tried, ...]
    offered: tuple[str, ...]
    barred: tuple[str, ...]
    held_back: bool


def trials(
    days: Sequence[Entry], case: Case, level: Level, knowledge: Knowledge, words: Words
) -> Trials:
    """Compare what was noted on some days and not on others."""
    barred = tuple(name for name in NEVER if _has(case, name, knowledge))
    held_back = level.rank > Level.ROUTINE.rank
    if barred:
        return Trials(tried=(), offered=(), barred=barred, held_back=held_back)
    tablets = _tablets_allowed(case, knowledge)
    found = []
    for what in (*HABITS, *REMEDIES):
        if what == MAGNESIUM and not tablets:
            continue
        on = _on(what)
        some = [day for day in days if on(day) is not None][-_MOST_DAYS:]
        with_it = sum(on(day) is True for day in some)
        if min(with_it, len(some) - with_it) >= _FEWEST_DAYS:
            comparison = compare(some, on)
            found.append(
                Tried(
                    what=what,
                    comparison=comparison,
                    sentences=tuple(_told(what, comparison, words)),
                )
            )
    offered = () if held_back else tuple(w for w in PLANNED if w != MAGNESIUM or tablets)
    return Trials(tried=tuple(found), offered=offered, barred=(), held_back=held_back)


def _has(case: Case, name: str, knowledge: Knowledge) -> bool:
    space = finding_space(knowledge)
    return bool(space.close(case).present & space.bit.get(name, 0))


def _tablets_allowed(case: Case, knowledge: Knowledge) -> bool:
    rows = [row for row in knowledge.treatments if row.id == _SAFE_TABLETS]
    space = finding_space(knowledge)
    findings = space.close(case)
    return bool(rows) and not any(
        row.not_when is not None and holds(space.compile(row.not_when), findings, strictly=False)
        for row in rows
    )


def _on(what: str) -> Callable[[Entry], bool | None]:
    """Give what tells a day with it from one without; not said is neither."""

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


def _told(what: str, found: Comparison, words: Words) -> list[str]:
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
    if what in REMEDIES:
        told.append(words.say("diary_page.placebo"))
    return told
