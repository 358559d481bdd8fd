"""What the page of a diary shows: function first, the twitching, what changed and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from kedut.assess.assessment import Assessment
from kedut.assess.changed import changed
from kedut.assess.interview import FIRST_VARIABLES, Question
from kedut.assess.revision import Revision, revised
from kedut.assess.transcript import Transcript, answered, interview_of, pack, without_denials
from kedut.diary.ahead import today_of as begun_day
from kedut.diary.entry import Entry
from kedut.diary.function import Ability
from kedut.diary.journal import Event
from kedut.diary.noting import noted_often
from kedut.diary.schedule import Block
from kedut.diary.trend import Direction, read_on
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words
from kedut.report.diary_lines import lines_of
from kedut.report.diary_picture import picture
from kedut.report.diary_sentences import changed_told, course_told, earlier_told
from kedut.report.sentences import Teller
from kedut.web.diary_curve import Curve, curve
from kedut.web.diary_log import Diary, Plan
from kedut.web.diary_trials import Trials, trials
from kedut.web.zones import HOME, zone_of

_ABILITIES = (
    Ability.LOST,
    Ability.FROM_THE_START,
    Ability.ASK_AGAIN,
    Ability.PASSED,
    Ability.AS_BEFORE,
)
_FIRST_DAYS = 2  # so long the link stands on top
_BLOCKS_SHOWN = 3
_MOST_DRAWN_DAYS = 120  # longer ones are drawn by their last weeks
CLOCK = FIRST_VARIABLES[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDays:
    """Some days of a plan, in words."""

    days: str
    on: bool
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that is shown of a diary.

    today_entry : the last entry of today, to be changed instead of written anew
    last : when something was last noted, in words; empty where nothing is
    t : the interview with what the diary says, to go on with; empty where there is nothing to tell
    """

    revision: Revision
    teller: Teller
    today: date
    today_entry: Entry | None
    last: str
    look_again: str
    function: tuple[tuple[str, str], ...]
    twitching: tuple[str, ...]
    curve: Curve | None
    changed: tuple[str, ...]
    expected: tuple[str, ...]
    picture: Markup
    trials: Trials
    plan: Plan | None
    blocks: tuple[PlannedDays, ...]
    rises: bool
    asked: str
    link_first: bool
    t: str
    unreadable: int
    ignored: tuple[str, ...]

    @property
    def a(self) -> Assessment:
        """Give the answer as of today."""
        return self.revision.now


def shown(diary: Diary, knowledge: Knowledge, language: str, now: datetime) -> Shown:
    """Give what the page of a diary shows now."""
    words = knowledge.words(language)
    today, entries = today_of(diary, now), diary.entries
    revision = revision_of(diary, knowledge, language, now)
    of_today = [entry for entry in entries if entry.day == today]
    rate = revision.told.rate
    level = revision.now.urgency.level
    expected = tuple(course_told(revision.told, revision.now, words)) if revision.days else ()
    told = interview_of(diary.told).case
    tried = trials(revision.days, revision.case, level, knowledge, words, told)
    return Shown(
        revision=revision,
        teller=Teller(revision.now, knowledge, language),
        today=today,
        today_entry=of_today[-1] if of_today else None,
        last=_last(diary.last, words),
        look_again=day_in_words(max(today, revision.look_again), words),
        function=tuple(_function(revision, words)),
        twitching=tuple(_twitching(revision, words)),
        curve=curve(rate, revision.days, revision.today, words) if rate else None,
        changed=tuple(_changed(revision, words)) if revision.days else (),
        expected=expected,
        picture=_drawn(revision, knowledge, diary.asked_on, expected, words),
        trials=tried,
        plan=diary.plan,
        blocks=tuple(_blocks(diary.plan, today, words)),
        rises=noted_often(entries, today),
        asked=day_in_words(diary.asked_on, words) if diary.asked_on else "",
        link_first=len(revision.days) <= _FIRST_DAYS,
        t=pack(carried(diary.told, revision, knowledge)),
        unreadable=diary.unreadable,
        ignored=revision.told.ignored,
    )


def revision_of(diary: Diary, knowledge: Knowledge, language: str, now: datetime) -> Revision:
    """Give the answer as the diary has it now, or as of its last day noted where silent."""
    today, days = today_of(diary, now), diary.days
    return revised(
        interview_of(diary.told).case,
        days,
        read_on(days, today),
        knowledge,
        asked_on=diary.asked_on,
        language=language,
    )


