"""What comes in, checked against the R4B models; every fault is told with its path."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kedut.case.errors import BadCase
from kedut.case.wire import parse_object
from kedut.fhir.errors import BadResource, Issue

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MOST_ISSUES = 20
_LONGEST = 200
_DEEPEST = 40
_STATUSES = ("in-progress", "completed", "amended", "entered-in-error", "stopped")


def parse(body: bytes) -> Any:
    """Decode JSON; raises BadResource."""
    try:
        return parse_object(body, where="the body")
    except BadCase as error:
        raise BadResource([Issue("structure", error.what)]) from None


def check(found: Any, wanted: str) -> dict[str, Any]:
    """Give a resource that its R4B model accepts.

    wanted : `QuestionnaireResponse` or `Parameters`

    Raises
    ------
    BadResource
        Names each fault's path.
    """
    if not isinstance(found, dict):
        raise BadResource([Issue("structure", f"this must be a {wanted} in braces")])
    kind = found.get("resourceType")
    if kind != wanted:
        told = f"is {kind[:_LONGEST]!r}" if isinstance(kind, str) else "is missing"
        raise BadResource([Issue("structure", f"resourceType {told}; send a {wanted}")])
    if told := _unfit(found, _DEEPEST):
        raise BadResource([Issue("structure", told)])
    kept: dict[str, Any] = _without_nulls(found)
    _validate(kept, wanted)
    if wanted == "QuestionnaireResponse" and kept["status"] not in _STATUSES:
        wanted_status = ", ".join(_STATUSES)
        text = f"{found['status'][:_LONGEST]!r} is none of {wanted_status}"
        raise BadResource([Issue("code-invalid", text, "QuestionnaireResponse.status")])
    return kept


def _unfit(found: Any, left: int) -> str:
    """Say what no model looks at: too deep, a number that is none, a null in a list."""
    if left < 0:
        return f"items lie more than {_DEEPEST} deep in each other"
    if isinstance(found, float) and not math.isfinite(found):
        return "NaN and Infinity are no numbers of JSON"
    if isinstance(found, list) and None in found:
        return "a list holds null"
    parts = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return next((told for part in parts if (told := _unfit(part, left - 1))), "")


def _without_nulls(found: Any) -> Any:
    """Give the same without keys that hold null: FHIR has none, some clients write them."""
    if isinstance(found, dict):
        return {key: _without_nulls(value) for key, value in found.items() if value is not None}
    if isinstance(found, list):
        return [_without_nulls(value) for value in found]
    return found


def _validate(found: dict[str, Any], wanted: str) -> None:
    from fhir.resources.R4B.parameters import Parameters
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
    from pydantic import BaseModel, ValidationError

    models: dict[str, type[BaseModel]] = {
        "Parameters": Parameters,
        "QuestionnaireResponse": QuestionnaireResponse,
    }
    try:
        models[wanted].model_validate(found)
    except ValidationError as error:
        told = [_issue(wanted, fault) for fault in error.errors(include_url=False)]
        raise BadResource(told[:_MOST_ISSUES]) from None
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        # the models' own readers of decimals and dates let some of these through
        raise BadResource([Issue("structure", str(error)[:_LONGEST])]) from None


def _issue(wanted: str, fault: ErrorDetails) -> Issue:
    path = wanted
    for part in fault["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    code = "structure" if fault["type"] == "extra_forbidden" else "value"
    if fault["type"].endswith("missing"):
        code = "required"
    text = " ".join(fault["msg"].replace("`", "").split())
    return Issue(code, text[:_LONGEST], path[:_LONGEST])
