"""Every store keeps a diary alike: nobody else opens it, no writer undoes another, none is lost."""

from __future__ import annotations

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.storage import notes
from kedut.storage.errors import KeyMissing, NotKept, NotOpened, StoreFull, TooLarge, TooMany
from kedut.storage.keys import Keys
from kedut.storage.move import move
from kedut.storage.notes import add_notes, count_notes, notes_of
from kedut.storage.seal import lookup_of
from kedut.storage.store import Store
from kedut.storage.token import Token
from tests.storage.places import Place, sqlite_place

ROOT = Path(__file__).parents[2]
FEW = settings(max_examples=25, deadline=None)
DIARY = st.dictionaries(st.binary(max_size=40), st.binary(max_size=2000), max_size=8)


def a_key() -> str:
    return secrets.token_urlsafe(32)


@FEW
@given(one=DIARY, other=DIARY)
def test_what_is_read_is_every_note_that_was_added_once(
    lasting_store: Store, one: dict[bytes, bytes], other: dict[bytes, bytes]
) -> None:
    token = lasting_store.keep(b"a diary")
    assert add_notes(lasting_store, token, one) == len(one)
    assert add_notes(lasting_store, token, {**other, **one}) == len({**other, **one}) - len(one)
    assert sorted(notes_of(lasting_store, token)) == sorted({**other, **one}.values())
    assert lasting_store.read(token).document == b"a diary", "what is kept beside it is untouched"


def test_the_same_name_again_changes_nothing(store: Store) -> None:
    token = store.keep(b"")
    assert add_notes(store, token, {b"monday": b"some"}) == 1
    assert add_notes(store, token, {b"monday": b"a lot"}) == 0
    assert notes_of(store, token) == (b"some",)


@FEW
@given(secret=st.binary(min_size=32, max_size=32))
def test_a_token_nobody_was_given_reads_and_adds_nothing(
    lasting_store: Store, secret: bytes
) -> None:
    add_notes(lasting_store, lasting_store.keep(b""), {b"1": b"somebody's"})
    with pytest.raises(NotKept):
        notes_of(lasting_store, Token(secret))
    with pytest.raises(NotKept):
        add_notes(lasting_store, Token(secret), {b"1": b"mine"})


def test_nobody_sees_anothers_notes_of_the_same_name(store: Store) -> None:
    ani, budi = store.keep(b"Ani"), store.keep(b"Budi")
    add_notes(store, ani, {b"1": b"of Ani"})
    add_notes(store, budi, {b"1": b"of Budi"})
    assert notes_of(store, ani) == (b"of Ani",)
    assert notes_of(store, budi) == (b"of Budi",)


def test_a_note_moved_into_another_diary_or_under_another_name_does_not_open(
    place: Place, store: Store
) -> None:
    ani, budi = store.keep(b"Ani"), store.keep(b"Budi")
    add_notes(store, ani, {b"1": b"of Ani", b"2": b"more of Ani"})
    place.sql("UPDATE notes SET lookup = ?", lookup_of(budi))
    with pytest.raises(NotOpened):
        notes_of(store, budi)
    assert notes_of(store, ani) == ()
    place.sql("UPDATE notes SET lookup = ?", lookup_of(ani))
    assert len(notes_of(store, ani)) == 2
    (one, other) = (name for (name,) in place.sql("SELECT name FROM notes"))
    spare = bytes(32)
    for there, then in [(one, spare), (other, one), (spare, other)]:
        place.sql("UPDATE notes SET name = ? WHERE name = ?", then, there)
    with pytest.raises(NotOpened):
        notes_of(store, ani)


@FEW
@given(bit=st.integers(0, 8 * (12 + 256 + 16) - 1))
def test_one_bit_changed_and_the_diary_says_so(
    lasting: Place, lasting_store: Store, bit: int
) -> None:
    token = lasting_store.keep(b"")
    add_notes(lasting_store, token, {b"1": b"as it was"})
    mine = "WHERE lookup = ?"
    ((whole,),) = lasting.sql(f"SELECT ciphertext FROM notes {mine}", lookup_of(token))
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    lasting.sql(f"UPDATE notes SET ciphertext = ? {mine}", bytes(changed), lookup_of(token))
    with pytest.raises(NotOpened):
        notes_of(lasting_store, token)


def test_the_database_shows_neither_token_nor_note_nor_name_nor_day_of_a_note(
    place: Place,
) -> None:
    store = place.open(now=lambda: datetime(2026, 3, 1, 12, 34, tzinfo=UTC))
    token = store.keep(b"")
    store.close()
    store = place.open(now=lambda: datetime(2026, 3, 9, 12, 34, tzinfo=UTC))
    add_notes(store, token, {b"2026-03-08": b"twitching in the left calf", b"2": b"x" * 200})
    rows = place.sql("SELECT * FROM notes")
    for value in (value for row in rows for value in row):
        raw = value if isinstance(value, bytes) else str(value).encode()
        for told in (token.secret, token.text.encode(), b"calf", b"2026-03-0"):
            assert told not in raw
    assert len({len(row[-1]) for row in rows}) == 1, "a short note looks like a longer one"
    ((created, updated),) = place.sql("SELECT created_on, updated_on FROM kept")
    assert (str(created), str(updated)) == ("2026-03-01", "2026-03-09"), "for the operator"
    store.close()


