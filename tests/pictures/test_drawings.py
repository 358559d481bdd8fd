"""Drawn pictures: complete in both languages, readable by a screen reader, and safe to embed."""

import csv
import re
import xml.etree.ElementTree as ET

import pytest

from kedut.knowledge.check_bodymap import bodymap_faults
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.report.pictures.draw import arrow_head, guided, names, picture, pictures_of

KNOWLEDGE = ours()
SVG = "{http://www.w3.org/2000/svg}"
LARGEST_BYTES = 12_000
SELF_TESTS = ("heel_raise", "heel_walk", "calf_girth", "foot_warmth", "shin_dent")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_a_picture_is_well_formed_named_described_and_small(name, language):
    text = picture(name, KNOWLEDGE.words(language))
    root = ET.fromstring(text)
    assert len(text.encode()) <= LARGEST_BYTES
    for part in ("title", "desc"):
        told = root.find(SVG + part).text
        assert told
        assert "picture." not in told
    labels = [one.text for one in root.iter(SVG + "text")]
    assert labels
    assert not [label for label in labels if "picture." in label]
    assert root.get("role") == "img"


@pytest.mark.parametrize("name", names())
def test_a_picture_has_no_style_no_script_and_its_own_ids(name):
    root = ET.fromstring(picture(name, KNOWLEDGE.words("en"), prefix="here"))
    for element in root.iter():
        assert "style" not in element.attrib
        assert element.tag not in (SVG + "script", SVG + "style", SVG + "foreignObject")
        assert not [key for key in element.attrib if key.startswith("on")]
        assert element.get("id", "here-").startswith("here-")


def test_every_drawing_belongs_to_something_and_every_row_is_drawn():
    assert {row["picture"] for row in KNOWLEDGE.tables["pictures"]} == set(names())
    assert not list(bodymap_faults(KNOWLEDGE))


def test_the_pictures_of_a_finding_are_found():
    assert pictures_of(KNOWLEDGE, "finding", "heel_raise_weakness") == ("heel_raise",)
    assert pictures_of(KNOWLEDGE, "finding", "fever") == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SELF_TESTS)
def test_a_test_to_do_oneself_says_how_to_do_it_safely(name, language):
    assert "pic-safety" in guided(name, KNOWLEDGE.words(language))


def test_a_picture_of_how_it_works_needs_no_safety_words():
    assert "pic-safety" not in guided("two_wires", KNOWLEDGE.words("en"))


def test_an_unknown_picture_is_told_with_those_there_are():
    with pytest.raises(LookupError, match="heel_raise"):
        picture("../words", KNOWLEDGE.words("en"))


def test_the_head_of_an_arrow_ends_where_the_arrow_ends():
    assert re.fullmatch(r"M[\d.]+ [\d.]+L22 20L[\d.]+ [\d.]+", arrow_head("M10 20h12"))
    assert "L10 8L" in arrow_head("M10 20v-12")
    with pytest.raises(ValueError, match="straight"):
        arrow_head("M1 1C2 2 3 3 4 4")


@pytest.mark.parametrize(
    "table, wrong, says",
    [
        (
            "pictures.csv",
            "heel_raise,finding,heel_raise_weaknes,",
            "nearest: 'heel_raise_weakness'",
        ),
        ("pictures.csv", "heel_raise,sign,heel_raise_weakness,", "thing must be one of"),
        ("territories.csv", "x,root,one,calf,calf;claf,,9,D,,", "region 'claf'"),
        ("bodymap.csv", "saddle,hurts,one,,14,", "lies in the middle elsewhere"),
    ],
)
def test_a_row_that_leads_nowhere_is_a_fault(tmp_path, table, wrong, says):
    from kedut.knowledge.load import OURS, read

    (tmp_path / "tables").mkdir()
    for path in (OURS / "tables").glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        if path.name == table:
            assert len(next(csv.reader([wrong]))) == len(next(csv.reader(text.splitlines()[:1])))
            text += wrong + "\n"
        (tmp_path / "tables" / path.name).write_text(text, encoding="utf-8")
    (tmp_path / "words").symlink_to(OURS / "words")
    (tmp_path / "VERSION").write_text("test", encoding="utf-8")
    knowledge, _ = read(tmp_path, crossed=True)
    assert says in " ".join(str(fault) for fault in bodymap_faults(knowledge))
