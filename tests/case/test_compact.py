"""A case as one short text: nothing is lost, nothing is invented, nothing private slips through."""

from __future__ import annotations

import contextlib
import json
import random
import zlib
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kedut.assess.pipeline import assess
from kedut.case import base45
from kedut.case.case import AtLeast, Case
from kedut.case.compact import PREFIX, is_packed, pack, plain, unpack
from kedut.case.errors import BadCase
from kedut.case.finding_space import finding_space
from kedut.case.private import handed_on, withheld
from kedut.case.wire import case_from
from kedut.knowledge.entities import PRIVATE_KINDS, Level
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
FINDINGS = sorted(f.id for f in KNOWLEDGE.findings.values() if not f.replaced_by)
VALUES = {t.value: t for t in KNOWLEDGE.thresholds}
GROUPED = sorted(
    {
        member
        for groups in (KNOWLEDGE.screen, KNOWLEDGE.opening)
        for members in groups.values()
        for member in members
    }
)


@st.composite
def cases(draw):
    answers = draw(
        st.dictionaries(st.sampled_from([*FINDINGS, *GROUPED]), st.booleans(), max_size=150)
    )
    names = draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=4))
    shape = {
        "id": draw(st.text(max_size=12)),
        "age": draw(st.none() | st.integers(0, 120) | st.floats(0, 120)),
        "sex": draw(st.sampled_from([None, "male", "female"])),
        "findings_present": [name for name, there in answers.items() if there],
        "findings_absent": [name for name, there in answers.items() if not there],
        "values": {n: draw(st.floats(VALUES[n].low, VALUES[n].high)) for n in sorted(names)},
    }
    try:
        return case_from(shape, KNOWLEDGE, where="generated")
    except BadCase:  # a value says otherwise than an answer
        assume(False)


def raw(shape: object) -> str:
    return PREFIX + base45.encode(zlib.compress(json.dumps(shape).encode()))


@pytest.mark.parametrize(
    "data, text",
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")],
)
def test_base45_encodes_the_examples_of_rfc_9285(data, text):
    assert base45.encode(data) == text
    assert base45.decode(text) == data


def test_base45_decodes_the_example_of_rfc_9285():
    assert base45.decode("QED8WEX0") == b"ietf!"


@pytest.mark.parametrize("text", ["GGW", "ZZZ", ":::", "::", "A", "AB8C", "ab8"])
def test_base45_refuses_what_no_bytes_give(text):
    with pytest.raises(ValueError):  # noqa: PT011 (its own tree is ValueError)
        base45.decode(text)


@given(st.binary(max_size=80))
def test_base45_brings_back_any_bytes(data):
    assert base45.decode(base45.encode(data)) == data


@settings(deadline=None, max_examples=150)
@given(cases())
def test_a_case_with_every_kind_ticked_comes_back_whole(case):
    found = unpack(pack(case, KNOWLEDGE, PRIVATE_KINDS), KNOWLEDGE, where="code")
    assert found.case == plain(case)
    assert not found.left_out
    assert not found.unread


@settings(deadline=None, max_examples=100)
@given(cases(), st.sets(st.sampled_from(PRIVATE_KINDS)))
def test_without_its_tick_no_private_answer_is_in_the_text(case, ticked):
    kept, left_out = handed_on(case, KNOWLEDGE, ticked)
    found = unpack(pack(case, KNOWLEDGE, ticked), KNOWLEDGE, where="code")
    assert not {*found.case.present, *found.case.absent} & withheld(KNOWLEDGE, ticked)
    assert found.case == plain(kept)
    assert found.left_out == left_out


def test_an_answer_of_no_is_left_out_like_one_of_yes():
    yes, no = Case(present=("suicidal_thoughts",)), Case(absent=("suicidal_thoughts",))
    assert pack(yes, KNOWLEDGE) == pack(no, KNOWLEDGE)


def test_how_much_somebody_drinks_goes_with_the_answer_it_sets():
    case = Case(present=("heavy_alcohol_use",), values={"alcohol_g_per_day": 80.0})
    assert unpack(pack(case, KNOWLEDGE), KNOWLEDGE, where="code").case == Case()
    ticked = unpack(pack(case, KNOWLEDGE, ("substances",)), KNOWLEDGE, where="code").case
    assert ticked == case


def test_what_is_handed_on_implies_nothing_private():
    space, private = finding_space(KNOWLEDGE), withheld(KNOWLEDGE)
    telling = [
        name
        for name in KNOWLEDGE.findings
        if name not in private and private & set(space.names(space.implied_up(name)))
    ]
    assert not telling


def test_drugs_alcohol_mind_and_suicide_are_private():
    named = {"heavy_alcohol_use", "stimulant_use", "intravenous_drug_use", "low_mood", "anxiety"}
    assert named | {"suicidal_thoughts", "hiv_known", "pregnancy"} <= withheld(KNOWLEDGE)
    assert not withheld(KNOWLEDGE, PRIVATE_KINDS)


