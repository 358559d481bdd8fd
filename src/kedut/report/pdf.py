"""The clinician's note as a tagged PDF (PDF/UA-1) on A4: two pages, more where more was answered.

The same input gives the same bytes. Nothing is fetched: the only files read are our fonts.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import threading
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from markupsafe import Markup

from kedut.assess.assessment import Assessment
from kedut.case.case import AtLeast, Case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.doctor import doctor_report
from kedut.report.doctor_timeline import Timeline
from kedut.report.doctor_types import HandOver
from kedut.report.environment import environment
from kedut.report.print_fonts import ADDRESS, only_our_fonts
from kedut.report.qr import case_code

if TYPE_CHECKING:
    from weasyprint import CSS, Document
    from weasyprint.text.fonts import FontConfiguration

_TEMPLATES = Path(__file__).parent / "templates"
USUAL_PAGES = 2
# How a note is set: as planned; closer; without a page of its own for the evidence.
_DENSITIES = ("planned", "close", "dense")
_ONE_AT_A_TIME = threading.Lock()  # the font library below is not made for several threads
DEBIAN_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class CannotPrint(RuntimeError):
    """A PDF cannot be made on this machine; says what would help."""


def doctor_html(
    assessment: Assessment,
    case: Case,
    knowledge: Knowledge,
    language: str,
    hand_over: HandOver | None = None,
    *,
    code: bool = True,
    timeline: Timeline | None = None,
) -> str:
    """Give the clinician's note as an HTML `article`, for a page; classes stand in doctor.html."""
    sheet = _Sheet(assessment, case, knowledge, language, hand_over, timeline, code=code)
    return sheet.html("doctor.html")


def doctor_pdf(
    assessment: Assessment,
    case: Case,
    knowledge: Knowledge,
    language: str,
    hand_over: HandOver | None = None,
    *,
    code: bool = True,
    timeline: Timeline | None = None,
) -> bytes:
    """Give the clinician's note as a PDF.

    Parameters
    ----------
    assessment : of the whole case, with `detail="full"`
    hand_over : who answered, the day, and which private answers go along; none by default
    code : put the QR code that holds the case on it
    timeline : the page of the diary, where one goes along

    Raises
    ------
    CannotPrint
        Names the system packages that are missing.
    """
    sheet = _Sheet(assessment, case, knowledge, language, hand_over, timeline, code=code)
    usual = USUAL_PAGES + (timeline is not None)
    identifier = hashlib.sha256(sheet.html("doctor.html").encode()).digest()[:16]
    with _ONE_AT_A_TIME:
        pages = (sheet.laid_out(density) for density in _DENSITIES)
        document = next((d for d in pages if len(d.pages) <= usual), None)
        if document is None:
            document = sheet.laid_out(_DENSITIES[-1], long=True)
        made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return made


class _Sheet:
    """One note in one language, ready to be laid out."""

    def __init__(
        self,
        assessment: Assessment,
        case: Case,
        knowledge: Knowledge,
        language: str,
        hand_over: HandOver | None,
        timeline: Timeline | None,
        *,
        code: bool,
    ) -> None:
        told = hand_over or HandOver()
        self.report = doctor_report(assessment, case, knowledge, language, told, timeline)
        self.say = knowledge.words(language).say
        self.software = assessment.software_version
        self.code, self.code_told = "", ""
        if code:
            alt = self.say("doctor.code.alt")
            urgency = assessment.urgency
            floor = AtLeast(level=urgency.level, within_days=urgency.within_days)
            found = case_code(case, knowledge, alt, told.ticked, floor)
            self.code = found or ""
            self.code_told = self.say("doctor.code.about" if found else "doctor.code.none")

    def html(self, template: str, **more: object) -> str:
        """Give one of the templates filled in."""
        return (
            environment(_TEMPLATES)
            .get_template(template)
            .render(
                r=self.report,
                say=self.say,
                code=Markup(self.code),  # made by qr.py, nothing that was told is in it
                code_told=self.code_told,
                **more,
            )
        )

    def laid_out(self, density: str, *, long: bool = False) -> Document:
        """Give the pages."""
        weasyprint = printer()
        fonts, styles = _style()
        title = f"kedut: {self.report.title}. {self.report.urgency}"
        html = self.html(
            "doctor_print.html", density=density, long=long, title=title, software=self.software
        )
        document: Document = weasyprint.HTML(string=html, url_fetcher=only_our_fonts()).render(
            stylesheets=[styles], font_config=fonts, pdf_variant="pdf/ua-1"
        )
        return document


def printer() -> ModuleType:
    """Give WeasyPrint; where its libraries are missing, say which."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints advice of its own
            import weasyprint
    except ImportError:
        raise CannotPrint(
            "a PDF needs WeasyPrint; install kedut with its extra: kedut[web]"
        ) from None
    except OSError as error:
        raise CannotPrint(
            f"a PDF needs system libraries that are not here ({str(error).splitlines()[0][:80]}); "
            f"on Debian and Ubuntu: apt-get install {DEBIAN_PACKAGES}"
        ) from None
    found: ModuleType = weasyprint
    return found


@lru_cache(maxsize=1)
def _style() -> tuple[FontConfiguration, CSS]:
    """Give the style sheet with our fonts, read once."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    atexit.register(_style.cache_clear)  # it tidies up, for which the interpreter must still be
    text = (_TEMPLATES / "print.css").read_text(encoding="utf-8")
    return fonts, CSS(
        string=text, base_url=ADDRESS, font_config=fonts, url_fetcher=only_our_fonts()
    )
