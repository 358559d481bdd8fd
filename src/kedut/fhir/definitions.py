"""Our identifiers as code systems and value sets, for whoever meets them in a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from kedut.fhir import systems
from kedut.fhir.codings import unit_of, values_of
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import LANGUAGES, Words

Found = dict[str, Any]
_SYNONYM = "900000000000013009"  # constant of SNOMED CT: a synonym
_HELPERS = ("self", "pharmacist", "gp", "specialist", "surgery", "emergency")
_NAMES = {
    "kedut-findings": "KedutFindings",
    "kedut-causes": "KedutCauses",
    "kedut-urgency": "KedutUrgency",
    "kedut-helpers": "KedutHelpers",
    "kedut-rules": "KedutRules",
    "kedut-values": "KedutValues",
}
CODE_SYSTEMS = tuple(_NAMES)


@lru_cache(maxsize=32)
def code_system(knowledge: Knowledge, name: str, language: str) -> Found:
    """Give one of our code systems; not to be changed.

    Raises
    ------
    LookupError
        There is none of that name.
    """
    if name not in _NAMES:
        raise LookupError(f"no code system {name!r}; there are {', '.join(_NAMES)}")
    concepts = list(_concepts(knowledge, name, language))
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "language": language,
        "url": f"{systems.BASE}/CodeSystem/{name}",
        **_common(knowledge, name),
        "caseSensitive": True,
        "valueSet": f"{systems.BASE}/ValueSet/{name}",
        "content": "complete",
        "count": len(concepts),
        **_properties(name),
        "concept": concepts,
    }


@lru_cache(maxsize=32)
def value_set(knowledge: Knowledge, name: str) -> Found:
    """Give the value set of all of one of our code systems; raises LookupError."""
    if name not in _NAMES:
        raise LookupError(f"no value set {name!r}; there are {', '.join(_NAMES)}")
    system = f"{systems.BASE}/CodeSystem/{name}"
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": f"{systems.BASE}/ValueSet/{name}",
        **_common(knowledge, name),
        "compose": {"include": [{"system": system, "version": knowledge.version}]},
    }


def _common(knowledge: Knowledge, name: str) -> Found:
    return {
        "version": knowledge.version,
        "name": _NAMES[name],
        "title": name,
        "status": "draft",
        "experimental": True,
        "date": systems.released(knowledge.version),
        "publisher": "kedut",
        "copyright": "CC BY 4.0",
    }


def _properties(name: str) -> Found:
    known = {
        "kedut-findings": ("kind", "hpo", "loinc"),
        "kedut-causes": ("family", "icd10", "icd11"),
        "kedut-values": ("unit",),
        "kedut-rules": ("level",),
    }.get(name, ())
    if not known:
        return {}
    return {"property": [{"code": code, "type": "string"} for code in known]}


def _concepts(knowledge: Knowledge, name: str, language: str) -> Iterable[Found]:
    make = {
        "kedut-findings": _findings,
        "kedut-causes": _causes,
        "kedut-urgency": _urgency,
        "kedut-helpers": _helpers,
        "kedut-rules": _rules,
        "kedut-values": _values,
    }[name]
    words = knowledge.words(language)
    others = [knowledge.words(other) for other in LANGUAGES if other != language]
    for code, say, properties in make(knowledge):
        concept = _concept(code, say, properties, words, others)
        if name == "kedut-findings":
            concept["designation"] += [_lay(code, said) for said in (words, *others)]
        yield concept


def _concept(
    code: str,
    say: Callable[[Words], str],
    properties: dict[str, str],
    words: Words,
    others: Iterable[Words],
) -> Found:
    concept: Found = {
        "code": code,
        "display": say(words) or code,
        "designation": [
            {"language": other.language, "value": said} for other in others if (said := say(other))
        ],
    }
    told = [{"code": key, "valueString": value} for key, value in properties.items() if value]
    if told:
        concept["property"] = told
    return concept


def _lay(finding: str, words: Words) -> Found:
    """Give what people who are not clinicians call a finding."""
    use = {"system": systems.SNOMED, "code": _SYNONYM, "display": "Synonym"}
    name = words.of("findings", finding, "name")
    return {"language": words.language, "use": use, "value": name}


_Row = tuple[str, Callable[[Words], str], dict[str, str]]


def _said(table: str, code: str, column: str) -> Callable[[Words], str]:
    return lambda words: words.of(table, code, column)


def _clinical(code: str) -> Callable[[Words], str]:
    return lambda words: words.clinical(code)


def _spoken(key: str) -> Callable[[Words], str]:
    return lambda words: words.say(key)


def _findings(knowledge: Knowledge) -> Iterable[_Row]:
    for f in knowledge.findings.values():
        known = {"kind": str(f.kind), "hpo": f.hpo, "loinc": f.loinc}
        yield f.id, _clinical(f.id), known


def _causes(knowledge: Knowledge) -> Iterable[_Row]:
    for c in knowledge.causes.values():
        known = {"family": c.family, "icd10": c.icd10, "icd11": c.icd11}
        yield c.id, _said("causes", c.id, "name"), known


def _urgency(_knowledge: Knowledge) -> Iterable[_Row]:
    for level in Level:
        yield str(level), _spoken(f"level.{level}"), {}


def _helpers(_knowledge: Knowledge) -> Iterable[_Row]:
    for who in _HELPERS:
        yield who, _spoken(f"who.{who}"), {}


def _rules(knowledge: Knowledge) -> Iterable[_Row]:
    for rule in sorted(knowledge.rules, key=lambda r: r.id):
        yield rule.id, _said("rules", rule.id, "reason"), {"level": str(rule.level)}


def _values(knowledge: Knowledge) -> Iterable[_Row]:
    for value in values_of(knowledge):
        unit = {"unit": unit_of(knowledge, value)[1]}
        yield value, _spoken(f"fhir.value.{value}"), unit
