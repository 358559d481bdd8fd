"""`--format pdf`: the note for the clinician, one case a file."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TextIO

from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.doctor_types import HandOver
from kedut.report.pdf import CannotPrint, doctor_pdf, printer


def hindrance(out: str | None) -> str | None:
    """Say why no PDF can be written here, with what would do; nothing where one can."""
    if out is None and (sys.stdout is None or sys.stdout.isatty()):
        return "a PDF is not for a terminal; name a file with --out"
    try:
        printer()
    except CannotPrint as error:
        return str(error)
    return None


class OnePdf:
    """One case as a PDF; a second one is refused, since a note is about one person."""

    def __init__(self, knowledge: Knowledge, out: TextIO, ticked: Collection[str]) -> None:
        self.knowledge = knowledge
        self.out = out
        self.hand_over = HandOver(ticked=frozenset(ticked))
        self.written = False

    def case(self, case: Case, _detail: str, language: str) -> None:
        """Assess the case and write its note."""
        if self.written:
            raise BadCase(
                where=case.id or "the second case",
                what="a PDF holds one case, and this is another",
                remedy="call kedut assess once for each case",
            )
        found = assess(case, self.knowledge, language=language)
        made = doctor_pdf(found, case, self.knowledge, language, self.hand_over)
        self.out.flush()
        self.out.buffer.write(made)
        self.written = True

    def error(self, error: BadCase, _identifier: str | None, _line: int) -> None:
        """Write a sentence on the error stream."""
        print(f"kedut: {error}", file=sys.stderr)

    def close(self) -> None:
        """Do nothing; the note is written."""
