"""The case as a QR code: it carries the answers themselves, not an address."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import TYPE_CHECKING

from kedut.case.case import AtLeast, Case
from kedut.case.compact import pack
from kedut.knowledge.knowledge_base import Knowledge

if TYPE_CHECKING:
    import segno

_QUIET_MODULES = 4  # constant of ISO/IEC 18004: light modules around the code
LARGEST_VERSION = 25  # constant: 117 modules; more do not scan from 4 cm of paper
_LEVELS = ("m", "l")  # damage withstood: 15 %, and 7 % where much was answered


class TooMuchForACode(ValueError):
    """More answers than a code can hold that a telephone still reads."""


def make(text: str) -> segno.QRCode:
    """Give the QR code of a packed case.

    Raises
    ------
    TooMuchForACode
        It would be finer than a printed code can be.
    """
    import segno
    from segno.encoder import DataOverflowError

    for level in _LEVELS:
        try:
            code = segno.make(text, error=level, micro=False, boost_error=False)
        except DataOverflowError:
            continue
        if isinstance(code.version, int) and code.version <= LARGEST_VERSION:
            return code
    raise TooMuchForACode("the answers do not fit into a QR code; hand the case on as a file")


def qr_svg(text: str, title: str) -> str:
    """Give the QR code as an SVG element with a title, its size left to the page."""
    out = io.BytesIO()
    make(text).save(
        out,
        kind="svg",
        border=_QUIET_MODULES,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        nl=False,
        title=title,
        svgclass="qr",
        lineclass=None,
    )
    return out.getvalue().decode()


def qr_png(text: str, scale: int = 6) -> bytes:
    """Give the QR code as a PNG, `scale` pixels a module."""
    out = io.BytesIO()
    make(text).save(out, kind="png", border=_QUIET_MODULES, scale=scale)
    return out.getvalue()


def case_code(
    case: Case,
    knowledge: Knowledge,
    title: str,
    ticked: Collection[str] = (),
    at_least: AtLeast | None = None,
) -> str | None:
    """Give a case's QR code as SVG; nothing where so much was answered that none would scan.

    Parameters
    ----------
    title : what the code is, for those who do not see it
    ticked : kinds of private answers that the person allowed
    at_least : the urgency found with all answers
    """
    try:
        return qr_svg(pack(case, knowledge, ticked, at_least), title)
    except TooMuchForACode:
        return None