def test_the_link_without_the_servers_key_opens_no_note_and_the_newest_key_takes_over(
    place: Place,
) -> None:
    old, new = a_key(), a_key()
    store = place.open(keys=Keys.parse(old))
    token = store.keep(b"")
    add_notes(store, token, {b"1": b"one"})
    store.close()
    bare = place.open()
    with pytest.raises(KeyMissing):
        notes_of(bare, token)
    bare.close()
    keys = Keys.parse(f"{new}, {old}")
    rotated = place.open(keys=keys)
    assert notes_of(rotated, token) == (b"one",)
    assert rotated.keys_in_use() == {Keys.parse(old).writing: 2}, "what is kept, and its diary"
    add_notes(rotated, token, {b"2": b"two"})
    assert rotated.keys_in_use() == {Keys.parse(old).writing: 1, keys.writing: 1}
    assert sorted(notes_of(rotated, token)) == [b"one", b"two"]
    rotated.close()


def test_two_tabs_and_many_writers_at_once_lose_no_note(place: Place, store: Store) -> None:
    token = store.keep(b"")
    others = [place.open() for _ in range(2)]
    writers = [store, *others] * 2
    start = Barrier(len(writers))

    def write(number: int) -> int:
        start.wait()
        mine = [{f"{number}-{n}".encode(): f"{number}-{n}".encode()} for n in range(5)]
        shared = {b"the same form": b"posted by all"}
        return sum(add_notes(writers[number], token, told) for told in [*mine, shared])

    with ThreadPoolExecutor(len(writers)) as pool:
        new = sum(pool.map(write, range(len(writers))))
    assert new == 5 * len(writers) + 1, "the shared one counts once"
    assert len(set(notes_of(store, token))) == new == count_notes(store, token)
    for other in others:
        other.close()


def test_erased_is_gone_with_its_notes_and_nobody_elses(place: Place, store: Store) -> None:
    token, other = store.keep(b""), store.keep(b"")
    for one in (token, other):
        add_notes(store, one, {b"1": b"one", b"2": b"two"})
    store.erase(token)
    with pytest.raises(NotKept):
        notes_of(store, token)
    with pytest.raises(NotKept):
        add_notes(store, token, {b"3": b"from a tab left open"})
    assert place.sql("SELECT count(*) FROM notes") == [(2,)]
    assert len(notes_of(store, other)) == 2


def test_too_large_and_too_many_are_refused_and_the_rest_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 3)
    token = store.keep(b"")
    add_notes(store, token, {b"1": b"", b"2": b""})
    with pytest.raises(TooLarge):
        add_notes(store, token, {b"3": bytes(notes.LARGEST_NOTE_BYTES + 1)})
    with pytest.raises(TooMany, match="would have 4 notes, the store takes 3"):
        add_notes(store, token, {b"3": b"", b"4": b""})
    assert count_notes(store, token) == 2
    assert add_notes(store, token, {b"3": b""}) == 1
    assert add_notes(store, token, {b"3": b""}) == 0, "a full diary takes the same form again"


def test_an_import_of_many_is_whole_or_not_at_all(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open(largest_file_bytes=400_000)
    token = store.keep(b"")
    add_notes(store, token, {b"before": b"before"})
    with pytest.raises(StoreFull):
        add_notes(store, token, {str(n).encode(): bytes(500) for n in range(2000)})
    assert notes_of(store, token) == (b"before",)
    store.close()


def test_diaries_go_over_to_another_database(place: Place, store: Store, tmp_path: Path) -> None:
    token = store.keep(b"")
    add_notes(store, token, {b"1": b"one"})
    target = sqlite_place(tmp_path / "target").open()
    assert move(store, target) == 2
    assert notes_of(target, token) == (b"one",)
    target.close()


def test_writers_killed_in_the_midst_lose_no_note_they_were_told_of(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "acknowledged"
    words = [sys.executable, "-m", "tests.storage.workers", "note", place.url, str(file), "8"]
    subprocess.run(words, cwd=ROOT, check=True, timeout=60)
    told: dict[str, int] = {}
    for text, number in (line.split() for line in file.read_text().splitlines()):
        told[text] = int(number)
    assert len(told) == 8
    assert any(told.values()), "some were killed after more than one note"
    store = place.open()
    for text, number in told.items():
        there = sorted(int(note) for note in notes_of(store, Token.parse(text)))
        assert there in (list(range(number + 1)), list(range(number + 2)))
        assert add_notes(store, Token.parse(text), {b"on": b"999999"}) == 1
    store.close()
