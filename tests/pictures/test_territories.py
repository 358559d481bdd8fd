"""Nerve areas: they fit where all that is felt lies in them, and nothing is concluded."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.case.bodymap import offered, territories_of_map
from kedut.knowledge.load import ours
from kedut.report.pictures.bodymap import marked_figures, territories

KNOWLEDGE = ours()
EVERY_MARK = [str(mark) for marks in offered(KNOWLEDGE).values() for mark in marks]
FELT = [mark for mark in EVERY_MARK if mark.endswith((":runs", ":tingles", ":numb"))]


def fitting(*marks: str) -> set[str]:
    return {f"{fit.territory.id}:{fit.side}" for fit in territories_of_map(KNOWLEDGE, marks)}


@pytest.mark.parametrize(
    "marks, areas",
    [
        (["foot_outer:left:tingles", "calf:left:tingles"], {"s1:left", "sural:left"}),
        (["sole:left:numb", "calf:left:runs", "buttock:left:runs"], {"s1:left"}),
        (["shin_outer:right:numb", "foot_top:right:numb"], {"l5:right", "common_peroneal:right"}),
        (["foot_top:right:runs", "thigh_back:right:runs"], {"l5:right"}),
        (["shin_inner:left:tingles"], {"l4:left", "saphenous:left"}),
        (["sole:left:tingles", "sole:right:tingles"], {"stocking:both"}),
        (["saddle:middle:numb"], {"saddle:middle"}),
    ],
)
def test_a_pattern_fits_its_area(marks, areas):
    assert fitting(*marks) == areas


def test_a_tingling_calf_alone_points_to_no_nerve():
    assert fitting("calf:left:tingles") == set()


def test_twitching_pain_weakness_and_swelling_alone_point_to_no_nerve():
    rest = [mark for mark in EVERY_MARK if mark not in FELT]
    assert not fitting(*rest)


def test_a_numb_hand_does_not_hide_what_the_foot_says():
    assert fitting("foot_outer:left:numb", "hand:left:numb") == fitting("foot_outer:left:numb")


@given(st.lists(st.sampled_from(FELT), max_size=5))
def test_what_fits_holds_every_felt_place_of_its_side(marks):
    named = {region for one in KNOWLEDGE.territories for region in one.regions}
    for fit in territories_of_map(KNOWLEDGE, marks):
        sides = ("left", "right") if fit.side == "both" else (fit.side,)
        felt = {m.split(":")[0] for m in marks if m.split(":")[1] in sides} & named
        assert felt
        assert felt <= set(fit.territory.regions)


def test_the_areas_are_drawn_only_where_one_fits():
    words = KNOWLEDGE.words("en")
    assert territories(KNOWLEDGE, words, ["calf:left:twitches"]) == ""
    shown = territories(KNOWLEDGE, words, ["shin_inner:left:tingles"])
    assert "Nerve root L4" in shown
    assert "saphenous" in shown
    assert "Left leg" in shown


def test_two_areas_on_one_page_share_no_id():
    shown = territories(KNOWLEDGE, KNOWLEDGE.words("en"), ["foot_outer:left:tingles"])
    ids = [part.split('"')[0] for part in shown.split(' id="')[1:]]
    assert len(ids) == len(set(ids)) > 0


def test_marks_are_shown_again_in_words_and_nothing_where_there_are_none():
    words = KNOWLEDGE.words("id")
    assert marked_figures(KNOWLEDGE, words, []) == ""
    assert "betis kiri: berkedut" in marked_figures(KNOWLEDGE, words, ["calf:left:twitches"])


def test_every_area_with_a_grade_of_its_own_names_its_source():
    for one in KNOWLEDGE.territories:
        assert one.sources or one.grade.name == "JUDGEMENT"
        assert set(one.sources) <= set(KNOWLEDGE.sources)


def test_a_figure_to_look_at_carries_the_patterns_it_is_filled_with():
    shown = marked_figures(
        KNOWLEDGE, KNOWLEDGE.words("en"), ["calf:left:twitches", "sole:right:numb"]
    )
    drawings = re.findall(r"<svg .*?</svg>", shown, re.DOTALL)
    filled = [drawing for drawing in drawings if "url(#" in drawing]
    assert filled
    for drawing in filled:
        ids = set(re.findall(r' id="([^"]+)"', drawing))
        assert set(re.findall(r"url\(#([^)]+)\)", drawing)) <= ids
