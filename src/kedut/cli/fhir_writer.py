"""`--format fhir`: one Bundle a line."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TextIO

from kedut.assess.pipeline import assess
from kedut.assess.wire import error_line
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.fhir.bundle import bundle
from kedut.knowledge.knowledge_base import Knowledge

TIME = "SOURCE_DATE_EPOCH"


class FhirLines:
    """One FHIR R4 Bundle a line.

    A file does not say when its answers were given, and the same case is to give the same bytes: so
    there are no dates, unless SOURCE_DATE_EPOCH (seconds since 1970) says one.
    """

    def __init__(self, knowledge: Knowledge, out: TextIO) -> None:
        self.knowledge = knowledge
        self.out = out
        self.when = _told_time(os.environ.get(TIME, ""))

    def case(self, case: Case, detail: str, language: str) -> None:
        """Assess a case and write the Bundle."""
        found = assess(case, self.knowledge, detail=detail, language=language)
        shape = bundle(case, found, self.knowledge, language, when=self.when)
        line = json.dumps(shape, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
        self.out.write(line + "\n")

    def error(self, error: BadCase, identifier: str | None, line: int) -> None:
        """Write the error object in the case's place."""
        self.out.write(error_line(error, identifier=identifier, line=line) + "\n")

    def close(self) -> None:
        """Do nothing; every line is written."""


def _told_time(seconds: str) -> str | None:
    """Give the time of the environment, or None where it says none that can be used."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
