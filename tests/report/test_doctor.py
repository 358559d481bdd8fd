"""What a clinician is handed: everything told, nothing private unticked, no soft words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.case.case import Case
from kedut.case.private import withheld
from kedut.knowledge.entities import PRIVATE_KINDS
from kedut.report.doctor import doctor_report
from kedut.report.doctor_figures import interval, number, percent, ratio
from kedut.report.doctor_types import HandOver
from kedut.report.pdf import doctor_html
from kedut.report.sentences import ALS
from tests.report.people import (
    CALM,
    CHILD,
    EMERGENCY,
    KNOWLEDGE,
    LANGUAGES,
    PEOPLE,
    RICH,
    assessed,
)

EVERYTHING = HandOver(whom="myself", ticked=frozenset(PRIVATE_KINDS))
SOFT = re.compile(r"^(calm\.|stop_and_go|action\.|level\.|intended_use|handover)")


def report(case: Case, language: str = "en", told: HandOver | None = None):
    return doctor_report(assessed(case, language), case, KNOWLEDGE, language, told)


@pytest.mark.parametrize(
    "chance, told",
    [
        (0.9951, "> 99 %"),
        (0.714, "70 %"),
        (0.1, "10 %"),
        (0.098, "10 %"),
        (0.034, "3 %"),
        (0.0042, "0.4 %"),
        (0.00099, "< 0.1 %"),
        (0.0, "< 0.1 %"),
    ],
)
def test_a_chance_has_no_more_digits_than_it_bears(chance, told):
    assert percent(chance, "en") == told
    assert percent(chance, "id") == told.replace(".", ",")


@given(st.floats(0, 1), st.floats(0, 1))
def test_an_interval_is_rounded_outward(one, other):
    low, high = sorted((one, other))
    start, end = map(int, interval(low, high).split("\N{EN DASH}"))
    assert start <= 100 * low + 1e-9
    assert end >= 100 * high - 1e-9
    assert 0 <= start <= end <= 100


@pytest.mark.parametrize(
    "bits, told",
    [
        (9.4, "> 100"),
        (4.5, "20"),
        (2.1, "4"),
        (1.0, "2"),
        (0.5, "1.5"),
        (0.2, None),
        (-0.2, None),
        (-1.0, "0.5"),
        (-4.0, "0.06"),
        (-9.0, "< 0.01"),
    ],
)
def test_a_weight_of_evidence_is_a_likelihood_ratio(bits, told):
    assert ratio(bits, "en") == told


def test_numbers_are_written_as_the_language_does():
    assert (number(4.1, "id"), number(4.1, "en"), number(20.0, "id")) == ("4,1", "4.1", "20")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", PEOPLE)
def test_every_answer_is_told_as_present_absent_or_not_asked(who, language):
    case, words = PEOPLE[who], KNOWLEDGE.words(language)
    found = report(case, language, EVERYTHING)
    present = {a.name for a in found.present}
    assert present == {words.clinical(name) for name in case.present}
    flags = [(*g.present, *g.absent, *g.open) for g in found.flags]
    screen = [[words.clinical(m) for m in ms] for ms in KNOWLEDGE.screen.values()]
    assert [sorted(names) for names in flags] == [sorted(names) for names in screen]
    told = {n for g in found.flags for n in g.absent} | set(found.absent)
    states = {n for members in KNOWLEDGE.variables.values() for n in members}
    for name in set(case.absent) - states:
        assert words.clinical(name) in told, name


def test_what_was_not_asked_is_not_called_absent():
    found = report(EMERGENCY)
    assert not any(group.absent for group in found.flags)
    assert sum(len(group.present) for group in found.flags) == 1
    assert found.flags_asked.startswith("1 of")


@settings(deadline=None, max_examples=15)
@given(st.dictionaries(st.sampled_from(sorted(withheld(KNOWLEDGE))), st.booleans(), min_size=1))
def test_unticked_answers_change_nothing_but_the_urgency(private):
    with_them = replace(
        CALM,
        present=CALM.present + tuple(n for n, there in private.items() if there),
        absent=tuple(n for n in CALM.absent if n not in private)
        + tuple(n for n, there in private.items() if not there),
    )
    plain, other = report(CALM), report(with_them)
    same = {"level": "", "urgency": "", "reasons": (), "sources": (), "tests": ()}
    assert _unnumbered(replace(other, **same)) == _unnumbered(replace(plain, **same))


def _unnumbered(found):
    return replace(found, causes=tuple(replace(c, notes=()) for c in found.causes))


def test_a_private_reason_keeps_its_urgency_and_is_not_named():
    case = Case(age=40.0, present=("alcohol_withdrawal", "hallucinations", "twitch_calf_one_side"))
    found = report(case)
    assert found.level == "emergency"
    assert "left out" in found.reasons[0].text
    assert "alcohol_withdrawal" not in {reason.rule for reason in found.reasons}
    assert found.left_out
    ticked = report(case, told=EVERYTHING)
    assert "alcohol_withdrawal" in {reason.rule for reason in ticked.reasons}
    assert not ticked.left_out


def test_unticked_screen_questions_are_not_called_unasked():
    named = {n for group in report(EMERGENCY).flags for n in group.open}
    assert KNOWLEDGE.words("en").clinical("alcohol_withdrawal") not in named


def test_a_calm_urgency_keeps_its_rule_though_it_needs_unticked_answers():
    assert {r.rule for r in report(CALM).reasons} >= {"calm_short_twitch"}


def test_under_18_there_is_no_figure():
    found = report(CHILD)
    assert not found.causes
    assert not found.grave
    assert not found.tests
    assert found.child
    assert found.examinations
    assert "%" not in doctor_html(assessed(CHILD, "en"), CHILD, KNOWLEDGE, "en", code=False)


def test_nothing_is_told_in_the_soft_words():
    for language in LANGUAGES:
        table = KNOWLEDGE.words(language).table("interface")
        soft = [row["text"] for key, row in table.items() if SOFT.match(key)]
        soft += [r["reason"] for r in KNOWLEDGE.words(language).table("rules").values()]
        for case in PEOPLE.values():
            html = doctor_html(assessed(case, language), case, KNOWLEDGE, language, EVERYTHING)
            found = [text for text in soft if len(text) > 25 and text in html]
            assert not found


def test_als_is_always_weighed():
    name = KNOWLEDGE.words("en").of("causes", ALS, "name")
    for case in (CALM, EMERGENCY, RICH):
        found = report(case)
        assert name in {c.name for c in found.causes} | {n for n, _ in found.grave}


def test_strength_reflexes_feeling_and_pulses_are_examined_in_everybody():
    words = KNOWLEDGE.words("en")
    wanted = ("heel_raise_test", "reflex_examination", "pinprick", "pulse_examination")
    for case in PEOPLE.values():
        names = {e.name for e in report(case).examinations}
        assert {words.of("tests", test, "name") for test in wanted} <= names


def test_no_test_is_advised_where_care_for_oneself_suffices():
    found = report(CALM)
    assert found.level == "self-care"
    assert not found.tests


@pytest.mark.parametrize("who", PEOPLE)
def test_the_fragment_has_no_style_no_script_and_no_address(who):
    case = PEOPLE[who]
    html = doctor_html(assessed(case, "id"), case, KNOWLEDGE, "id")
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|<a\s|href=|src=", html)
    assert html.count("<h1") == 1


@pytest.mark.parametrize("who", PEOPLE)
def test_every_number_of_a_source_is_in_the_list(who):
    case = PEOPLE[who]
    found = report(case)
    html = doctor_html(assessed(case, "en"), case, KNOWLEDGE, "en", code=False)
    cited = {
        int(n)
        for marks in re.findall(r'class="doctor-ref"> \[([\d, ]+)\]', html)
        for n in marks.split(", ")
    }
    assert cited == {n for n, _ in found.sources}


def test_what_is_told_is_escaped():
    case = replace(EMERGENCY, id="<script>alert(1)</script>")
    assert "<script" not in doctor_html(assessed(case, "en"), case, KNOWLEDGE, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_note_is_there(language):
    words = KNOWLEDGE.words(language)
    wanted = [f"doctor.value.{t.value}" for t in KNOWLEDGE.thresholds]
    wanted += [f"doctor.flags.{group}" for group in KNOWLEDGE.screen]
    wanted += [f"doctor.kind.{kind}" for kind in PRIVATE_KINDS]
    wanted += [f"doctor.where.{test.where}" for test in KNOWLEDGE.tests]
    assert [key for key in wanted if key not in words.table("interface")] == []
    for case in PEOPLE.values():
        html = doctor_html(assessed(case, language), case, KNOWLEDGE, language, EVERYTHING)
        assert not re.search(r"\bdoctor\.[a-z_.]+", html)
