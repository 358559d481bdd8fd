"""The PDF: two tagged pages with everything on them, the same bytes each time, nothing fetched."""

from __future__ import annotations

import builtins
import re
import sys
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO

import pypdf
import pypdfium2
import pytest
import zxingcpp

from kedut.case.case import AtLeast, Case
from kedut.case.compact import pack, plain, unpack
from kedut.case.private import handed_on
from kedut.report import pdf as pdf_module
from kedut.report.doctor import doctor_report
from kedut.report.doctor_types import HandOver
from kedut.report.pdf import CannotPrint, doctor_pdf, printer
from kedut.report.print_fonts import ADDRESS, cut, only_our_fonts
from tests.report.people import CALM, EMERGENCY, KNOWLEDGE, LANGUAGES, PEOPLE, assessed

TOLD = HandOver(whom="myself", day=date(2026, 11, 23))
MM_AN_INCH, POINTS_AN_INCH = 25.4, 72


def made(case: Case, language: str, **more) -> bytes:
    return doctor_pdf(assessed(case, language), case, KNOWLEDGE, language, TOLD, **more)


@cache
def note(who: str, language: str) -> bytes:
    """Give the PDF of one of the people, made once."""
    return made(PEOPLE[who], language)


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(data))


def squeezed(text: str) -> str:
    """Give a text without what line breaks may have moved."""
    return re.sub(r"[\s\u00ad]+", "", text).replace("\ufb01", "fi").replace("\ufb02", "fl")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", PEOPLE)
def test_two_tagged_pages_hold_all_that_was_told(who, language):
    case = PEOPLE[who]
    reader = read(note(who, language))
    assert len(reader.pages) == 2
    text = squeezed(" ".join(page.extract_text() for page in reader.pages))
    report = doctor_report(assessed(case, language), case, KNOWLEDGE, language, TOLD)
    wanted = [a.name for a in report.present] + list(report.absent) + [report.urgency]
    wanted += [n for g in report.flags for n in (*g.present, *g.absent, *g.open)]
    wanted += [c.name for c in report.causes] + [t.name for t in report.tests]
    wanted += [e.name for e in report.examinations] + list(report.limits)
    assert [name for name in wanted if squeezed(name) not in text] == []
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert report.title in reader.metadata.title
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_the_tags_name_headings_tables_and_pictures():
    reader = read(note("emergency", "en"))
    kinds: dict[str, int] = {}
    without_alt = 0
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, pypdf.generic.ArrayObject):
            waiting += node
        elif isinstance(node, pypdf.generic.DictionaryObject):
            kind = str(node.get("/S", ""))
            kinds[kind] = kinds.get(kind, 0) + 1
            without_alt += kind == "/Figure" and not node.get("/Alt")
            waiting += [node["/K"]] if "/K" in node else []
    assert kinds["/H1"] == 1
    for kind in ("/H2", "/H3", "/Table", "/TH", "/TD", "/LI", "/Figure", "/P"):
        assert kinds.get(kind), kind
    assert not without_alt


def test_the_same_note_has_the_same_bytes():
    assert made(EMERGENCY, "id") == note("emergency", "id")


def test_no_time_of_day_is_in_the_fonts():
    from fontTools.ttLib import TTFont

    name = "plus-jakarta-sans-latin-600.ttf"
    source = pdf_module._TEMPLATES.parent / "fonts/plus-jakarta-sans-latin-wght-normal.woff2"
    with TTFont(BytesIO(cut(name))) as font, TTFont(source) as whole:
        assert font["head"].modified == whole["head"].modified


def test_only_our_font_is_in_it():
    reader = read(note("rich", "id"))
    names = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    }
    assert names
    assert all("Plus-Jakarta-Sans" in name for name in names), names


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/a.png",
        "file:///etc/passwd",
        "data:text/plain,a",
        f"{ADDRESS}../doctor.py",
        f"{ADDRESS}plus-jakarta-sans-latin-500.ttf",
    ],
)
def test_no_other_address_is_fetched(address):
    with pytest.raises(LookupError, match="our fonts"):
        only_our_fonts().fetch(address)


@pytest.mark.parametrize("who", ["calm", "rich"])
def test_the_code_scans_from_paper_and_holds_the_case(who):
    case = PEOPLE[who]
    page = pypdfium2.PdfDocument(note(who, "id"))[0]
    picture = page.render(scale=300 / POINTS_AN_INCH).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    urgency = assessed(case, "id").urgency
    floor = AtLeast(level=urgency.level, within_days=urgency.within_days)
    assert found.text == pack(case, KNOWLEDGE, at_least=floor)
    kept, _ = handed_on(case, KNOWLEDGE)
    read = unpack(found.text, KNOWLEDGE, where="paper").case
    assert replace(read, at_least=None) == plain(kept)
    assert assessed(read, "id").urgency.level.rank >= urgency.level.rank
    corners = found.position
    width_mm = (corners.top_right.x - corners.top_left.x) / 300 * MM_AN_INCH
    assert 30 < width_mm <= 40


def test_without_the_code_there_is_none():
    picture = pypdfium2.PdfDocument(made(CALM, "id", code=False))[0].render(scale=3).to_pil()
    assert not zxingcpp.read_barcodes(picture)


@pytest.mark.parametrize("language", LANGUAGES)
def test_very_much_goes_on_rather_than_being_cut(language):
    public = [n for n, f in KNOWLEDGE.findings.items() if f.asked and not f.variable]
    case = Case(age=50.0, present=tuple(public[:60]), absent=tuple(public[60:]))
    data = made(case, language)
    reader = read(data)
    assert len(reader.pages) > 2
    text = squeezed(" ".join(page.extract_text() for page in reader.pages))
    words = KNOWLEDGE.words(language)
    long = squeezed(words.say("doctor.long"))
    assert long in text
    footer = re.escape(squeezed(words.say("doctor.page"))) + r"\." + re.escape(long)
    text = re.sub(footer + r"\d/\d", "", text)  # a name may go on from page to page
    report = doctor_report(assessed(case, language), case, KNOWLEDGE, language, TOLD)
    told = [a.name for a in report.present] + list(report.absent)
    assert [name for name in told if squeezed(name) not in text] == []


@pytest.mark.parametrize("fault", [OSError("cannot load library 'libpango'"), ImportError("none")])
def test_what_is_missing_is_named_instead_of_a_trace(fault, monkeypatch, capsys):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "weasyprint":
            sys.stdout.write("a wall of advice")
            raise fault
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CannotPrint, match=r"libpango-1\.0-0 libpangoft2|extra: kedut"):
        printer()
    assert not capsys.readouterr().out
