"""The diary's page for a clinician, and its picture: what is told, what stays with the person."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from kedut.assess.revision import revised
from kedut.case.case import Case
from kedut.diary.entry import BAD_ANSWERS, Count, Entry, Function, Said
from kedut.diary.journal import Journal, added, corrected
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.outlook.course import resolved_by
from kedut.report.day import day_in_words
from kedut.report.diary_lines import lines_of
from kedut.report.diary_picture import picture
from kedut.report.doctor_timeline import timeline
from kedut.report.pdf import doctor_html
from kedut.simulate.courses import FIRST_DAY

KNOWLEDGE = ours()
DAY = timedelta(days=1)
CASE = Case(
    id="one",
    age=34,
    sex="male",
    present=("twitch_calf_one_side", "twitch_fine_flicker", "twitch_days"),
    absent=tuple(KNOWLEDGE.screen_findings),
    values={"twitch_duration_days": 2},
)
WEAK = Function(ten_heel_raises_left=False, tripped=False)


def kept(count: int = 12) -> list[Entry]:
    days = [
        Entry(
            id=str(n),
            at=FIRST_DAY + n * DAY,
            count=Count(twitches=max(20 - n, 1), minutes=5),
            function=Function(ten_heel_raises_left=True, tripped=False),
        )
        for n in range(count)
    ]
    last = Entry(
        id="last",
        at=FIRST_DAY + count * DAY,
        said=Said.SOME,
        function=WEAK,
        new_symptoms=("heavy_alcohol_use", "calf_pain"),
        note="Nobody's business",
    )
    return [*days, last]


def told(entries: list[Entry], language: str = "en"):
    journal = Journal(added(entry, entry.at) for entry in entries)
    days = journal.days()
    return revised(CASE, days, days[-1].day, KNOWLEDGE, language=language), journal


def sheet(language: str = "en", **more: object):
    revision, journal = told(kept(), language)
    mended = journal.also(corrected(kept()[0], FIRST_DAY + 30 * DAY))
    made = timeline(revision, KNOWLEDGE, language, events=mended.events, **more)  # type: ignore[arg-type]
    html = doctor_html(revision.now, revision.case, KNOWLEDGE, language, timeline=made)
    return made, html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_function_first_each_day_and_what_was_mended(language: str) -> None:
    made, html = sheet(language)
    assert made.function[0][3]
    assert made.days[0].alarm
    assert "5" in made.days[1].rate
    assert "1" in made.history
    assert html.index(made.function[0][0]) < html.rindex(made.told[0])
    assert 'class="doctor-days"' in html
    assert not re.search(r"doctor\.diary\.|diary\.picture\.|diary\.course\.", html)


def test_notes_and_private_complaints_stay_with_the_person_unless_ticked() -> None:
    made, html = sheet()
    assert "business" not in html
    private = KNOWLEDGE.words("en").clinical("heavy_alcohol_use")
    pain = KNOWLEDGE.words("en").clinical("calf_pain")
    assert made.days[0].new == pain
    ticked, _ = sheet(ticked=frozenset({"substances"}))
    assert private in ticked.days[0].new


def test_without_a_diary_the_sheet_has_no_such_page() -> None:
    revision, _ = told(kept())
    assert "doctor-diary" not in doctor_html(revision.now, revision.case, KNOWLEDGE, "en")


def test_of_a_long_diary_the_last_four_weeks_are_listed_and_the_rest_counted() -> None:
    revision, journal = told(kept(60))
    made = timeline(revision, KNOWLEDGE, "en", events=journal.events)
    assert len(made.days) == 28
    assert made.earlier.startswith("33 ")


def row_of(function: Function, **more: object):
    noted = Entry(id="only", at=FIRST_DAY, said=Said.SOME, function=function, **more)  # type: ignore[arg-type]
    revision, _ = told([noted])
    made = timeline(revision, KNOWLEDGE, "en")
    return made, made.days[0]


@pytest.mark.parametrize("name", ["ten_heel_raises_left", "tripped", "speech_changed"])
def test_what_was_not_asked_that_day_is_not_told_to_be_as_before(name: str) -> None:
    words = KNOWLEDGE.words("en")
    _, one = row_of(Function(**{name: not BAD_ANSWERS[name]}))
    asked = words.say(f"diary.sign.{name}")
    assert (one.cannot, one.well) == ("", words.say("doctor.diary.function_well_in", signs=asked))
    every = Function(**{sign: not bad for sign, bad in BAD_ANSWERS.items()})
    assert row_of(every)[1].well == words.say("doctor.diary.function_well")
    assert row_of(Function())[1].well == ""


def test_what_was_abnormal_stands_beside_what_was_not() -> None:
    words = KNOWLEDGE.words("en")
    _, one = row_of(Function(ten_heel_raises_right=False, speech_changed=False))
    assert one.alarm
    right, speech = (
        words.say(f"diary.sign.{name}") for name in ("ten_heel_raises_right", "speech_changed")
    )
    assert one.cannot == words.say("doctor.diary.cannot", signs=right)
    assert one.well == words.say("doctor.diary.function_well_in", signs=speech)


def test_what_could_not_be_understood_is_told_with_its_day() -> None:
    noted = {"new_symptoms": ("mulut mencong", "facial_weakness"), "where": ("x" * 300,)}
    made, one = row_of(Function(), **noted)
    words = KNOWLEDGE.words("en")
    assert words.say("doctor.diary.not_understood", name="mulut mencong") in one.new
    assert words.clinical("facial_weakness") in one.new
    (told_once,) = [line for line in made.noted if "mulut mencong" in line]
    assert told_once == words.say("doctor.diary.ignored", names=f"mulut mencong; {'x' * 40}…")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_passed_or_is_open_is_told_and_private_ones_only_if_ticked(language: str) -> None:
    days = [
        Entry(
            id="a",
            at=FIRST_DAY,
            new_symptoms=("facial_weakness", "leg_weakness", "anxiety"),
            function=Function(speech_changed=False),
        ),
        Entry(id="b", at=FIRST_DAY + 16 * DAY, function=Function(speech_changed=True)),
        Entry(id="c", at=FIRST_DAY + 17 * DAY, function=Function(speech_changed=False)),
    ]
    revision, _ = told(days, language)
    words = KNOWLEDGE.words(language)
    made = timeline(revision, KNOWLEDGE, language)
    ticked = timeline(revision, KNOWLEDGE, language, ticked=frozenset({"mental"}))
    for name in ("facial_weakness", "leg_weakness"):
        assert any(words.clinical(name) in line for line in made.noted)
    hidden = words.clinical("anxiety")
    assert not any(hidden in line for line in made.noted)
    assert any(hidden in line for line in ticked.noted)
    (speech,) = [row for row in made.function if row[0] == words.say("diary.sign.speech_changed")]
    assert speech[1] == words.say("doctor.diary.ability.passed")
    assert speech[2] == days[1].day.isoformat()
    assert speech[3]
    day = day_in_words(days[1].day, words)
    assert words.say("doctor.diary.speech_passed", day=day) in made.noted


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("counted", [True, False])
def test_the_picture_is_told_in_words_and_needs_no_script_and_no_style(
    language: str, *, counted: bool
) -> None:
    entries = kept() if counted else [Entry(id="1", at=FIRST_DAY, said=Said.A_LOT), kept()[-1]]
    revision, _ = told(entries, language)
    words = KNOWLEDGE.words(language)
    lines = lines_of(revision.days, revision.told, revision.now, revision.today, KNOWLEDGE)
    assert lines is not None
    assert bool(lines.rates) is counted
    names = ["<b>&", *(words.of("causes", one.cause, "name") for one in lines.expected[1:])]
    drawn = picture(lines, names, ["A & B."], words)
    root = ET.fromstring(str(drawn))
    assert root.get("role") == "img"
    texts = {part.tag.rpartition("}")[2]: part.text for part in root}
    assert texts["desc"] == "A & B."
    assert texts["title"]
    assert not any("style" in part.attrib for part in root.iter())
    for part in root.iter():
        for corner in (part.get("points") or "").split():
            x, y = map(float, corner.split(","))
            assert 0 <= x <= 360
            assert 0 <= y <= 420


def test_expected_lines_are_those_of_the_course_table() -> None:
    revision, _ = told(kept())
    lines = lines_of(revision.days, revision.told, revision.now, revision.today, KNOWLEDGE)
    assert lines is not None
    assert lines.known
    assert lines.today == 2 + 12
    for one in lines.expected:
        day, low, share, high = one.points[-1]
        found = resolved_by(KNOWLEDGE, one.cause, day)
        assert found is not None
        assert (found.low, found.value, found.high) == (low, share, high)
        shares = [point[2] for point in one.points]
        assert shares == sorted(shares)
