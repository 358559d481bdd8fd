"""Questions as items of a Questionnaire, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kedut.fhir import systems
from kedut.fhir.codings import finding_coding, unit_of, value_coding, value_name, values_of
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import LANGUAGES, Words

Item = dict[str, Any]
Say = Callable[[Words], str]
ANSWERS = "known"
_ANSWERS = (
    (systems.YES, "answer.yes"),
    (systems.NO, "answer.no"),
    (systems.UNKNOWN, "answer.unknown"),
)
_OLDEST_YEARS = 120


class Items:
    """Makes items whose text is of one language, with the other as translation.

    inline : the three answers stand in each item, as in a form that is itself contained
    """

    def __init__(self, knowledge: Knowledge, language: str, *, inline: bool = False) -> None:
        self.knowledge = knowledge
        self.language = language
        self.inline = inline
        self.words = knowledge.words(language)
        self._others = [knowledge.words(other) for other in LANGUAGES if other != language]

    def texts(self, key: str, say: Say) -> dict[str, Any]:
        """Give a text under a key, with its translations beside it."""
        texts: dict[str, Any] = {key: say(self.words)}
        if translations := self._translations(say):
            texts[f"_{key}"] = {"extension": translations}
        return texts

    def _translations(self, say: Say) -> list[dict[str, Any]]:
        return [
            {
                "url": systems.TRANSLATION,
                "extension": [
                    {"url": "lang", "valueCode": words.language},
                    {"url": "content", "valueString": say(words)},
                ],
            }
            for words in self._others
            if say(words)
        ]

    def group(
        self, link_id: str, say: Say, members: Iterable[Item], *, hidden: bool = False
    ) -> Item:
        """Give a group of items."""
        item: Item = {"linkId": link_id, **self.texts("text", say), "type": "group"}
        if hidden:
            item["extension"] = [{"url": systems.HIDDEN, "valueBoolean": True}]
        return {**item, "item": list(members)}

    def told(self, link_id: str, say: Say) -> Item:
        """Give an item that only says something."""
        return {"linkId": link_id, **self.texts("text", say), "type": "display"}

    def age(self) -> Item:
        """Give the question for the age, in years."""
        return {
            "linkId": "age",
            **self.texts("text", lambda w: w.say("fhir.age")),
            "type": "decimal",
            "extension": [
                _unit(self.words.say("fhir.years"), "a"),
                {"url": systems.LOWEST, "valueDecimal": 0},
                {"url": systems.HIGHEST, "valueDecimal": _OLDEST_YEARS},
            ],
        }

    def sex(self) -> Item:
        """Give the question for the sex."""
        return {
            "linkId": "sex",
            **self.texts("text", lambda w: w.say("fhir.sex")),
            "type": "choice",
            "extension": _radio(),
            "answerOption": [
                self._option(systems.SEX, sex, _spoken(f"sex.{sex}")) for sex in ("female", "male")
            ],
        }

    def _option(self, system: str, code: str, say: Say) -> dict[str, Any]:
        return {"valueCoding": {"system": system, "code": code, **self.texts("display", say)}}

    def yes_no(self, name: str) -> Item:
        """Give one finding as a question with three answers; left empty it is unknown as well."""
        finding = self.knowledge.findings[name]

        def question(words: Words) -> str:
            asked = words.of("findings", name, "question") if finding.asked else ""
            return asked or words.clinical(name)

        item: Item = {
            "linkId": name,
            "code": finding_coding(finding, self.words),
            **self.texts("text", question),
            "type": "choice",
            "extension": _radio(),
        }
        if self.inline:
            item["answerOption"] = [
                self._option(systems.YES_NO, code, _spoken(key)) for code, key in _ANSWERS
            ]
        else:
            item["answerValueSet"] = f"#{ANSWERS}"
        if finding.only_after:
            item["enableWhen"] = [
                {
                    "question": finding.only_after,
                    "operator": "=",
                    "answerCoding": {"system": systems.YES_NO, "code": systems.YES},
                }
            ]
        if finding.asked and self.words.of("findings", name, "help"):
            item["item"] = [self._help(name)]
        return item

    def _help(self, name: str) -> Item:
        item = self.told(f"{name}-help", lambda w: w.of("findings", name, "help"))
        return {**item, "extension": [_control("help")]}

    def choice(self, variable: str) -> Item:
        """Give an exclusive variable as one question."""
        members = self.knowledge.variables[variable]
        ordered = sorted(members, key=lambda f: (len(members[f]), members[f], f))
        options = [self._option(systems.FINDINGS, f, _named(f)) for f in ordered]
        unknown = self._option(systems.YES_NO, systems.UNKNOWN, lambda w: w.say("answer.unknown"))
        return {
            "linkId": variable,
            **self.texts("text", lambda w: w.say(f"variable.{variable}")),
            "type": "choice",
            "extension": [_control("radio-button")],
            "answerOption": [*options, unknown],
        }

    def value(self, name: str) -> Item:
        """Give a measurement, with unit and physical range."""
        known = values_of(self.knowledge)[name]
        return {
            "linkId": name,
            "code": value_coding(self.knowledge, name, self.words),
            **self.texts("text", lambda w: value_name(name, w)),
            "type": "decimal",
            "extension": [
                _unit(*unit_of(self.knowledge, name)),
                {"url": systems.LOWEST, "valueDecimal": known.low},
                {"url": systems.HIGHEST, "valueDecimal": known.high},
            ],
        }

    def answers(self) -> dict[str, Any]:
        """Give the three answers as a ValueSet to be contained."""
        concepts = []
        for code, key in _ANSWERS:
            concepts.append(
                {
                    "code": code,
                    "display": self.words.say(key),
                    "designation": [
                        {"language": words.language, "value": words.say(key)}
                        for words in self._others
                    ],
                }
            )
        return {
            "resourceType": "ValueSet",
            "id": ANSWERS,
            "url": f"{systems.BASE}/ValueSet/{ANSWERS}",
            "status": "draft",
            "compose": {"include": [{"system": systems.YES_NO, "concept": concepts}]},
            "expansion": {
                "timestamp": systems.released(self.knowledge.version),
                "contains": [{"system": systems.YES_NO, **concept} for concept in concepts],
            },
        }


def _spoken(key: str) -> Say:
    return lambda words: words.say(key)


def _named(finding: str) -> Say:
    return lambda words: words.of("findings", finding, "name")


def _unit(display: str, code: str) -> dict[str, Any]:
    return {
        "url": systems.UNIT,
        "valueCoding": {"system": systems.UCUM, "code": code, "display": display},
    }


def _radio() -> list[dict[str, Any]]:
    return [_control("radio-button"), {"url": systems.ORIENTATION, "valueCode": "horizontal"}]


def _control(code: str) -> dict[str, Any]:
    coding = {"system": systems.CONTROL, "code": code}
    return {"url": systems.ITEM_CONTROL, "valueCodeableConcept": {"coding": [coding]}}
