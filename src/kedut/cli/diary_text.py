"""A diary on the terminal: function first, then the twitching, what changed, when to look again."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kedut.assess.assessment import Assessment
from kedut.case.followed import Followed, FollowedFinding
from kedut.diary.entry import Entry, Said
from kedut.diary.function import Ability
from kedut.diary.trend import Direction, twitch_seen
from kedut.knowledge.entities import Level
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words

_WIDTH = 78
_STRIP_DAYS = 28
_MARK = {Said.NONE: "·", Said.SOME: "▄", Said.A_LOT: "█"}
_NOT_NOTED = "_"
_ABILITIES = (Ability.LOST, Ability.FROM_THE_START, Ability.ASK_AGAIN, Ability.AS_BEFORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that is shown of a diary on a day.

    before : the assessment without the last day noted
    new : findings that came with the last day noted
    """

    today: date
    days: Sequence[Entry]
    told: Followed
    now: Assessment
    before: Assessment
    new: tuple[FollowedFinding, ...]

    @property
    def look_again(self) -> date:
        """Give the day to look again, counted from the last day noted, never before today."""
        again = self.now.come_back
        days = again.after_days if again else self.now.urgency.within_days
        return max(self.today, self.days[-1].day + timedelta(days=days))


def strip(days: Sequence[Entry], today: date) -> str:
    """Give four weeks as one sign a day, today last."""
    noted = {day.day: day for day in days}
    first = today - timedelta(days=_STRIP_DAYS - 1)
    return "".join(_mark(noted.get(first + timedelta(days=place))) for place in range(_STRIP_DAYS))


def _mark(day: Entry | None) -> str:
    if day is None or (day.said is None and day.count is None and day.measured is None):
        return _NOT_NOTED
    if day.said is not None:
        return _MARK[day.said]
    return _MARK[Said.SOME if twitch_seen(day) else Said.NONE]


def text(shown: Shown, words: Words) -> str:
    """Give the page as text."""
    lines = []
    for line in _lines(shown, words):
        indent = "  " if line.startswith("  ") else ""
        lines += textwrap.wrap(
            line.strip(), _WIDTH, initial_indent=indent, subsequent_indent=indent
        ) or [""]
    return "\n".join(lines) + "\n"


def _lines(shown: Shown, words: Words) -> Iterator[str]:
    first, last = (day_in_words(shown.days[place].day, words) for place in (0, -1))
    yield words.say("diary.days", n=len(shown.days), first=first, last=last)
    yield ""
    yield "  " + strip(shown.days, shown.today)
    yield "  " + words.say("diary.legend")
    yield ""
    level = shown.now.urgency.level
    yield f"{words.say('diary.heading.answer')}: {words.say(f'level.{level}')}"
    if level in {Level.SOON, Level.ROUTINE}:
        yield "  " + words.say("diary.see_doctor", days=shown.now.urgency.within_days)
    else:
        yield "  " + words.say(f"level.{level}.line")
    yield "  " + words.say("diary.look_again", day=day_in_words(shown.look_again, words))
    yield ""
    yield words.say("diary.heading.function")
    yield from _function(shown.told, words)
    yield ""
    yield words.say("diary.heading.twitch")
    yield from _twitching(shown.told, words)
    yield ""
    yield words.say("diary.heading.changed")
    yield from _changed(shown, words)


def _function(told: Followed, words: Words) -> Iterator[str]:
    if told.function.worse:
        yield "  " + words.say("diary.function.worse")
    for ability in _ABILITIES:
        signs = [sign for sign in told.function.signs if sign.ability is ability]
        if signs:
            names = "; ".join(words.say(f"diary.sign.{sign.name}") for sign in signs)
            yield "  " + words.say(f"diary.function.{ability}", signs=names)
    if all(sign.ability is Ability.UNKNOWN for sign in told.function.signs):
        yield "  " + words.say("diary.function.unknown")


def _twitching(told: Followed, words: Words) -> Iterator[str]:
    direction = told.rate.direction if told.rate else Direction.TOO_LITTLE
    yield "  " + words.say(f"diary.trend.{direction}")
    if told.rate and told.rate.in_numbers and direction is not Direction.TOO_LITTLE:
        now = told.rate.rates[-1]
        low, rate, high = (f"{figure:.2g}" for figure in (now.low, now.rate_per_min, now.high))
        yield "  " + words.say("diary.trend.rate", rate=rate, low=low, high=high)


def _changed(shown: Shown, words: Words) -> Iterator[str]:
    before, now = shown.before.urgency.level, shown.now.urgency.level
    if before is not now:
        yield "  " + words.say(
            "diary.changed.level",
            before=words.say(f"level.{before}"),
            after=words.say(f"level.{now}"),
        )
    for one in shown.new:
        yield "  " + words.say(
            "diary.changed.finding",
            what=words.of("findings", one.id, "name"),
            why=words.say(f"diary.why.{one.why}"),
            day=day_in_words(one.first, words),
        )
    if before is now and not shown.new:
        yield "  " + words.say("diary.changed.none")
