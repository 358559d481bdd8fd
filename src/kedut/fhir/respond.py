"""A case becomes a QuestionnaireResponse that loses nothing of it."""

from __future__ import annotations

from typing import Any

from kedut.case.case import Case
from kedut.fhir import systems
from kedut.fhir.layout import AGE, SEX, Entry, Sort, layout
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

_CODES = {True: systems.YES, False: systems.NO}
_KEYS = {True: "answer.yes", False: "answer.no"}


def response_of(
    case: Case,
    knowledge: Knowledge,
    language: str,
    *,
    identity: str = "",
    subject: dict[str, str] | None = None,
    authored: str | None = None,
) -> dict[str, Any]:
    """Give what a case tells as answers; what is unknown has no item.

    authored : date and time with offset, or None where it is not known
    """
    teller = _Teller(case, knowledge, knowledge.words(language))
    response: dict[str, Any] = {"resourceType": "QuestionnaireResponse"}
    if identity:
        response["id"] = identity
    response["language"] = language
    if extensions := [*_ignored(case), *_at_least(case)]:
        response["extension"] = extensions
    if case.id.strip():
        response["identifier"] = {"system": systems.CASE_ID, "value": case.id}
    response["questionnaire"] = f"{systems.QUESTIONNAIRE}|{knowledge.version}"
    response["status"] = "completed"
    if subject is not None:
        response["subject"] = subject
    if authored is not None:
        response["authored"] = authored
    if items := teller.items():
        response["item"] = items
    return response


def _ignored(case: Case) -> list[dict[str, Any]]:
    return [{"url": systems.IGNORED, "valueString": name} for name in case.ignored if name.strip()]


def _at_least(case: Case) -> list[dict[str, Any]]:
    """Give the urgency that was found with more answers than these."""
    if case.at_least is None:
        return []
    told = [
        {"url": "level", "valueCode": str(case.at_least.level)},
        {"url": "within-days", "valueInteger": case.at_least.within_days},
    ]
    return [{"url": systems.AT_LEAST, "extension": told}]


class _Teller:
    def __init__(self, case: Case, knowledge: Knowledge, words: Words) -> None:
        self.case = case
        self.knowledge = knowledge
        self.words = words
        self.said = dict.fromkeys(case.absent, False) | dict.fromkeys(case.present, True)
        self.chosen = self._chosen()

    def _chosen(self) -> dict[str, str]:
        """Give the first present state of each exclusive variable."""
        chosen: dict[str, str] = {}
        for variable, members in self.knowledge.variables.items():
            for name in members:
                if self.said.get(name):
                    chosen.setdefault(variable, name)
        return chosen

    def items(self) -> list[dict[str, Any]]:
        """Give the groups that hold an answer, with them."""
        groups = []
        for section in layout(self.knowledge):
            members = [item for entry in section.entries if (item := self._item(entry))]
            if members:
                groups.append({"linkId": section.link_id, "item": members})
        return groups

    def _item(self, entry: Entry) -> dict[str, Any] | None:
        answer = self._answer(entry)
        return None if answer is None else {"linkId": entry.link_id, "answer": [answer]}

    def _answer(self, entry: Entry) -> dict[str, Any] | None:
        name = entry.link_id
        if name == AGE:
            return None if self.case.age is None else {"valueDecimal": tidy(self.case.age)}
        if name == SEX:
            return self._sex()
        if entry.sort is Sort.VALUE:
            number = self.case.values.get(name)
            return None if number is None else {"valueDecimal": tidy(number)}
        if entry.sort is Sort.CHOICE:
            state = self.chosen.get(name)
            return (
                None if state is None else self._coded(systems.FINDINGS, state, self._name(state))
            )
        if name not in self.said or name in self.chosen.values():
            return None
        there = self.said[name]
        return self._coded(systems.YES_NO, _CODES[there], self.words.say(_KEYS[there]))

    def _sex(self) -> dict[str, Any] | None:
        if self.case.sex is None:
            return None
        return self._coded(systems.SEX, self.case.sex, self.words.say(f"sex.{self.case.sex}"))

    def _name(self, finding: str) -> str:
        return self.words.of("findings", finding, "name")

    @staticmethod
    def _coded(system: str, code: str, display: str) -> dict[str, Any]:
        return {"valueCoding": {"system": system, "code": code, "display": display}}


def tidy(number: float) -> float | int:
    """Give a whole number without its `.0`."""
    return int(number) if number == int(number) else number
