"""What can be wrong with a resource that comes in, told as an OperationOutcome.

ValueError
└── BadResource   one or more issues, each with the path of what is wrong
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong or was left out; `code` is of FHIR's issue types."""

    code: str
    text: str
    path: str = ""
    severity: str = "error"


class BadResource(ValueError):
    """A resource that cannot be used; `status` is what HTTP calls it."""

    def __init__(self, issues: Iterable[Issue], status: int = 400) -> None:
        self.issues = tuple(issues)
        self.status = status
        super().__init__(
            "; ".join(f"{i.path}: {i.text}" if i.path else i.text for i in self.issues)
        )


def outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """Give issues as an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue) for issue in issues]}


def _issue(issue: Issue) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "diagnostics": issue.text,
    }
    if issue.path:
        shape["expression"] = [issue.path]
    return shape