def test_a_group_that_holds_other_questions_here_stays_unknown():
    case = Case(absent=KNOWLEDGE.screen["strength"])
    text = pack(case, KNOWLEDGE)
    other = replace(KNOWLEDGE, screen={**KNOWLEDGE.screen, "strength": ("leg_weakness",)})
    found = unpack(text, other, where="code")
    assert found.unread == ("strength",)
    assert not found.case.absent


def test_no_two_groups_share_a_name():
    assert not set(KNOWLEDGE.screen) & set(KNOWLEDGE.opening)


def test_line_breaks_small_letters_and_spaces_around_do_no_harm():
    generator = random.Random(5)
    for _ in range(50):
        case = Case(present=tuple(generator.sample(FINDINGS, 3)))
        text = pack(case, KNOWLEDGE, PRIVATE_KINDS)
        told = "\n " + "\n".join([text[:40], text[40:]]).lower() + " \r\n"
        assert unpack(told, KNOWLEDGE, where="code").case == plain(case)


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(BadCase, match="more than 64000 bytes"):
        unpack(raw({"p": ["x" * 5_000_000]}), KNOWLEDGE, where="code")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KEDUT1:",
        "KEDUT2:BB8",
        "HELLO",
        PREFIX + "A" * 9_000,
        PREFIX + "BB8",
        raw([]),
        raw({"g": [], "p": []}),
        raw({"n": "leg_weakness"}),
        raw({"a": 400}),
        raw({"p": "leg_weakness"}),
        raw({"p": ["leg_weakness"], "n": ["leg_weakness"]}),
        raw({"v": {"heel_raises_left": -1}}),
        raw({"p": [], "u": ["at-once", 0]}),
        raw({"p": [], "u": ["urgent"]}),
        raw({"p": [], "u": ["urgent", -1]}),
        raw({"p": [], "u": ["urgent", True]}),
        raw({"p": [], "u": [["urgent"], 1]}),
        raw({"p": [], "u": "urgent"}),
    ],
)
def test_a_text_that_is_no_case_is_told_so(text):
    with pytest.raises(BadCase):
        unpack(text, KNOWLEDGE, where="code")


@settings(deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60).map(base45.encode))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    with contextlib.suppress(BadCase):  # anything else is a crash
        unpack(PREFIX + text, KNOWLEDGE, where="code")


def test_an_answer_unknown_here_is_listed_not_lost():
    found = unpack(raw({"p": ["leg_weakness", "of_a_later_version"]}), KNOWLEDGE, where="code")
    assert found.case.present == ("leg_weakness",)
    assert found.case.ignored == ("of_a_later_version",)


def test_json_is_not_taken_for_a_packed_case():
    assert is_packed(b"\n KEDUT1:BB8")
    assert is_packed("KEDUT9:")
    assert not is_packed(b'{"id": "KEDUT1:"}')


@settings(deadline=None, max_examples=60)
@given(cases(), st.sets(st.sampled_from(PRIVATE_KINDS)))
def test_who_reads_the_text_is_told_no_milder_urgency_than_all_answers_gave(case, ticked):
    whole = assess(case, KNOWLEDGE, detail="brief").urgency
    floor = AtLeast(level=whole.level, within_days=whole.within_days)
    text = pack(case, KNOWLEDGE, ticked, floor)
    read = unpack(text, KNOWLEDGE, where="code").case
    found = assess(read, KNOWLEDGE, detail="brief").urgency
    assert found.level.rank >= whole.level.rank
    assert found.level.rank > whole.level.rank or found.within_days <= whole.within_days


def test_a_private_alarm_keeps_its_urgency_and_not_its_name():
    case = Case(age=40.0, present=("twitch_calf_one_side", "suicidal_thoughts"))
    whole = assess(case, KNOWLEDGE, detail="brief").urgency
    floor = AtLeast(level=whole.level, within_days=whole.within_days)
    read = unpack(pack(case, KNOWLEDGE, (), floor), KNOWLEDGE, where="code").case
    assert read.present == ("twitch_calf_one_side",)
    told = assess(read, KNOWLEDGE, detail="brief").urgency
    assert (told.level, told.within_days) == (Level.EMERGENCY, 0)
    assert [because.id for because in told.because] == ["told_before"]
    assert assess(replace(read, at_least=None), KNOWLEDGE).urgency.level is Level.ROUTINE


def test_a_code_made_before_urgencies_were_in_it_is_still_read():
    found = unpack(raw({"p": ["leg_weakness"], "x": 1}), KNOWLEDGE, where="code")
    assert found.left_out
    assert found.case.at_least is None


def test_an_urgency_read_from_a_code_goes_on_into_the_next_code():
    floor = AtLeast(level=Level.URGENT, within_days=1)
    case = replace(Case(present=("calf_pain",)), at_least=floor)
    assert unpack(pack(case, KNOWLEDGE), KNOWLEDGE, where="code").case.at_least == floor
