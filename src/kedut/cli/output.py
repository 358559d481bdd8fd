"""Where assessments go: text, JSON lines or one page."""

from __future__ import annotations

import argparse
import sys
from typing import Protocol, TextIO

from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.assess.wire import error_line, to_json
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.knowledge.knowledge_base import Knowledge


class Writer(Protocol):
    """Takes cases and errors in order."""

    def case(self, case: Case, detail: str, language: str) -> None:
        """Assess a case and write the answer."""

    def error(self, error: BadCase, identifier: str | None, line: int) -> None:
        """Write why a case could not be assessed."""

    def close(self) -> None:
        """Write what comes last."""


def writer_for(options: argparse.Namespace, knowledge: Knowledge, out: TextIO) -> Writer:
    """Give the writer for the options."""
    if options.format == "json":
        return JsonLines(knowledge, out)
    if options.format == "html":
        return Page(knowledge, out, options.lang)
    return Screen(knowledge, out)


class JsonLines:
    """One JSON object a line."""

    def __init__(self, knowledge: Knowledge, out: TextIO) -> None:
        self.knowledge = knowledge
        self.out = out

    def case(self, case: Case, detail: str, language: str) -> None:
        """Write the answer as a line."""
        found = assess(case, self.knowledge, detail=detail, language=language)
        self.out.write(to_json(found, self.knowledge, language) + "\n")

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

    def case(self, case: Case, detail: str, language: str) -> None:
        """Write the answer as text."""
        from kedut.report.terminal import print_assessment

        if self.count:
            self.console.rule(case.id)
        self.count += 1
        found = assess(case, self.knowledge, language=language)
        print_assessment(found, self.knowledge, language, self.console)

    def error(self, error: BadCase, identifier: str | None, line: int) -> None:
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

    def case(self, case: Case, detail: str, language: str) -> None:
        """Keep the answer for the page."""
        self.found.append(assess(case, self.knowledge, language=language))

    def error(self, error: BadCase, identifier: str | None, line: int) -> None:
        """Keep the error for the page, and tell it at once."""
        print(f"kedut: {error}", file=sys.stderr)
        self.errors.append(error)

    def close(self) -> None:
        """Write the page."""
        from kedut.report.page import page

        self.out.write(page(self.found, self.errors, self.knowledge, self.language))
