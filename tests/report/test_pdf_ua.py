"""What of PDF/UA a program can check: everything tagged, named, in order, in a language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject

from kedut.report.doctor_timeline import timeline
from kedut.report.pdf import doctor_pdf
from tests.report.people import KNOWLEDGE, LANGUAGES, PEOPLE, assessed
from tests.report.test_doctor_timeline import kept, told

# Structure types of ISO 32000-1, 14.8.4, that need no role of their own.
_KINDS = """
Document Part Sect Div Art P H1 H2 H3 H4 L LI Lbl LBody Table TR TH TD THead TBody TFoot
Span Link Figure Caption Note Reference NonStruct Quote BlockQuote
"""
STANDARD = frozenset(f"/{kind}" for kind in _KINDS.split())
SHOWS = (b"Tj", b"TJ", b"'", b'"', b"f", b"f*", b"S", b"B", b"b", b"Do", b"sh")
TREES = [(who, language) for who in ("emergency", "rich", "diary") for language in LANGUAGES]


@cache
def note(who: str, language: str) -> pypdf.PdfReader:
    if who == "diary":
        revision, journal = told(kept(), language)
        page = timeline(revision, KNOWLEDGE, language, events=journal.events)
        case, found = revision.case, revision.now
        made = doctor_pdf(found, case, KNOWLEDGE, language, timeline=page)
        return pypdf.PdfReader(BytesIO(made))
    case = PEOPLE[who]
    made = doctor_pdf(assessed(case, language), case, KNOWLEDGE, language)
    return pypdf.PdfReader(BytesIO(made))


def children(node: Any) -> Iterator[Any]:
    """Give the elements under one, in order; marked content has none."""
    kids = node.get("/K", ArrayObject())
    kids = kids.get_object()
    for kid in kids if isinstance(kids, ArrayObject) else [kids]:
        inner = kid.get_object()
        if isinstance(inner, DictionaryObject) and "/S" in inner:
            yield inner


def walk(node: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Give every element with the types above it, in the order of reading."""
    for kid in children(node):
        yield kid, above
        yield from walk(kid, (*above, str(kid["/S"])))


def elements(reader: pypdf.PdfReader) -> list[tuple[Any, tuple[str, ...]]]:
    return list(walk(reader.trailer["/Root"]["/StructTreeRoot"]))


@pytest.mark.parametrize("who, language", TREES)
def test_the_document_says_that_it_is_tagged_its_title_and_its_language(who, language):
    reader = note(who, language)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not False
    assert not root["/MarkInfo"].get("/Suspects")
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] is not False
    metadata = root["/Metadata"].get_data()
    assert b"pdfuaid:part" in metadata
    assert b"dc:title" in metadata
    assert reader.metadata.title.encode() in metadata
    for page in reader.pages:
        assert "/StructParents" in page
        assert page.get("/Tabs", "/S") == "/S"
        assert not page.get("/Annots"), "links and forms would need tags of their own"


@pytest.mark.parametrize("who, language", TREES)
def test_each_element_is_of_a_known_type(who, language):
    reader = note(who, language)
    roles = reader.trailer["/Root"]["/StructTreeRoot"].get("/RoleMap", {})
    for element, _ in elements(reader):
        kind = str(element["/S"])
        assert kind in STANDARD or str(roles.get(kind)) in STANDARD, kind


@pytest.mark.parametrize("who, language", TREES)
def test_headings_begin_with_the_first_and_skip_none(who, language):
    kinds = [str(element["/S"]) for element, _ in elements(note(who, language))]
    levels = [int(kind[2:]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("who, language", TREES)
def test_lists_and_tables_are_built_as_such(who, language):
    seen = set()
    for element, above in elements(note(who, language)):
        kind, parent = str(element["/S"]), above[-1] if above else ""
        inner = [str(kid["/S"]) for kid in children(element)]
        seen.add(kind)
        if kind == "/LI":
            assert parent == "/L"
            assert "/LBody" in inner
        elif kind == "/L":
            assert set(inner) <= {"/LI", "/L", "/Caption"}  # columns are lists in a list
        elif kind == "/TR":
            assert parent in ("/Table", "/THead", "/TBody", "/TFoot")
            assert set(inner) <= {"/TH", "/TD"}
        elif kind in ("/TH", "/TD"):
            assert parent == "/TR"
        elif kind == "/Table":
            assert set(inner) <= {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"}
    assert {"/L", "/LI", "/LBody", "/Table", "/TR", "/TH", "/TD"} <= seen


@pytest.mark.parametrize("who, language", TREES)
def test_each_cell_of_a_table_names_its_row_and_its_column(who, language):
    told = [e for e, _ in elements(note(who, language))]
    heads = [str(e["/ID"]) for e in told if e["/S"] == "/TH"]
    assert len(set(heads)) == len(heads) > 0
    for cell in (e for e in told if e["/S"] == "/TD"):
        named = [str(name) for name in cell["/A"]["/Headers"]]
        assert len(named) == 2, "a row and a column"
        assert set(named) <= set(heads)


@pytest.mark.parametrize("who, language", TREES)
def test_each_picture_says_what_it_shows(who, language):
    figures = [e for e, _ in elements(note(who, language)) if e["/S"] == "/Figure"]
    assert figures
    assert all(str(figure.get("/Alt", "")).strip() for figure in figures)


@pytest.mark.parametrize("who, language", TREES)
def test_whatever_is_shown_is_tagged_or_said_to_be_decoration(who, language):
    reader = note(who, language)
    for page in reader.pages:
        marks: list[bool] = []
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"BDC", b"BMC"):
                properties = operands[1] if len(operands) > 1 else {}
                artefact = operands[0] == "/Artifact"
                marks.append(artefact or "/MCID" in properties)
            elif operator == b"EMC":
                marks.pop()
            elif operator in SHOWS:
                assert any(marks), (operator, operands)
        assert not marks


@pytest.mark.parametrize("who, language", TREES)
def test_each_piece_of_a_page_leads_back_to_its_element(who, language):
    reader = note(who, language)
    tree = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]
    numbers = tree["/Nums"]
    parents = {int(numbers[n]): numbers[n + 1].get_object() for n in range(0, len(numbers), 2)}
    for page in reader.pages:
        held = parents[int(page["/StructParents"])]
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"BDC" and operands[0] != "/Artifact" and "/MCID" in operands[1]:
                assert "/S" in held[int(operands[1]["/MCID"])].get_object()


@pytest.mark.parametrize("who, language", TREES)
def test_fonts_are_embedded_and_their_letters_can_be_read_out(who, language):
    for page in note(who, language).pages:
        for font in page["/Resources"]["/Font"].get_object().values():
            font = font.get_object()
            assert "/ToUnicode" in font
            inner = font["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
