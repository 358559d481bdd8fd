"""The store: keep, read, replace and erase, each whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Row, Select, delete, distinct, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kedut.storage.engine import empty_the_log, engine_for, reading
from kedut.storage.errors import NewerThere, NotKept, StoreUnavailable, TooLarge
from kedut.storage.faults import in_our_words, not_here
from kedut.storage.kept import Kept
from kedut.storage.keys import Keys
from kedut.storage.place import (
    POSTGRESQL,
    SQLITE,
    address,
    can_be_written,
    file_of,
    identity,
    make_private,
)
from kedut.storage.schema import EMPTY, must_not_be_newer, upgrade
from kedut.storage.seal import Sealed, lookup_of, seal, unseal
from kedut.storage.sqlite_file import copy_in, copy_out
from kedut.storage.tables import SCHEMA, notes
from kedut.storage.tables import kept as table
from kedut.storage.token import Token

LARGEST_BYTES = 1024 * 1024


def open_store(
    url: str,
    *,
    keys: Keys | None = None,
    largest_bytes: int = LARGEST_BYTES,
    largest_file_bytes: int | None = None,
    at_once: bool = True,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Store:
    """Open the store at an address and bring it to the newest schema.

    Several workers may open it at the same moment. It may be used from several threads, and not
    across a fork.

    Parameters
    ----------
    url : `sqlite:///folder/kept.sqlite` or `postgresql+psycopg://user@host/database`
    keys : the server's keys; without one the link alone seals
    largest_bytes : of one document
    largest_file_bytes : of the whole database, SQLite only; None: as large as its disk
    at_once : False puts the first contact off to the first use, so that a server starts although
        its database does not answer yet
    now : the clock

    Raises
    ------
    BadAddress, StoreUnavailable
    """
    store = Store(
        url, keys or Keys(), largest_bytes=largest_bytes, file_bytes=largest_file_bytes, now=now
    )
    if at_once:
        try:
            store.ready()
        except BaseException:
            store.close()
            raise
    return store


class Store:
    """Sealed documents in one database; made by `open_store`.

    Every method raises StoreUnavailable while the database does not answer, and works again when it
    does.
    """

    def __init__(
        self,
        url: str,
        keys: Keys,
        *,
        largest_bytes: int,
        file_bytes: int | None,
        now: Callable[[], datetime],
    ) -> None:
        parsed = address(url)
        self._name = parsed.render_as_string(hide_password=True)
        self._file = file_of(parsed) if parsed.get_backend_name() == SQLITE else None
        if self._file:
            parsed = parsed.set(database=str(self._file))
        self._engine = engine_for(parsed, largest_file_bytes=file_bytes)
        self.keys = keys
        self.now = now
        self._largest_bytes = largest_bytes
        self._upgraded = False
        self._identity: tuple[int, int] | None = None
        self._upgrading = threading.Lock()

    def keep(self, document: bytes, token: Token | None = None) -> Token:
        """Keep a document and give the only thing that opens it; its revision is 1.

        Parameters
        ----------
        token : a fresh one that a form carries, so that the form sent twice keeps once; what is
            kept under it already stays

        Raises
        ------
        TooLarge, StoreFull
        """
        self._must_fit(document)
        now, token = self.now(), token or Token.fresh()
        first = Kept(document=document, revision=1, created_at=now, updated_at=now)
        row = _row(seal(token, self.keys, first), first)
        new = {SQLITE: sqlite, POSTGRESQL: postgresql}[self._engine.dialect.name].insert(table)
        with self.writing() as connection:
            connection.execute(new.values(**row).on_conflict_do_nothing())
        return token

    def read(self, token: Token) -> Kept:
        """Give what the token opens.

        Raises
        ------
        NotKept, KeyMissing, NotOpened
        """
        with self.reading() as connection:
            found = connection.execute(_wanted(token)).one_or_none()
        return self._opened(token, found)

    def replace(self, token: Token, document: bytes, revision: int) -> Kept:
        """Save a document in the place of the one that was read at this revision.

        Saving the same once more, after an answer that got lost, gives what is kept.

        Raises
        ------
        NewerThere
            Another revision is there; it carries that one, and nothing was overwritten.
        NotKept, KeyMissing, NotOpened, TooLarge, StoreFull
        """
        self._must_fit(document)
        with self.writing() as connection:
            found = connection.execute(_wanted(token).with_for_update()).one_or_none()
            there = self._opened(token, found)
            if there.revision == revision + 1 and there.document == document:
                return there
            if there.revision != revision:
                raise NewerThere(there, revision)
            saved = replace(there, document=document, revision=revision + 1, updated_at=self.now())
            row = _row(seal(token, self.keys, saved), saved)
            connection.execute(update(table).where(table.c.lookup == row["lookup"]).values(**row))
        return saved

    def erase(self, token: Token) -> None:
        """Erase what the token opens, its diary too; nothing if it is erased already.

        In SQLite the bytes are overwritten, in the log too unless somebody reads just then.
        """
        with self.writing() as connection:
            gone = connection.execute(delete(table).where(table.c.lookup == lookup_of(token)))
        if self._file and gone.rowcount:
            empty_the_log(self._engine)

    def ready(self) -> None:
        """Return if the database answers and has our tables; else raise StoreUnavailable."""
        with self.reading() as connection:
            connection.execute(select(table.c.lookup).limit(1))

    def answers(self) -> None:
        """Return if something could be kept now; else raise StoreUnavailable. Makes nothing.

        A SQLite file that is not there yet is looked for a place; a new database gets no tables.
        One of an older kedut is brought to our schema.
        """
        if self._upgraded:
            self.ready()
            return
        with self._in_our_words():
            if self._file:
                can_be_written(self._file)
            if self._file is None or self._file.exists():
                with reading(self._engine).connect() as connection:
                    found = must_not_be_newer(connection)
                if EMPTY != found != SCHEMA:
                    self._upgrade_once()

    def keys_in_use(self) -> Mapping[str, int]:
        """Count the documents and diaries by the id of the key that sealed them.

        An empty id is the link alone. A diary sealed by two keys counts with both.
        """
        counted = func.count(distinct(notes.c.lookup))
        found: dict[str, int] = {}
        with self.reading() as connection:
            for wanted in (
                select(table.c.key_id, func.count()).group_by(table.c.key_id),
                select(notes.c.key_id, counted).group_by(notes.c.key_id),
            ):
                for key_id, count in connection.execute(wanted):
                    found[key_id] = found.get(key_id, 0) + count
        return found

    def backup(self, path: Path) -> None:
        """Write one moment of a SQLite store to a file, while others read and write.

        Raises
        ------
        NotForThisStore
            It is no SQLite store, or the path is the store itself.
        """
        file = self._must_be_file("pg_dump --format=custom --file=kept.dump DATABASE")
        self.ready()
        with self._in_our_words():
            copy_out(file, path)

    def restore(self, path: Path) -> None:
        """Put a backup in the place of all that a SQLite store holds, and upgrade it.

        Raises
        ------
        NotForThisStore
            It is no SQLite store, or the file is no whole backup; the store is as it was.
        """
        file = self._must_be_file("pg_restore --clean --if-exists --dbname=DATABASE kept.dump")
        with self._in_our_words():
            self._engine.dispose()
            copy_in(path, file)
        self._upgraded, self._identity = False, None
        self.ready()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that writes nothing, for the modules of this folder."""
        with self._in_our_words():
            self._upgrade_once()
            with reading(self._engine).connect() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is whole or not at all, for the modules of this folder."""
        with self._in_our_words():
            self._upgrade_once()
            with self._engine.begin() as connection:
                yield connection

    def _in_our_words(self) -> AbstractContextManager[None]:
        return in_our_words(self._name, self._file)

    def _upgrade_once(self) -> None:
        if self._upgraded and not self._other_file():
            return
        with self._upgrading:
            if self._other_file():
                self._engine.dispose()
                self._upgraded = False
            if not self._upgraded:
                if self._file:
                    make_private(self._file)
                upgrade(self._engine)
                self._identity = identity(self._file)
                self._upgraded = True

    def _other_file(self) -> bool:
        """Say whether another file has taken the place of the one that was opened."""
        if self._file is None or self._identity is None:
            return False
        now = identity(self._file)
        if now is None:  # never begin an empty one where people have kept something
            raise StoreUnavailable(
                f"the database file {self._file} is gone; put it back, or start kedut anew"
            )
        return now != self._identity

    def _must_fit(self, document: bytes) -> None:
        if len(document) > self._largest_bytes:
            raise TooLarge(len(document), self._largest_bytes)

    def _must_be_file(self, instead: str) -> Path:
        if self._file is None:
            raise not_here("PostgreSQL has its own way of backup", f"use `{instead}`")
        return self._file

    def _opened(self, token: Token, found: Row[int, int, str, bytes] | None) -> Kept:
        if found is None:
            raise NotKept
        revision, seal_version, key_id, ciphertext = found
        sealed = Sealed(
            lookup=lookup_of(token),
            revision=revision,
            seal_version=seal_version,
            key_id=key_id,
            ciphertext=bytes(ciphertext),
        )
        return unseal(token, self.keys, sealed)


def _wanted(token: Token) -> Select[int, int, str, bytes]:
    columns = table.c
    wanted = select(columns.revision, columns.schema_version, columns.key_id, columns.ciphertext)
    return wanted.where(columns.lookup == lookup_of(token))


def _row(sealed: Sealed, kept: Kept) -> dict[str, object]:
    return {
        "lookup": sealed.lookup,
        "created_on": kept.created_at.astimezone(UTC).date(),
        "updated_on": kept.updated_at.astimezone(UTC).date(),
        "revision": sealed.revision,
        "schema_version": sealed.seal_version,
        "key_id": sealed.key_id,
        "ciphertext": sealed.ciphertext,
    }
