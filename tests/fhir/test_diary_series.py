"""A diary as FHIR: one Observation an entry, whatever was mended, and valid by both validators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.diary.entry import Count, Entry, Function, MeasuredRate, Said
from kedut.diary.journal import Journal, added, corrected, retracted
from kedut.fhir.diary_series import series
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from tests.diary.drawn import events as any_events
from tests.parts.installed import faults_found

AT = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = Entry(
    id="one",
    at=AT,
    said=Said.SOME,
    count=Count(twitches=7, minutes=2.5),
    measured=MeasuredRate(rate_per_min=3, low=2, high=5, modality="emg"),
    where=("calf:left",),
    new_symptoms=("alcohol_withdrawal", "an itch"),
    function=Function(ten_heel_raises_left=False, tripped=False, speech_changed=True),
    note="my own words",
)
SECOND = Entry(id="two", at=AT + DAY)


def of(journal: Journal, kind: str, language: str = "en") -> list[dict]:
    found = series(journal, ours(), language)
    return [e["resource"] for e in found["entry"] if e["resource"]["resourceType"] == kind]


def mended() -> Journal:
    better = Entry(id="one", at=AT, said=Said.NONE, function=FIRST.function)
    return Journal(
        [
            added(FIRST, AT),
            corrected(better, AT + DAY),
            added(SECOND, AT + DAY),
            retracted("two", AT + 2 * DAY),
        ]
    )


@settings(max_examples=20)
@given(st.lists(any_events(), max_size=6), st.sampled_from(LANGUAGES))
def test_the_series_of_any_diary_fits_the_models(some, language) -> None:
    Bundle.model_validate(series(Journal(some), ours(), language))


def test_the_series_passes_the_validator_of_npm() -> None:
    kept = Journal([added(FIRST, AT), added(SECOND, AT)])
    both = [series(journal, ours(), "id") for journal in (kept, mended())]
    assert faults_found(both) == []


def test_an_entry_says_what_was_noted_and_neither_note_nor_what_was_left_open() -> None:
    (found,) = of(Journal([added(FIRST, AT)]), "Observation")
    assert found["status"] == "final"
    assert found["effectiveDateTime"] == "2026-11-01T20:00:00+00:00"
    told = [
        (c["code"]["coding"][0]["code"], v)
        for c in found["component"]
        for k, v in c.items()
        if k.startswith("value")
    ]
    assert ("heel_raise_weakness", True) in told
    assert ("falls", False) in told
    assert ("slurred_speech", True) in told
    assert ("count", 7) in told
    assert ("complaint", "an itch") in told
    assert sum(name == "heel_raise_weakness" for name, _ in told) == 1
    assert "my own words" not in str(found)


def test_what_is_private_is_labelled_on_entry_and_bundle() -> None:
    journal = Journal([added(FIRST, AT)])
    (found,) = of(journal, "Observation")
    assert found["meta"]["security"]
    assert series(journal, ours(), "en")["meta"]["security"]
    assert "meta" not in series(Journal([added(SECOND, AT)]), ours(), "en")


def test_the_history_of_corrections_is_kept_and_what_is_taken_back_is_still_there() -> None:
    first, second = of(mended(), "Observation")
    assert (first["status"], second["status"]) == ("corrected", "entered-in-error")
    (said,) = [c for c in first["component"] if c["code"]["coding"][0]["code"] == "said"]
    assert said["valueCodeableConcept"]["coding"][0]["code"] == "said-none"
    done = [p["activity"]["coding"][0]["code"] for p in of(mended(), "Provenance")]
    assert sorted(done) == ["CREATE", "CREATE", "NULLIFY", "UPDATE"]
    targets = {p["target"][0]["reference"] for p in of(mended(), "Provenance")}
    assert targets == {f"urn:uuid:{first['id']}", f"urn:uuid:{second['id']}"}


def test_the_same_diary_in_any_order_gives_the_same_bundle() -> None:
    there = mended()
    back = Journal(reversed(there.events))
    assert series(there, ours(), "id") == series(back, ours(), "id")
