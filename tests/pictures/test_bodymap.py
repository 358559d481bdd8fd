"""Marks on the body map: each has words and a place to tap, and means what the table says."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.case.bodymap import findings_of_map, marks_of, offered, sides_of
from kedut.knowledge.bodymap import SENSATIONS
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.report.pictures.bodymap import LEG_FIGURES, UPPER, UPPER_FIGURES, bodymap, name_of

KNOWLEDGE = ours()
EVERY_MARK = [str(mark) for marks in offered(KNOWLEDGE).values() for mark in marks]
some_marks = st.lists(st.sampled_from(EVERY_MARK), max_size=8)
LARGEST_SVG_BYTES = 12_000


class Reader(HTMLParser):
    """Collects what stands in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def having(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.tags if name in attrs]


def drawn(language: str = "en", chosen: tuple[str, ...] = ()) -> Reader:
    return Reader(bodymap(KNOWLEDGE, KNOWLEDGE.words(language), chosen))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_region_sensation_and_nerve_area_has_words(language):
    words = KNOWLEDGE.words(language)
    keys = [f"bodymap.region.{region}" for region in sides_of(KNOWLEDGE)]
    keys += [f"bodymap.{kind}.{one}" for one in SENSATIONS for kind in ("sensation", "hint")]
    keys += [
        f"bodymap.territory.{one.id}.{part}"
        for one in KNOWLEDGE.territories
        for part in ("name", "text")
    ]
    keys += [f"bodymap.figure.{one}" for one in LEG_FIGURES + UPPER_FIGURES]
    assert [key for key in keys if words.say(key) == key] == []


def test_a_place_is_named_with_its_side():
    assert name_of(KNOWLEDGE.words("id"), "calf", "left") == "betis kiri"
    assert name_of(KNOWLEDGE.words("en"), "low_back", "middle") == "lower back"


def test_every_mark_is_a_checkbox_and_every_place_can_be_tapped():
    page = drawn()
    boxes = [a["value"] for a in page.having("name") if a["name"] == "map"]
    assert sorted(boxes) == sorted(EVERY_MARK)
    shapes = {(a["data-region"], a["data-side"]) for a in page.having("data-region")}
    places = {(region, side) for region, own in sides_of(KNOWLEDGE).items() for side in own}
    assert shapes == places


def test_the_regions_of_the_upper_body_are_regions():
    assert set(sides_of(KNOWLEDGE)) >= UPPER


def test_marks_made_before_are_checked_and_drawn():
    page = drawn(chosen=("calf:left:twitches", "calf:left:hurts"))
    checked = {a["value"] for a in page.having("checked") if a["name"] == "map"}
    assert checked == {"calf:left:twitches", "calf:left:hurts"}
    assert {a["data-sensation"] for a in page.having("data-sensation")} == {"twitches", "hurts"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_has_no_style_no_script_and_each_id_once(language):
    page = drawn(language, tuple(EVERY_MARK))
    assert not page.having("style")
    assert "script" not in {tag for tag, _ in page.tags}
    ids = [attrs["id"] for attrs in page.having("id")]
    assert len(ids) == len(set(ids))
    referred = {a["href"].removeprefix("#") for a in page.having("href")}
    assert referred <= set(ids)
    assert {text.strip() for text in referred} == referred


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_figure_is_well_formed_named_and_small(language):
    text = bodymap(KNOWLEDGE, KNOWLEDGE.words(language))
    figures = re.findall(r'<svg class="bm-figure .*?</svg>', text, re.DOTALL)
    assert len(figures) == len(LEG_FIGURES + UPPER_FIGURES)
    for figure in figures:
        root = ET.fromstring(figure)
        assert root.find("{http://www.w3.org/2000/svg}title").text
        assert len(figure.encode()) <= LARGEST_SVG_BYTES


@pytest.mark.parametrize(
    "marks, findings",
    [
        (["calf:left:twitches"], {"twitch_calf_one_side"}),
        (["calf:left:twitches", "calf:right:twitches"], {"twitch_calf_both_sides"}),
        (["calf:right:hurts"], {"calf_pain", "leg_pain", "unilateral_leg_pain"}),
        (
            ["calf:left:hurts", "thigh_front:right:hurts"],
            {"calf_pain", "thigh_pain", "leg_pain", "bilateral_leg_pain"},
        ),
        (["sole:left:numb"], {"numbness_calf_or_foot"}),
        (["sole:left:numb", "heel:right:numb"], {"numbness_calf_or_foot", "numbness_both_feet"}),
        (["calf:left:runs"], {"pain_radiating_below_knee", "unilateral_leg_pain"}),
        (["saddle:middle:numb"], {"saddle_anaesthesia"}),
        (["calf:left:swollen"], {"leg_swelling_one_side"}),
        (["calf:left:weak"], {"leg_weakness"}),
        (["tongue:middle:twitches"], {"twitch_tongue"}),
        (["mouth:middle:twitches"], {"twitch_face"}),
        (["thigh_front:left:tingles"], set()),
        ([], set()),
    ],
)
def test_marks_mean_these_findings(marks, findings):
    assert set(findings_of_map(KNOWLEDGE, marks)) == findings


@given(some_marks)
def test_every_finding_comes_from_a_row_of_a_marked_place(marks):
    read = marks_of(KNOWLEDGE, marks)
    rows = {
        place.finding
        for place in KNOWLEDGE.places
        for mark in read
        if (place.region, place.sensation) == (mark.region, mark.sensation)
    }
    assert set(findings_of_map(KNOWLEDGE, marks)) <= rows


@given(some_marks)
def test_order_and_repetition_of_marks_do_not_matter(marks):
    there = findings_of_map(KNOWLEDGE, marks)
    assert findings_of_map(KNOWLEDGE, [*reversed(marks), *marks]) == there


@given(some_marks, st.sampled_from(EVERY_MARK))
def test_one_more_mark_takes_back_only_what_was_said_of_one_side(marks, another):
    before = set(findings_of_map(KNOWLEDGE, marks))
    after = set(findings_of_map(KNOWLEDGE, [*marks, another]))
    one_sided = {place.finding for place in KNOWLEDGE.places if place.sides == "one"}
    assert before - after <= one_sided


@given(st.lists(st.text(max_size=30), max_size=5))
def test_what_the_map_does_not_offer_is_left_out(values):
    strange = [value for value in values if value not in EVERY_MARK]
    assert marks_of(KNOWLEDGE, strange) == ()
    known = ["calf:left:hurts"]
    assert findings_of_map(KNOWLEDGE, [*strange, *known]) == findings_of_map(KNOWLEDGE, known)


@given(some_marks)
def test_two_findings_that_exclude_each_other_never_come_together(marks):
    found = findings_of_map(KNOWLEDGE, marks)
    for members in KNOWLEDGE.variables.values():
        assert len(set(found) & set(members)) <= 1
