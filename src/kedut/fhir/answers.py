"""One answer of an item, in the several types that clients send."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kedut.fhir import systems

_TRUTH = {systems.YES: True, systems.NO: False, systems.UNKNOWN: None}
_UNKNOWN = frozenset({systems.UNKNOWN, "ASKU", "NASK", "NAV", "NA", "asked-unknown", "unknown"})
YEARS = ("a", "y", "yr", "year", "years", "tahun")
_LONGEST = 60


def truth_in(answer: Mapping[str, Any]) -> bool | None:
    """Give yes, no, or None for unknown.

    Raises
    ------
    ValueError
        The answer is none of the three.
    """
    if isinstance(answer.get("valueBoolean"), bool):
        return bool(answer["valueBoolean"])
    code = _code(answer)
    if code in _TRUTH:
        return _TRUTH[code]
    if code in _UNKNOWN:
        return None
    raise ValueError(f"must be Y, N or UNK of {systems.YES_NO}, got {_short(answer)}")


def state_in(answer: Mapping[str, Any], states: Collection[str]) -> str | None:
    """Give the state that was chosen, or None for unknown; raises ValueError."""
    code = _code(answer)
    if code is not None and code in states:
        return code
    if code in _UNKNOWN:
        return None
    raise ValueError(f"must be one of {', '.join(states)}, or UNK; got {_short(answer)}")


def sex_in(answer: Mapping[str, Any]) -> str | None:
    """Give `male` or `female`; another or an unknown one is None. Raises ValueError."""
    code = _code(answer)
    if code in ("male", "female"):
        return code
    if code in _UNKNOWN or code == "other":
        return None
    raise ValueError(f"must be male or female of {systems.SEX}, got {_short(answer)}")


def number_in(answer: Mapping[str, Any], units: Iterable[str]) -> float:
    """Give a number; a unit that was written must be one of ours.

    Raises
    ------
    ValueError
        It is not a number, or of another unit.
    """
    for key in ("valueDecimal", "valueInteger"):
        if key in answer:
            return _number(answer[key])
    found = answer.get("valueQuantity")
    if not isinstance(found, Mapping) or "value" not in found or found.get("comparator"):
        raise ValueError(f"must be a number (valueDecimal), got {_short(answer)}")
    unit = str(found.get("code") or found.get("unit") or "")
    known = {known.lower() for known in units}
    if unit and unit.lower() not in known:
        raise ValueError(f"must be in {' or '.join(sorted(known))}, got {unit[:_LONGEST]!r}")
    return _number(found["value"])


def _number(found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError(f"must be a number, got {str(found)[:_LONGEST]}")
    try:
        number = float(found)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("must be a number of ordinary size")
    return number


def _code(answer: Mapping[str, Any]) -> str | None:
    coding = answer.get("valueCoding")
    code = coding.get("code") if isinstance(coding, Mapping) else answer.get("valueString")
    return code if isinstance(code, str) else None


def _short(answer: Mapping[str, Any]) -> str:
    told = {key: value for key, value in answer.items() if key.startswith("value")}
    return str(told)[:_LONGEST]
