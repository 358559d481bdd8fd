"""A diary as a series: one Observation an entry, and a Provenance for each time it was touched.

An entry that was mended is `corrected`, one taken back `entered-in-error` and still there. Notes in
the person's own words and what the day was like do not go along.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from kedut.diary.entry import Entry
from kedut.diary.journal import Event, Journal, Kind
from kedut.fhir import systems
from kedut.fhir.codings import coding, finding_coding
from kedut.fhir.privacy import labelled, labels
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Found = dict[str, Any]

_OURS = UUID("0a6f0c55-3c0b-5f0e-9f0b-0d7c5a1f2e64")
_DIARY = f"{systems.BASE}/CodeSystem/kedut-diary"
_ACTIVITY = {Kind.ADD: "CREATE", Kind.CORRECT: "UPDATE", Kind.RETRACT: "NULLIFY"}
# A sign of function: the finding it shows, and the answer that shows it.
_SIGNS = {
    "ten_heel_raises_left": ("heel_raise_weakness", False),
    "ten_heel_raises_right": ("heel_raise_weakness", False),
    "tripped": ("falls", True),
    "speech_changed": ("slurred_speech", True),
}


def series(journal: Journal, knowledge: Knowledge, language: str) -> Found:
    """Give the whole diary as a collection; what was noted of private matters is labelled."""
    maker = _Maker(journal, knowledge, knowledge.words(language))
    resources = [maker.patient(), *maker.observations(), *maker.provenances()]
    found: Found = {
        "resourceType": "Bundle",
        "id": maker.named("Bundle"),
        "language": language,
        "type": "collection",
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }
    return labelled(found, labels(sorted(maker.private), knowledge))


class _Maker:
    def __init__(self, journal: Journal, knowledge: Knowledge, words: Words) -> None:
        self.journal = journal
        self.knowledge = knowledge
        self.words = words
        self.ids = tuple(dict.fromkeys(event.entry_id for event in journal.events))
        self.root = uuid5(_OURS, "\n".join(sorted(self.ids)))
        self.private: set[str] = set()

    def named(self, *parts: str) -> str:
        return str(uuid5(self.root, "/".join(parts)))

    def patient(self) -> Found:
        anonymous = coding(systems.terminology("v3-ObservationValue"), "ANONYED", "anonymized")
        return {
            "resourceType": "Patient",
            "id": self.named("Patient"),
            "meta": {"security": [anonymous]},
        }

    def observations(self) -> Iterator[Found]:
        standing = {entry.id: entry for entry in self.journal.entries()}
        for entry_id in self.ids:
            history = self.journal.history(entry_id)
            last = [event.entry for event in history if event.entry is not None]
            entry = standing.get(entry_id) or (last[-1] if last else None)
            if entry is not None:
                mended = any(event.kind is Kind.CORRECT for event in history)
                status = "corrected" if mended else "final"
                yield self.observation(
                    entry, status if entry_id in standing else "entered-in-error"
                )

    def observation(self, entry: Entry, status: str) -> Found:
        category = coding(systems.terminology("observation-category"), "survey")
        found: Found = {
            "resourceType": "Observation",
            "id": self.named("Observation", entry.id),
            "identifier": [{"system": f"{systems.BASE}/NamingSystem/diary", "value": entry.id}],
            "status": status,
            "category": [{"coding": [category]}],
            "code": self.concept("entry"),
            "subject": self.reference("Patient"),
            "effectiveDateTime": entry.at.isoformat(),
        }
        parts = [*self.rate(entry), *self.function(entry), *self.complaints(entry)]
        parts += [
            {"code": self.concept("where"), "valueString": place} for place in entry.where if place
        ]
        if parts:
            found["component"] = parts
        else:
            reason = coding(systems.terminology("data-absent-reason"), "not-asked", "Not Asked")
            found["dataAbsentReason"] = {"coding": [reason]}
        names = [name for name, _ in self.known(entry) if name]
        self.private |= set(names)
        return labelled(found, labels(names, self.knowledge))

    def rate(self, entry: Entry) -> Iterator[Found]:
        if entry.said is not None:
            yield {
                "code": self.concept("said"),
                "valueCodeableConcept": self.concept(f"said_{entry.said}"),
            }
        if entry.count is not None:
            yield {"code": self.concept("count"), "valueInteger": entry.count.twitches}
            minutes = {"unit": "min", "system": systems.UCUM, "code": "min"}
            yield {
                "code": self.concept("minutes"),
                "valueQuantity": {"value": entry.count.minutes, **minutes},
            }
        if entry.measured is not None:
            unit = {"unit": "/min", "system": systems.UCUM, "code": "/min"}
            rates = entry.measured
            shown = ("rate", rates.rate_per_min), ("rate_low", rates.low), ("rate_high", rates.high)
            for name, value in shown:
                yield {"code": self.concept(name), "valueQuantity": {"value": value, **unit}}
            if rates.modality:
                yield {"code": self.concept("modality"), "valueString": rates.modality}

    def function(self, entry: Entry) -> Iterator[Found]:
        for sign, (finding, shows) in _SIGNS.items():
            answer = getattr(entry.function, sign)
            if answer is not None:
                text = self.words.say(f"diary.sign.{sign}")
                yield self.shown(finding, text, there=answer is shows)

    def complaints(self, entry: Entry) -> Iterator[Found]:
        for name, told in self.known(entry):
            if name:
                yield self.shown(name, self.words.clinical(name), there=True)
            elif told:
                yield {"code": self.concept("complaint"), "valueString": told}

    def shown(self, finding: str, text: str, *, there: bool) -> Found:
        sign = coding(
            systems.terminology("v3-ObservationInterpretation"), "POS" if there else "NEG"
        )
        code = finding_coding(self.knowledge.findings[finding], self.words)
        return {
            "code": {"coding": code, "text": text},
            "valueBoolean": there,
            "interpretation": [{"coding": [sign]}],
        }

    def known(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Give each new complaint as a finding, and as told; no finding where it is not known."""
        for told in entry.new_symptoms:
            try:
                name = self.knowledge.resolve(told)
            except UnknownIdentifier:
                name = ""
            yield (name if name in self.knowledge.findings else ""), told.strip()

    def provenances(self) -> Iterator[Found]:
        """Give what happened to each entry, in the order it was recorded."""
        for place, event in enumerate(self.journal.events):
            if any(one.entry is not None for one in self.journal.history(event.entry_id)):
                yield self.provenance(event, place)

    def provenance(self, event: Event, place: int) -> Found:
        author = coding(systems.terminology("provenance-participant-type"), "author", "Author")
        kind = coding(systems.terminology("v3-DataOperation"), _ACTIVITY[event.kind])
        found: Found = {
            "resourceType": "Provenance",
            "id": self.named("Provenance", str(place)),
            "target": [self.reference("Observation", event.entry_id)],
            "recorded": event.recorded.isoformat(),
            "activity": {"coding": [kind]},
            "agent": [{"type": {"coding": [author]}, "who": self.reference("Patient")}],
        }
        if event.entry is not None:
            found["occurredDateTime"] = event.entry.at.isoformat()
        return found

    def concept(self, name: str) -> Found:
        text = self.words.say(f"fhir.diary.{name}")
        return {"coding": [coding(_DIARY, name.replace("_", "-"), text)], "text": text}

    def reference(self, *parts: str) -> dict[str, str]:
        return {"reference": f"urn:uuid:{self.named(*parts)}"}
