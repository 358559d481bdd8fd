"""A diary on the terminal: function first, then the twitching, the course, what changed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from kedut.assess.changed import changed
from kedut.assess.revision import Revision
from kedut.case.followed import Followed
from kedut.diary.entry import Entry, Said
from kedut.diary.function import Ability
from kedut.diary.trend import Direction, twitch_seen
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words
from kedut.report.diary_blocks import gone_drawn, keys, rate_drawn
from kedut.report.diary_lines import Lines, lines_of
from kedut.report.diary_sentences import changed_told, course_told, earlier_told
from kedut.report.sentences import Teller
from kedut.report.terminal import STYLES

_STRIP_DAYS = 28
_MARK = {Said.NONE: "·", Said.SOME: "▄", Said.A_LOT: "█"}
_NOT_NOTED = "_"
_ABILITIES = (
    Ability.LOST,
    Ability.FROM_THE_START,
    Ability.ASK_AGAIN,
    Ability.PASSED,
    Ability.AS_BEFORE,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is told beside what the days say.

    today : may be later than the day it is as of
    asked_on : the day the answers of the case were given
    doubts : sentences on what is noted and does not count
    often : whether more is noted than a day needs
    """

    today: date
    asked_on: date | None = None
    doubts: tuple[str, ...] = ()
    often: bool = False


def show(
    shown: Revision, knowledge: Knowledge, words: Words, console: Console, beside: Beside
) -> None:
    """Print the page, as wide as the console."""
    today, asked_on = beside.today, beside.asked_on
    lines = lines_of(shown.days, shown.told, shown.now, shown.today, knowledge, asked_on=asked_on)
    first, last = (day_in_words(shown.days[place].day, words) for place in (0, -1))
    _say(console, words.say("diary.days", n=len(shown.days), first=first, last=last), indent=0)
    if today > shown.today:
        _say(console, words.say("diary.silent", day=last), indent=0)
    for doubt in beside.doubts:
        _say(console, f"! {doubt}", indent=0)
    teller = Teller(shown.now, knowledge, words.language)
    _answer(shown, teller, words, console, max(today, shown.look_again))
    _part(console, words.say("diary.heading.function"), _function(shown.told, words))
    _part(console, words.say("diary.heading.twitch"), _twitching(shown.told, words))
    _say(console, strip(shown.days, shown.today))
    _say(console, words.say("diary.legend"))
    if lines is not None:
        _drawn(lines, words, console)
    if shown.now.adult:
        told = course_told(shown.told, shown.now, words)
        _part(console, words.say("diary.heading.course"), told)
        if lines is not None and shown.now.urgency.level is not Level.EMERGENCY:
            _expected(lines, words, console)
    moved = changed_told(changed(shown.before, shown.now, shown.new), words)
    _part(console, words.say("diary.heading.changed"), moved)
    if beside.often and shown.now.urgency.level is not Level.EMERGENCY:
        paused = (words.say(f"diary_page.rises_{part}") for part in ("text", "help"))
        _part(console, words.say("diary_page.rises"), paused)
    footnotes = [f"[{number}] {citation}" for number, citation in teller.footnotes()]
    if footnotes:
        _part(console, words.say("heading.sources"), footnotes)


def _answer(
    shown: Revision, teller: Teller, words: Words, console: Console, look_again: date
) -> None:
    level = shown.now.urgency.level
    style, border, icon = STYLES[level]
    body = Text()
    body.append(f" {icon} {words.say(f'level.{level}')} ", style=style)
    if level in {Level.SOON, Level.ROUTINE}:
        days = shown.now.urgency.within_days
        body.append("  " + words.say("diary.see_doctor", days=days))
    else:
        body.append("  " + words.say(f"level.{level}.line"))
    for reason in teller.reasons():
        body.append(f"\n• {reason}")
    if level is not Level.EMERGENCY:
        day = day_in_words(look_again, words)
        body.append("\n" + words.say("diary.look_again", day=day))
    console.print(Panel(body, border_style=border, title=words.say("diary.heading.answer")))


def _drawn(lines: Lines, words: Words, console: Console) -> None:
    rows = list(rate_drawn(lines, words, console.width))
    if rows:
        _say(console, words.say("diary.picture.rate"))
        for row in rows:
            console.print(row, no_wrap=True, crop=True)


def _expected(lines: Lines, words: Words, console: Console) -> None:
    if not lines.expected:
        return
    _say(console, words.say("diary.picture.share"))
    for row in gone_drawn(lines, words, console.width):
        console.print(row, no_wrap=True, crop=True)
    names = [words.of("causes", one.cause, "name") for one in lines.expected]
    for sign, style, text in keys(lines, names, words):
        line = Text("  ")
        line.append(sign, style=style)
        for place, part in enumerate(textwrap.wrap(text, console.width - 5)):
            line.append(f"  {part}" if not place else f"\n     {part}")
        console.print(line)


def _part(console: Console, heading: str, sentences: Iterable[str]) -> None:
    console.print()
    console.print(Text(heading, style="bold underline"))
    for sentence in sentences:
        _say(console, sentence)


def _say(console: Console, sentence: str, indent: int = 2) -> None:
    for line in textwrap.wrap(sentence, console.width - indent) or [""]:
        console.print(Text(" " * indent + line))


def _function(told: Followed, words: Words) -> Iterator[str]:
    if told.function.worse:
        yield words.say("diary.function.worse")
    for ability in _ABILITIES:
        signs = [sign for sign in told.function.signs if sign.ability is ability]
        if signs:
            names = "; ".join(words.say(f"diary.sign.{sign.name}") for sign in signs)
            yield words.say(f"diary.function.{ability}", signs=names)
    if all(sign.ability is Ability.UNKNOWN for sign in told.function.signs):
        yield words.say("diary.function.unknown")
    yield from earlier_told(told, words)


def _twitching(told: Followed, words: Words) -> Iterator[str]:
    direction = told.rate.direction if told.rate else Direction.TOO_LITTLE
    yield words.say(f"diary.trend.{direction}")
    if told.rate and told.rate.in_numbers and direction is not Direction.TOO_LITTLE:
        now = told.rate.rates[-1]
        low, rate, high = (f"{figure:.2g}" for figure in (now.low, now.rate_per_min, now.high))
        yield words.say("diary.trend.rate", rate=rate, low=low, high=high)
