"""The notes of a diary: only ever added, each sealed by itself, so that no writer undoes another.

A diary is what is kept under a link (`Store.keep`); its notes open with the same link and are gone
when that is erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Select, func, insert, select, update

from kedut.storage.errors import NotKept, NotOpened, TooLarge, TooMany
from kedut.storage.note_seal import NoteSeal, SealedNote
from kedut.storage.seal import lookup_of
from kedut.storage.store import Store
from kedut.storage.tables import kept, notes
from kedut.storage.token import Token

LARGEST_NOTE_BYTES = 16 * 1024
MOST_NOTES = 20_000  # one a day for fifty years
_AT_A_TIME = 500
_Thing = TypeVar("_Thing")


def add_notes(store: Store, token: Token, documents: Mapping[bytes, bytes]) -> int:
    """Add notes, all or none, and give how many were not there yet.

    What was sealed by an older key of the server's goes over to the newest one.

    Parameters
    ----------
    documents : each note by what the caller calls it; a name that is there already changes nothing

    Raises
    ------
    NotKept, TooLarge, TooMany, StoreFull
    """
    for document in documents.values():
        if len(document) > LARGEST_NOTE_BYTES:
            raise TooLarge(len(document), LARGEST_NOTE_BYTES)
    seal = NoteSeal(token, store.keys)
    told = {seal.name_of(name): document for name, document in documents.items()}
    with store.writing() as connection:
        _must_be_kept(connection, seal.lookup)
        had = _names_among(connection, seal.lookup, tuple(told))
        new = [seal.seal(name, told[name]) for name in told if name not in had]
        count = _count(connection, seal.lookup) + len(new)
        if new and count > MOST_NOTES:
            raise TooMany(count, MOST_NOTES)
        for some in _some(new):
            connection.execute(insert(notes), [_row(seal.lookup, note) for note in some])
        if new:
            today = store.now().astimezone(UTC).date()
            mine = kept.c.lookup == seal.lookup
            connection.execute(update(kept).where(mine).values(updated_on=today))
        _seal_anew(connection, seal, store)
    return len(new)


def notes_of(store: Store, token: Token) -> tuple[bytes, ...]:
    """Give all notes under a token, in no order.

    Raises
    ------
    NotKept, KeyMissing, NotOpened
    """
    seal = NoteSeal(token, store.keys)
    with store.reading() as connection:
        mine = kept.c.lookup == seal.lookup
        if connection.scalar(select(kept.c.lookup).where(mine)) is None:
            raise NotKept
        rows = connection.execute(_wanted(seal.lookup)).all()
    return tuple(seal.unseal(_sealed(*row)) for row in rows)


def count_notes(store: Store, token: Token) -> int:
    """Give how many notes there are under a token."""
    with store.reading() as connection:
        return _count(connection, lookup_of(token))


def _must_be_kept(connection: Connection, lookup: bytes) -> None:
    """See that the diary is there, and let no other writer in before this one is done."""
    wanted = select(kept.c.lookup).where(kept.c.lookup == lookup).with_for_update()
    if connection.scalar(wanted) is None:
        raise NotKept


def _names_among(connection: Connection, lookup: bytes, names: Sequence[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for some in _some(names):
        wanted = select(notes.c.name).where(notes.c.lookup == lookup, notes.c.name.in_(some))
        found |= {bytes(name) for name in connection.scalars(wanted)}
    return found


def _count(connection: Connection, lookup: bytes) -> int:
    wanted = select(func.count()).select_from(notes).where(notes.c.lookup == lookup)
    return connection.scalar(wanted) or 0


def _seal_anew(connection: Connection, seal: NoteSeal, store: Store) -> None:
    """Bring some of what an older key sealed over to the newest; the rest at the next note."""
    old = _wanted(seal.lookup).where(notes.c.key_id != store.keys.writing).limit(_AT_A_TIME)
    for row in connection.execute(old).all():
        sealed = _sealed(*row)
        try:
            anew = seal.seal(sealed.name, seal.unseal(sealed))
        except NotOpened:
            continue  # its key may be given again; who reads the diary is told
        mine = (notes.c.lookup == seal.lookup) & (notes.c.name == sealed.name)
        connection.execute(update(notes).where(mine).values(**_row(seal.lookup, anew)))


def _wanted(lookup: bytes) -> Select[bytes, int, str, bytes]:
    columns = notes.c
    wanted = select(columns.name, columns.schema_version, columns.key_id, columns.ciphertext)
    return wanted.where(columns.lookup == lookup)


def _sealed(name: bytes, seal_version: int, key_id: str, ciphertext: bytes) -> SealedNote:
    return SealedNote(
        name=bytes(name), seal_version=seal_version, key_id=key_id, ciphertext=bytes(ciphertext)
    )


def _row(lookup: bytes, note: SealedNote) -> dict[str, object]:
    return {
        "lookup": lookup,
        "name": note.name,
        "schema_version": note.seal_version,
        "key_id": note.key_id,
        "ciphertext": note.ciphertext,
    }


def _some(things: Iterable[_Thing]) -> Iterator[list[_Thing]]:
    """Give the things, some hundred at a time."""
    left = iter(things)
    while some := list(islice(left, _AT_A_TIME)):
        yield some
