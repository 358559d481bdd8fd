"""Security labels: what rests on private answers says so, and whose sensitivity it is.

Labels of HL7: confidentiality R (restricted) of v3-Confidentiality, the kind of sensitivity of
v3-ActCode, and REDACTED of v3-ObservationValue where private answers were left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from kedut.case.case import Case
from kedut.case.private import telling_values
from kedut.fhir import systems
from kedut.fhir.codings import Coding, coding
from kedut.knowledge.knowledge_base import Knowledge

Found = dict[str, Any]
_SENSITIVITY = {
    "substances": ("ETH", "substance abuse information sensitivity"),
    "mental": ("PSY", "psychiatry disorder information sensitivity"),
    "intimate": ("SEX", "sexuality and reproductive health information sensitivity"),
}
# One finding has a label of its own beside that of its kind.
_OWN = {"hiv_known": ("HIV", "HIV/AIDS information sensitivity")}


@lru_cache(maxsize=8)
def _kinds(knowledge: Knowledge) -> dict[str, str]:
    """Give each private finding, and each value that tells one, with its kind."""
    kinds = {name: kind for kind, names in knowledge.private.items() for name in names}
    for kind, names in knowledge.private.items():
        kinds |= dict.fromkeys(telling_values(knowledge, names), kind)
    return kinds


def private_in(case: Case, knowledge: Knowledge, implied: Iterable[str] = ()) -> tuple[str, ...]:
    """Give the private findings and values that a case tells of, yes or no."""
    told = (*case.present, *case.absent, *case.values, *implied)
    return tuple(name for name in told if name in _kinds(knowledge))


def labels(names: Iterable[str], knowledge: Knowledge) -> list[Coding]:
    """Give the labels of what rests on some findings or values; none where none is private."""
    kinds = _kinds(knowledge)
    private = [name for name in names if name in kinds]
    if not private:
        return []
    told = {_SENSITIVITY[kinds[name]] for name in private}
    told |= {_OWN[name] for name in private if name in _OWN}
    restricted = coding(systems.terminology("v3-Confidentiality"), "R", "restricted")
    act = systems.terminology("v3-ActCode")
    return [restricted, *(coding(act, code, display) for code, display in sorted(told))]


def redacted() -> Coding:
    """Give the label of what private answers were left out of."""
    return coding(systems.terminology("v3-ObservationValue"), "REDACTED", "redacted")


def labelled(resource: Found, found: Collection[Coding]) -> Found:
    """Give a resource with labels beside those it has."""
    if not found:
        return resource
    meta = resource.get("meta", {})
    meta = {**meta, "security": [*meta.get("security", ()), *found]}
    first: Found = {key: resource[key] for key in ("resourceType", "id") if key in resource}
    return {**first, "meta": meta, **{k: v for k, v in resource.items() if k != "meta"}}
