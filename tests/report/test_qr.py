"""The QR code: small enough to scan from paper, the same text out as in."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image

from kedut.case.case import Case
from kedut.case.compact import pack
from kedut.report.qr import LARGEST_VERSION, TooMuchForACode, case_code, make, qr_png, qr_svg
from tests.report.people import CALM, EMERGENCY, KNOWLEDGE, RICH

USUAL_VERSION = 20


@pytest.mark.parametrize("case", [CALM, EMERGENCY, RICH], ids=["calm", "emergency", "rich"])
def test_a_usual_case_fits_a_small_code_that_reads_back(case):
    text = pack(case, KNOWLEDGE, ("substances", "mental", "intimate"))
    code = make(text)
    assert code.version <= USUAL_VERSION
    assert code.error == "M"
    assert code.mode == "alphanumeric"
    picture = Image.open(io.BytesIO(qr_png(text)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]


def test_the_svg_names_itself_and_leaves_its_size_to_the_page():
    svg = qr_svg(pack(CALM, KNOWLEDGE), "The case as a code")
    assert re.match(r'<svg [^>]*viewBox="0 0 \d+ \d+"', svg)
    assert "<title>The case as a code</title>" in svg
    assert not re.search(r'style=|width="|<\?xml', svg)


def test_more_than_a_telephone_reads_from_paper_gives_no_code():
    everything = Case(present=tuple(KNOWLEDGE.findings))
    assert case_code(everything, KNOWLEDGE, "title", ("mental",)) is None
    with pytest.raises(TooMuchForACode, match="file"):
        make("A" * 4_000)


def test_a_long_case_gives_up_some_damage_before_it_gives_up_the_code():
    code = make("A" * 1_700)
    assert code.error == "L"
    assert code.version <= LARGEST_VERSION
