"""Where assessments go: text, JSON lines or one page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Protocol, TextIO

from kedut.assess.assessment import Assessment
from kedut.assess.batch import WORTH_FROM, Brief
from kedut.assess.pipeline import assess
from kedut.assess.wire import error_line, to_json
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.knowledge.knowledge_base import Knowledge

_BYTES_OF_A_CASE = 1000  # constant: a guess, only for when to load the compiled version


class Writer(Protocol):
    """Takes cases and errors in order."""

    def case(self, case: Case, detail: str, language: str, /) -> None:
        """Assess a case and write the answer."""

    def error(self, error: BadCase, identifier: str | None, line: int, /) -> None:
        """Write why a case could not be assessed."""

    def close(self) -> None:
        """Write what comes last."""


def writer_for(options: argparse.Namespace, knowledge: Knowledge, out: TextIO) -> Writer:
    """Give the writer for the options."""
    if options.format == "json":
        return JsonLines(knowledge, out, many=_many(options.cases))
    if options.format == "html":
        return Page(knowledge, out, options.lang)
    if options.format == "pdf":
        from kedut.cli.pdf_writer import OnePdf

        return OnePdf(knowledge, out, options.private)
    if options.format == "fhir":
        from kedut.cli.fhir_writer import FhirLines

        return FhirLines(knowledge, out)
    return Screen(knowledge, out)


def _many(paths: list[str]) -> bool:
    """Guess from the files' sizes whether they hold many cases."""
    size = sum(Path(path).stat().st_size for path in paths if Path(path).is_file())
    return size > WORTH_FROM * _BYTES_OF_A_CASE


class JsonLines:
    """One JSON object a line.

    many : so many cases are to come that loading the compiled version pays
    """

    def __init__(self, knowledge: Knowledge, out: TextIO, *, many: bool = False) -> None:
        self.knowledge = knowledge
        self.out = out
        self.count = WORTH_FROM if many else 0
        self.brief: Brief | None = None

    def case(self, case: Case, detail: str, language: str) -> None:
        """Write the answer as a line."""
        self.out.write(self._line(case, detail, language) + "\n")

    def _line(self, case: Case, detail: str, language: str) -> str:
        """Give the answer; from some cases on by the compiled version, which says the same."""
        self.count += 1
        if self.count > WORTH_FROM:
            if self.brief is None:
                self.brief = Brief(self.knowledge)
            if detail == "brief":
                return self.brief.line(case)
        found = assess(case, self.knowledge, detail=detail, language=language)
        return to_json(found, self.knowledge, language)

    def error(self, error: BadCase, identifier: str | None, line: int) -> None:
        """Write the error object in the case's place."""
        self.out.write(error_line(error, identifier=identifier, line=line) + "\n")

    def close(self) -> None:
        """Do nothing; every line is written."""


class Screen:
    """Text for people."""

    def __init__(self, knowledge: Knowledge, out: TextIO) -> None:
        from kedut.report.terminal import console_for

        self.knowledge = knowledge
        self.out = out
        self.console = console_for(out)
        self.count = 0

    def case(self, case: Case, _detail: str, language: str) -> None:
        """Write the answer as text."""
        from kedut.report.terminal import print_assessment

        if self.count:
            self.console.rule(case.id)
        self.count += 1
        found = assess(case, self.knowledge, language=language)
        print_assessment(found, self.knowledge, language, self.console)

    def error(self, error: BadCase, _identifier: str | None, _line: int) -> None:
        """Write a sentence on the error stream."""
        print(f"kedut: {error}", file=sys.stderr)

    def close(self) -> None:
        """Do nothing; everything is written."""


class Page:
    """One self-contained page for all cases."""

    def __init__(self, knowledge: Knowledge, out: TextIO, language: str) -> None:
        self.knowledge = knowledge
        self.out = out
        self.language = language
        self.found: list[Assessment] = []
        self.errors: list[BadCase] = []

    def case(self, case: Case, _detail: str, language: str) -> None:
        """Keep the answer for the page."""
        self.found.append(assess(case, self.knowledge, language=language))

    def error(self, error: BadCase, _identifier: str | None, _line: int) -> None:
        """Keep the error for the page, and tell it at once."""
        print(f"kedut: {error}", file=sys.stderr)
        self.errors.append(error)

    def close(self) -> None:
        """Write the page."""
        from kedut.report.page import page

        self.out.write(page(self.found, self.errors, self.knowledge, self.language))
