"""What one person keeps, as bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from kedut.assess.entries import BadEntries, Entry, appended, entries_of
from kedut.knowledge.entities import Level

ENTRY = Entry(
    t="1.x",
    answered_at=datetime(2027, 3, 1, 8, tzinfo=UTC),
    knowledge_version="1",
    software_version="1",
    level=Level.ROUTINE,
)


def test_what_a_newer_kedut_added_is_carried_along() -> None:
    shape = json.loads(appended(None, ENTRY))
    shape["more"] = 1
    shape["entries"][0]["also"] = "this"
    later = Entry(
        t="1.y",
        answered_at=ENTRY.answered_at + timedelta(days=1),
        knowledge_version="1",
        software_version="1",
        level=Level.SOON,
    )
    again = json.loads(appended(json.dumps(shape).encode(), later))
    assert again["more"] == 1
    assert again["entries"][0]["also"] == "this"
    assert [e.t for e in entries_of(json.dumps(again).encode())] == ["1.x", "1.y"]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"schema":2,"entries":[]}',
        b'{"schema":1,"entries":{}}',
        b'{"schema":1,"entries":[1]}',
        b'{"schema":1,"entries":[{"t":"x"}]}',
    ],
)
def test_a_document_of_another_shape_is_never_written_over(document: bytes) -> None:
    with pytest.raises(BadEntries):
        appended(document, ENTRY)
