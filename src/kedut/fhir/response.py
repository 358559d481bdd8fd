"""A QuestionnaireResponse becomes a case: unknown stays unknown, contradictions are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kedut.case.case import AtLeast, Case
from kedut.case.errors import BadCase
from kedut.case.wire import case_from
from kedut.fhir import systems
from kedut.fhir.answers import YEARS, number_in, sex_in, state_in, truth_in
from kedut.fhir.codings import unit_of, values_of
from kedut.fhir.errors import BadResource, Issue
from kedut.fhir.layout import AGE, EMERGENCY_READ, SEX, group_ids
from kedut.knowledge.entities import Level
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge

Found = dict[str, Any]
_LONGEST = 80


def case_of(response: Found, knowledge: Knowledge) -> Case:
    """Give the case a checked QuestionnaireResponse tells.

    What it does not know it lists under `ignored`; an item without an answer is unknown.

    Raises
    ------
    BadResource
        An answer of the wrong type, out of range, or against another; each with its path.
    """
    reader = _Reader(knowledge)
    for path, item in answered(response):
        reader.read(path, item)
    for extension in response.get("extension", ()):
        if extension.get("url") == systems.IGNORED and extension.get("valueString"):
            reader.ignored.setdefault(extension["valueString"])
    if reader.issues:
        raise BadResource(reader.issues, 422)
    return replace(reader.case(_identifier(response)), at_least=_at_least(response))


def _at_least(response: Found) -> AtLeast | None:
    """Read an urgency that was found with more answers; one that cannot be read is told."""
    told = [e for e in response.get("extension", ()) if e.get("url") == systems.AT_LEAST]
    if not told:
        return None
    parts = {part.get("url"): part for part in told[0].get("extension", ())}
    level = parts.get("level", {}).get("valueCode")
    days = parts.get("within-days", {}).get("valueInteger")
    if level not in [str(known) for known in Level] or not isinstance(days, int) or days < 0:
        issue = Issue("value", "must hold a level and days", "QuestionnaireResponse.extension")
        raise BadResource([issue], 422)
    return AtLeast(level=Level(level), within_days=days)


def answered(response: Found) -> Iterator[tuple[str, Found]]:
    """Give each item that has an answer, with its path, in order."""
    waiting = [
        (f"QuestionnaireResponse.item[{place}]", item)
        for place, item in enumerate(response.get("item", ()))
    ]
    while waiting:
        path, item = waiting.pop(0)
        within = [(f"{path}.item[{n}]", i) for n, i in enumerate(item.get("item", ()))]
        for place, answer in enumerate(item.get("answer", ())):
            at = f"{path}.answer[{place}]"
            within += [(f"{at}.item[{n}]", i) for n, i in enumerate(answer.get("item", ()))]
        if item.get("answer"):
            yield path, item
        waiting = within + waiting


def _identifier(response: Found) -> str:
    found = (response.get("identifier") or {}).get("value") or response.get("id") or ""
    return str(found)


@dataclass
class _Reader:
    """Reads items one by one, collecting what is wrong."""

    knowledge: Knowledge
    said: dict[str, tuple[bool, str]] = field(default_factory=dict)
    told: dict[str, tuple[Any, str]] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    ignored: dict[str, None] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def read(self, path: str, item: Found) -> None:
        """Take one item with answers."""
        name = item["linkId"]
        answers = [answer for answer in item["answer"] if set(answer) - {"item", "id", "extension"}]
        for place, answer in enumerate(answers):
            try:
                self._answer(name, answer, f"{path}.answer[{place}]")
            except ValueError as error:
                issue = Issue("value", f"{name}: {error}", f"{path}.answer[{place}]")
                self.issues.append(issue)

    def _answer(self, name: str, answer: Found, path: str) -> None:
        if name == AGE:
            self._tell("age", number_in(answer, YEARS), path)
        elif name == SEX:
            self._tell("sex", sex_in(answer), path)
        elif name in values_of(self.knowledge):
            self._tell(f"values.{name}", number_in(answer, unit_of(self.knowledge, name)), path)
        elif name in self.knowledge.variables:
            self._choose(name, answer, path)
        elif name in group_ids(self.knowledge) or name == EMERGENCY_READ:
            return
        else:
            self._finding(name, answer, path)

    def _choose(self, variable: str, answer: Found, path: str) -> None:
        """Take the chosen state; two that cannot both hold are told."""
        members = self.knowledge.variables[variable]
        state = state_in(answer, members)
        if state is None:
            return
        for other in self.chosen.setdefault(variable, []):
            if not set(members[other]) & set(members[state]):
                text = f"{variable} is said to be both {other} and {state}"
                self.issues.append(Issue("business-rule", text, path))
        self.chosen[variable].append(state)
        self._say(state, True, path)

    def _finding(self, name: str, answer: Found, path: str) -> None:
        try:
            finding = self.knowledge.resolve(name)
        except UnknownIdentifier:
            self.ignored.setdefault(name[:_LONGEST])
            return
        there = truth_in(answer)
        if there is not None:
            self._say(finding, there, path)

    def _tell(self, key: str, value: Any, path: str) -> None:
        if value is None:
            return
        known = self.told.setdefault(key, (value, path))
        if known[0] != value:
            self.issues.append(
                Issue("business-rule", f"{key} is said to be {known[0]} and {value}", path)
            )

    def _say(self, finding: str, there: bool, path: str) -> None:
        known = self.said.setdefault(finding, (there, path))
        if known[0] is not there:
            text = f"{finding} is said to be present and absent (also at {known[1]})"
            self.issues.append(Issue("business-rule", text, path))

    def case(self, identifier: str) -> Case:
        """Give the case, checked the way every case is."""
        values = {
            key.removeprefix("values."): value
            for key, (value, _) in self.told.items()
            if key.startswith("values.")
        }
        shape = {
            "id": identifier,
            "age": self.told.get("age", (None, ""))[0],
            "sex": self.told.get("sex", (None, ""))[0],
            "findings_present": [f for f, (there, _) in self.said.items() if there],
            "findings_absent": [f for f, (there, _) in self.said.items() if not there],
            "values": values,
        }
        try:
            case = case_from(shape, self.knowledge, where="QuestionnaireResponse")
        except BadCase as error:
            paths = {f"{key!r}": path for key, (_, path) in self.told.items()}
            path = next((p for key, p in paths.items() if key in error.where), "")
            issue = Issue("business-rule", f"{error.what}; {error.remedy}", path)
            raise BadResource([issue], 422) from None
        return replace(case, ignored=tuple(self.ignored))
