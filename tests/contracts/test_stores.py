"""Every store keeps, tells, replaces and erases alike, and tells nothing to anybody else."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.storage.errors import KeyMissing, NewerThere, NotKept, NotOpened, TooLarge
from kedut.storage.keys import Keys
from kedut.storage.seal import lookup_of
from kedut.storage.store import Store
from kedut.storage.token import Token
from tests.storage.places import Place

DOCUMENTS = st.binary(max_size=20_000)
FEW = settings(max_examples=25, deadline=None)


def a_key() -> str:
    return secrets.token_urlsafe(32)


@FEW
@given(document=DOCUMENTS, then=DOCUMENTS)
def test_what_is_read_is_what_was_kept(lasting_store: Store, document: bytes, then: bytes) -> None:
    token = lasting_store.keep(document)
    first = lasting_store.read(token)
    assert (first.document, first.revision) == (document, 1)
    saved = lasting_store.replace(token, then, 1)
    assert saved == lasting_store.read(token)
    assert (saved.document, saved.revision) == (then, 2)
    assert saved.created_at == first.created_at <= saved.updated_at


@FEW
@given(secret=st.binary(min_size=32, max_size=32))
def test_a_token_nobody_was_given_opens_nothing(lasting_store: Store, secret: bytes) -> None:
    lasting_store.keep(b"somebody's")
    for act in (
        lasting_store.read,
        lambda token: lasting_store.replace(token, b"mine", 1),
    ):
        with pytest.raises(NotKept, match="copy all of it"):
            act(Token(secret))


@FEW
@given(bit=st.integers(0, 8 * 4124 - 1))
def test_one_bit_changed_in_the_database_and_it_does_not_open(
    lasting: Place, lasting_store: Store, bit: int
) -> None:
    token = lasting_store.keep(b"as it was")
    ((whole,),) = lasting.sql("SELECT ciphertext FROM kept WHERE lookup = ?", lookup_of(token))
    changed = bytearray(whole)
    assert len(changed) == 4096 + 12 + 16, "a block, a nonce, a tag"
    changed[bit // 8] ^= 1 << bit % 8
    lasting.sql("UPDATE kept SET ciphertext = ? WHERE lookup = ?", bytes(changed), lookup_of(token))
    with pytest.raises(NotOpened, match="restore the last backup"):
        lasting_store.read(token)
    with pytest.raises(NotOpened):
        lasting_store.replace(token, b"over it", 1)


@pytest.mark.parametrize("length", [0, 1, 12, 27, 28])
def test_a_cut_ciphertext_does_not_open(place: Place, store: Store, length: int) -> None:
    token = store.keep(b"as it was")
    place.sql("UPDATE kept SET ciphertext = ?", bytes(length))
    with pytest.raises(NotOpened):
        store.read(token)


def test_the_database_shows_neither_token_nor_document_nor_hour(place: Place) -> None:
    noon = datetime(2026, 3, 1, 12, 34, 56, 789012, tzinfo=UTC)
    store = place.open(now=lambda: noon)
    token = store.keep(b"twitching in the left calf")
    ((*row,),) = place.sql("SELECT * FROM kept")
    for value in row:
        raw = value if isinstance(value, bytes) else str(value).encode()
        assert token.secret not in raw
        assert token.text.encode() not in raw
        assert b"calf" not in raw
        assert b"12:34" not in raw
    assert str(row[1]) == "2026-03-01", "the day is there, for the operator"
    assert store.read(token).created_at == noon, "the hour is in the seal"
    store.close()


@FEW
@given(sizes=st.lists(st.integers(0, 4000), min_size=2, max_size=4))
def test_documents_of_about_one_length_look_alike(
    lasting: Place, lasting_store: Store, sizes: list[int]
) -> None:
    lookups = [lookup_of(lasting_store.keep(bytes(size))) for size in sizes]
    wanted = "SELECT length(ciphertext) FROM kept WHERE lookup = ?"
    assert {lasting.sql(wanted, lookup)[0] for lookup in lookups} == {(4124,)}


def test_the_same_document_kept_twice_looks_different(place: Place, store: Store) -> None:
    store.keep(b"the same")
    store.keep(b"the same")
    (one, other) = place.sql("SELECT lookup, ciphertext FROM kept")
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_a_row_moved_under_another_persons_lookup_does_not_open(place: Place, store: Store) -> None:
    ani, budi = store.keep(b"of Ani"), store.keep(b"of Budi")
    ((hers,),) = place.sql("SELECT ciphertext FROM kept WHERE lookup = ?", lookup_of(ani))
    place.sql("UPDATE kept SET ciphertext = ? WHERE lookup = ?", hers, lookup_of(budi))
    with pytest.raises(NotOpened):
        store.read(budi)
    assert store.read(ani).document == b"of Ani"


def test_two_rows_whose_lookups_are_exchanged_do_not_open(place: Place, store: Store) -> None:
    ani, budi = store.keep(b"of Ani"), store.keep(b"of Budi")
    spare = bytes(32)
    for there, then in [(ani, spare), (budi, lookup_of(ani)), (spare, lookup_of(budi))]:
        now = there if isinstance(there, bytes) else lookup_of(there)
        place.sql("UPDATE kept SET lookup = ? WHERE lookup = ?", then, now)
    for token in (ani, budi):
        with pytest.raises(NotOpened):
            store.read(token)


def test_an_older_ciphertext_played_back_as_the_newest_does_not_open(
    place: Place, store: Store
) -> None:
    token = store.keep(b"first")
    ((older,),) = place.sql("SELECT ciphertext FROM kept")
    store.replace(token, b"second", 1)
    place.sql("UPDATE kept SET ciphertext = ?", older)
    with pytest.raises(NotOpened):
        store.read(token)


@pytest.mark.parametrize("column, value", [("revision", 7), ("schema_version", 2)])
def test_a_number_changed_beside_the_ciphertext_does_not_open(
    place: Place, store: Store, column: str, value: int
) -> None:
    token = store.keep(b"as it was")
    place.sql(f"UPDATE kept SET {column} = ?", value)
    with pytest.raises(NotOpened):
        store.read(token)


def test_the_link_without_the_servers_key_does_not_open(place: Place) -> None:
    keys = Keys.parse(a_key())
    store = place.open(keys=keys)
    token = store.keep(b"under both")
    store.close()
    for wrong in (Keys(), Keys.parse(a_key())):
        other = place.open(keys=wrong)
        with pytest.raises(KeyMissing, match=f"add the server's key {keys.writing} again"):
            other.read(token)
        place.sql("UPDATE kept SET key_id = ?", wrong.writing)
        with pytest.raises(NotOpened):
            other.read(token)
        place.sql("UPDATE kept SET key_id = ?", keys.writing)
        other.close()


def test_the_newest_key_seals_and_older_ones_open(place: Place) -> None:
    old, new = a_key(), a_key()
    before = place.open()
    bare = before.keep(b"link alone")
    before.close()
    first = place.open(keys=Keys.parse(old))
    token = first.keep(b"under the old key")
    assert first.read(bare).document == b"link alone"
    first.close()
    keys = Keys.parse(f"{new}, {old}")
    rotated = place.open(keys=keys)
    assert rotated.read(token).document == b"under the old key"
    assert rotated.keys_in_use() == {"": 1, Keys.parse(old).writing: 1}
    rotated.replace(token, b"under the new key", 1)
    assert rotated.keys_in_use() == {"": 1, keys.writing: 1}
    rotated.close()
    only_new = place.open(keys=Keys.parse(new))
    assert only_new.read(token).document == b"under the new key"
    only_new.close()


def test_two_tabs_the_second_is_told_with_the_newer_one(store: Store) -> None:
    token = store.keep(b"read by both tabs")
    store.replace(token, b"of the first tab", 1)
    with pytest.raises(NewerThere, match="take over what is newer") as told:
        store.replace(token, b"of the second tab", 1)
    assert told.value.newer.document == b"of the first tab"
    assert told.value.newer.revision == 2
    merged = store.replace(token, b"of both", told.value.newer.revision)
    assert merged.revision == 3


def test_a_save_whose_answer_got_lost_may_be_sent_again(store: Store) -> None:
    token = store.keep(b"one")
    first = store.replace(token, b"two", 1)
    assert store.replace(token, b"two", 1) == first == store.read(token)


def test_of_many_who_save_at_once_one_wins_each_time_and_nothing_is_lost(
    place: Place, store: Store
) -> None:
    token = store.keep(b"")
    others = [place.open() for _ in range(2)]
    writers = [store, *others] * 2
    start = Barrier(len(writers))

    def append(number: int) -> int:
        start.wait()
        losses, seen = 0, store.read(token)
        while True:
            try:
                writers[number].replace(token, seen.document + bytes([number]), seen.revision)
            except NewerThere as told:
                losses, seen = losses + 1, told.newer
            else:
                return losses

    with ThreadPoolExecutor(len(writers)) as pool:
        losses = list(pool.map(append, range(len(writers))))
    there = store.read(token)
    assert sorted(there.document) == list(range(len(writers))), "each save is in the last one"
    assert there.revision == 1 + len(writers)
    assert sum(losses) >= 1, "they did meet"
    for other in others:
        other.close()


def test_erased_is_gone_and_erasing_again_is_no_error(place: Place, store: Store) -> None:
    token, other = store.keep(b"mine"), store.keep(b"another's")
    store.erase(token)
    store.erase(token)
    with pytest.raises(NotKept):
        store.read(token)
    with pytest.raises(NotKept):
        store.replace(token, b"again", 1)
    assert store.read(other).document == b"another's"
    assert place.sql("SELECT count(*) FROM kept") == [(1,)]


def test_a_document_larger_than_allowed_is_refused_and_the_old_one_stays(place: Place) -> None:
    store = place.open(largest_bytes=10)
    token = store.keep(bytes(10))
    with pytest.raises(TooLarge, match="has 11 bytes, the store takes 10"):
        store.keep(bytes(11))
    with pytest.raises(TooLarge):
        store.replace(token, bytes(11), 1)
    assert store.read(token).document == bytes(10)
    store.close()


def test_a_clock_set_back_harms_nothing(place: Place) -> None:
    hours = iter([datetime(2026, 3, 2, tzinfo=UTC), datetime(1969, 12, 31, 23, tzinfo=UTC)])
    store = place.open(now=lambda: next(hours))
    token = store.keep(b"one")
    saved = store.replace(token, b"two", 1)
    assert saved.updated_at == saved.created_at - timedelta(days=20514, hours=1)
    assert store.read(token) == saved
    ((day,),) = place.sql("SELECT updated_on FROM kept")
    assert str(day) == str(date(1969, 12, 31))
    store.close()


def test_what_is_kept_outlives_the_store(place: Place) -> None:
    one = place.open()
    token = one.keep(b"still here")
    one.close()
    other = place.open()
    assert other.read(Token.parse(token.text)).document == b"still here"
    other.close()
