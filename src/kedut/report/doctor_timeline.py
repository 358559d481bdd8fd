"""The diary for a clinician: function, course and days, without notes and private answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from kedut.assess.assessment import Assessment
from kedut.assess.revision import Revision
from kedut.case.followed import Followed
from kedut.case.private import withheld
from kedut.diary.entry import BAD_ANSWERS, Entry
from kedut.diary.function import Ability
from kedut.diary.journal import Event, Kind
from kedut.diary.trend import Direction
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.diary_lines import lines_of
from kedut.report.diary_picture import picture
from kedut.report.diary_sentences import course_told, earlier_told

_MOST_ROWS = 28
_MOST_NAMES, _LONGEST_NAME = 12, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day noted; `alarm` where something could not be done or is new.

    cannot, well : what could not be done or went wrong, and what was as before, as far as asked
    """

    day: str
    said: str
    rate: str
    cannot: str
    well: str
    new: str
    alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The page of the diary, every text in one language.

    function : sign, how it stands, and since when; alarm where it is lost
    noted : what has passed or is open, and what could not be understood
    """

    about: str
    picture: Markup
    told: tuple[str, ...]
    noted: tuple[str, ...]
    function: tuple[tuple[str, str, str, bool], ...]
    days: tuple[DayRow, ...]
    earlier: str
    history: str


def timeline(
    revision: Revision,
    knowledge: Knowledge,
    language: str,
    *,
    events: Sequence[Event] = (),
    asked_on: date | None = None,
    ticked: frozenset[str] = frozenset(),
) -> Timeline:
    """Give the page of a diary.

    Parameters
    ----------
    events : the whole log, for how much was mended later
    asked_on : the day the answers of the case were given
    ticked : kinds of private answers the person allowed; notes are never handed on
    """
    words = knowledge.words(language)
    days, told, now = revision.days, revision.told, revision.now
    lines = lines_of(days, told, now, revision.today, knowledge, asked_on=asked_on)
    private = withheld(knowledge, ticked)
    course = tuple(_course(told, now, words))
    drawn = Markup("")
    if lines is not None:
        names = [words.of("causes", one.cause, "name") for one in lines.expected]
        drawn = picture(lines, names, course, words, prefix="timeline")
    shown = days[-_MOST_ROWS:]
    kinds = [event.kind for event in events]
    return Timeline(
        about=words.say(
            "doctor.diary.about",
            n=len(days),
            first=days[0].day.isoformat() if days else "",
            last=days[-1].day.isoformat() if days else "",
        ),
        picture=drawn,
        told=course,
        noted=tuple(_noted(told, words, private)),
        function=tuple(_function(told, words)),
        days=tuple(_row(day, words, knowledge, private) for day in reversed(shown)),
        earlier=words.say("doctor.diary.earlier", n=len(days) - len(shown))
        if len(days) > len(shown)
        else "",
        history=words.say(
            "doctor.diary.history",
            corrected=kinds.count(Kind.CORRECT),
            retracted=kinds.count(Kind.RETRACT),
        ),
    )


def _course(told: Followed, now: Assessment, words: Words) -> Iterator[str]:
    direction = told.rate.direction if told.rate else Direction.TOO_LITTLE
    yield words.say(f"doctor.diary.trend.{direction}")
    rate = told.rate
    if rate is not None and rate.in_numbers:
        last = rate.rates[-1]
        low, middle, high = (f"{x:.2g}" for x in (last.low, last.rate_per_min, last.high))
        yield words.say("doctor.diary.rate", rate=middle, low=low, high=high)
    yield from course_told(told, now, words)


def _noted(told: Followed, words: Words, private: frozenset[str]) -> Iterator[str]:
    """Give what has passed or is open, and what was noted and is not known."""
    yield from earlier_told(told, words, clinical=True, withheld=private)
    if told.ignored:
        names = [_short(name) for name in told.ignored[:_MOST_NAMES]]
        more = ["…"] if len(told.ignored) > _MOST_NAMES else []
        yield words.say("doctor.diary.ignored", names="; ".join([*names, *more]))


def _function(told: Followed, words: Words) -> Iterator[tuple[str, str, str, bool]]:
    for sign in told.function.signs:
        passed = sign.ability is Ability.PASSED
        bad = sign.last_bad if passed else sign.first_bad
        since = bad.isoformat() if bad else ""
        yield (
            words.say(f"diary.sign.{sign.name}"),
            words.say(f"doctor.diary.ability.{sign.ability}"),
            since,
            passed or (sign.ability in {Ability.LOST, Ability.ASK_AGAIN} and sign.bad_last),
        )


def _row(day: Entry, words: Words, knowledge: Knowledge, private: frozenset[str]) -> DayRow:
    rate = ""
    if day.count is not None:
        rate = words.say(
            "doctor.diary.count", n=day.count.twitches, minutes=f"{day.count.minutes:g}"
        )
    elif day.measured is not None:
        rate = words.say(
            "doctor.diary.measured",
            rate=f"{day.measured.rate_per_min:.2g}",
            modality=day.measured.modality,
        )
    cannot, well = _done(day, words)
    new = list(_new(day, words, knowledge, private))
    return DayRow(
        day=day.day.isoformat(),
        said=words.say(f"diary.picture.{day.said}") if day.said else "",
        rate=rate,
        cannot=cannot,
        well=well,
        new="; ".join(new),
        alarm=bool(cannot or new),
    )


def _done(day: Entry, words: Words) -> tuple[str, str]:
    """Give what was bad that day, and what was well; what was not asked is neither."""
    bad: list[str] = []
    good: list[str] = []
    for name, answer in BAD_ANSWERS.items():
        said = getattr(day.function, name)
        if said is not None:
            (bad if said is answer else good).append(words.say(f"diary.sign.{name}"))
    if len(good) == len(BAD_ANSWERS):
        return "", words.say("doctor.diary.function_well")
    return (
        words.say("doctor.diary.cannot", signs="; ".join(bad)) if bad else "",
        words.say("doctor.diary.function_well_in", signs="; ".join(good)) if good else "",
    )


def _new(day: Entry, words: Words, knowledge: Knowledge, private: frozenset[str]) -> Iterator[str]:
    for noted in day.new_symptoms:
        try:
            name = knowledge.resolve(noted)
        except UnknownIdentifier:
            yield words.say("doctor.diary.not_understood", name=_short(noted))
            continue
        if name not in private:
            yield words.clinical(name)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