def today_of(diary: Diary, now: datetime) -> date:
    """Give the day it is where the person last noted something, or where it began already."""
    last = diary.last.entry if diary.last else None
    there = last.at.tzinfo if last else zone_of(HOME)
    return begun_day(diary.entries, now.astimezone(there))


def carried(told: Transcript, revision: Revision, knowledge: Knowledge) -> Transcript:
    """Give the interview with what the diary says since, as answers: for the doctor's sheet."""
    spans = knowledge.variables.get(CLOCK, {})
    case, said = revision.case, revision.told
    told = without_denials(told, [one.id for one in said.open])
    for names, here in ((said.absent, False), (said.present, True)):
        for name in names:
            if name in spans:
                continue
            question = Question("yes_no", name, (name,))
            told = answered(
                told, question, present=(name,) if here else (), absent=() if here else (name,)
            )
    lasted = tuple(name for name in case.present if name in spans)
    if lasted:
        states = tuple(sorted(spans, key=lambda name: spans[name]))
        told = answered(told, Question("choice", CLOCK, states), present=lasted[:1])
    return told


def _last(event: Event | None, words: Words) -> str:
    if event is None or event.entry is None:
        return ""
    there = event.recorded.astimezone(event.entry.at.tzinfo)
    return words.say(
        "diary_page.last", day=day_in_words(event.entry.day, words), time=f"{there:%H:%M}"
    )


def _function(revision: Revision, words: Words) -> Iterator[tuple[str, str]]:
    told = revision.told.function
    if told.worse:
        yield "worse", words.say("diary.function.worse")
    for ability in _ABILITIES:
        signs = [sign for sign in told.signs if sign.ability is ability]
        if signs:
            names = "; ".join(words.say(f"diary.sign.{sign.name}") for sign in signs)
            yield ability.value, words.say(f"diary.function.{ability}", signs=names)
    if all(sign.ability is Ability.UNKNOWN for sign in told.signs):
        yield "unknown", words.say("diary.function.unknown")
    for sentence in earlier_told(revision.told, words):
        yield "passed", sentence


def _twitching(revision: Revision, words: Words) -> Iterator[str]:
    rate = revision.told.rate
    direction = rate.direction if rate else Direction.TOO_LITTLE
    yield words.say(f"diary.trend.{direction}")
    if rate is None:
        return
    if rate.in_numbers and direction is not Direction.TOO_LITTLE:
        now = rate.rates[-1]
        low, middle, high = (f"{figure:.2g}" for figure in (now.low, now.rate_per_min, now.high))
        yield words.say("diary.trend.rate", rate=middle, low=low, high=high)
    for change in rate.changes[-1:]:
        way = words.say(f"diary_page.way.{change.direction}")
        yield words.say("diary_page.turn", day=day_in_words(change.day, words), way=way)


def _changed(revision: Revision, words: Words) -> Iterator[str]:
    """Give what the last day noted changed, and why; a rise is said to come from it."""
    found = changed(revision.before, revision.now, revision.new)
    sentences = list(changed_told(found, words))
    if found.level_after is not found.level_before:
        way = "rises" if found.level_after.rank > found.level_before.rank else "falls"
        before, after = (
            words.say(f"level.{level}") for level in (found.level_before, found.level_after)
        )
        sentences[0] = words.say(f"diary_page.level_{way}", before=before, after=after)
    return iter(sentences)


def _drawn(
    revision: Revision,
    knowledge: Knowledge,
    asked_on: date | None,
    expected: Sequence[str],
    words: Words,
) -> Markup:
    """Give the picture of the course beside the expected ones; none of years, or in need of help.

    What is expected of a cause is no picture for an emergency, and not known under 18.
    """
    now, days = revision.now, revision.days
    if not days or not now.adult or now.urgency.level is Level.EMERGENCY:
        return Markup("")
    first = days[0].day
    if (revision.today - first).days > _MOST_DRAWN_DAYS or (asked_on and asked_on > first):
        return Markup("")  # its days begin with the answers
    lines = lines_of(days, revision.told, now, revision.today, knowledge, asked_on=asked_on)
    if lines is None:
        return Markup("")
    names = [words.of("causes", one.cause, "name") for one in lines.expected]
    return picture(lines, names, expected, words)


def _blocks(plan: Plan | None, today: date, words: Words) -> Iterator[PlannedDays]:
    blocks: tuple[Block, ...] = plan.blocks() if plan else ()
    for block in [one for one in blocks if one.last >= today][:_BLOCKS_SHOWN]:
        first, last = (day_in_words(day, words) for day in (block.first, block.last))
        span = words.say("diary_page.span", first=first, last=last)
        yield PlannedDays(days=span, on=block.on, now=block.first <= today)
