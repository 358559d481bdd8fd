"""Old and new kedut at one database, while the new one changes its schema: nothing is lost.

Statements as each schema's own kedut sends them stand in `statements/`; they must go on working on
the newest schema. What this kedut sends must go on working on the schema that follows.
"""

from __future__ import annotations

import ast
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from kedut.storage import schema
from kedut.storage.errors import NewerSchema
from kedut.storage.kept import Kept
from kedut.storage.keys import Keys
from kedut.storage.schema import AHEAD, STEPS
from kedut.storage.seal import lookup_of, seal
from kedut.storage.store import Store, _row
from kedut.storage.tables import SCHEMA, VERSION_TABLE
from kedut.storage.token import Token
from tests.storage.dump_schema import DUMPS
from tests.storage.places import Place
from tests.storage.statements import STATEMENTS

RELEASED = [str(number) for number in range(1, int(SCHEMA) + 1)]
NEXT = str(int(SCHEMA) + AHEAD)
WRITERS = 3
ENOUGH = 30  # saves of each writer before and after the change
WITHIN_S = 60
ADDING = {"create_table", "create_index", "add_column", "batch_alter_table", "f"}


class Older:
    """A kedut of an older schema: its own statements, sent past all that we know today."""

    def __init__(self, place: Place, number: str) -> None:
        self._place = place
        file = STATEMENTS / f"{place.kind}-{number}.json"
        self._said: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))

    def keep(self, document: bytes) -> Token:
        """Keep a document as it would."""
        now, token = datetime.now(UTC), Token.fresh()
        first = Kept(document=document, revision=1, created_at=now, updated_at=now)
        self._send("keep", _row(seal(token, Keys(), first), first))
        return token

    def replace(self, token: Token, document: bytes) -> None:
        """Read a document and put another in its place."""
        now = datetime.now(UTC)
        (revision, *_) = self._send("read", {"lookup": lookup_of(token)})[0]
        later = Kept(document=document, revision=revision + 1, created_at=now, updated_at=now)
        row = _row(seal(token, Keys(), later), later)
        self._send("replace", row)

    def erase(self, token: Token) -> None:
        """Erase what was kept."""
        self._send("erase", {"lookup": lookup_of(token)})

    def _send(self, name: str, row: dict[str, object]) -> list[tuple[Any, ...]]:
        said = self._said[name]
        return self._place.sql(said["sql"], *(row[field] for field in said["values"]))


@contextmanager
def at_work(act: Callable[[int], None]) -> Iterator[Callable[[int], None]]:
    """Let several act without end; gives what waits until each has done so many more."""
    stop, failed = threading.Event(), list[BaseException]()
    done = [0] * WRITERS

    def work(number: int) -> None:
        try:
            while not stop.is_set():
                act(done[number])
                done[number] += 1
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failed.append(error)

    def so_many_more(count: int) -> None:
        wanted = [n + count for n in done]
        waiting = threading.Event()
        for _ in range(WITHIN_S * 100):
            if failed or all(n >= w for n, w in zip(done, wanted, strict=True)):
                break
            waiting.wait(0.01)
        assert not failed, failed[0]
        assert all(n >= w for n, w in zip(done, wanted, strict=True)), "they are stuck"

    people = [threading.Thread(target=work, args=(n,)) for n in range(WRITERS)]
    for person in people:
        person.start()
    try:
        yield so_many_more
    finally:
        stop.set()
        for person in people:
            person.join()
    assert not failed, failed[0]


def busy(older: Older, kept: dict[Token, bytes], gone: list[Token]) -> Callable[[int], None]:
    """Give what a writer of an older kedut does: keep, replace, and now and then erase."""

    def act(turn: int) -> None:
        token = older.keep(b"first %d" % turn)
        kept[token] = b"first %d" % turn
        older.replace(token, b"second %d" % turn)
        kept[token] = b"second %d" % turn
        if turn % 3 == 0:
            older.erase(token)
            del kept[token]
            gone.append(token)

    return act


@pytest.mark.parametrize("number", RELEASED)
def test_an_older_kedut_saves_on_while_this_one_changes_the_schema(
    place: Place, number: str
) -> None:
    place.script((DUMPS / f"{place.kind}-{number}.sql").read_text(encoding="utf-8"))
    kept, gone = dict[Token, bytes](), list[Token]()
    with at_work(busy(Older(place, number), kept, gone)) as so_many_more:
        so_many_more(ENOUGH)
        new = place.open()
        assert place.sql(f"SELECT version_num FROM {VERSION_TABLE}") == [(SCHEMA,)]
        so_many_more(ENOUGH)
    ((rows,),) = place.sql("SELECT count(*) FROM kept")
    assert rows == len(kept) + 2, "two were in the dump; none is lost, none is there twice"
    for token, document in kept.items():
        assert new.read(token).document == document
    mine = new.keep(b"by the new one")
    Older(place, number).replace(mine, b"and then by the old one")
    assert new.read(mine).document == b"and then by the old one"
    new.close()


@pytest.mark.parametrize("number", RELEASED)
def test_a_change_that_an_older_kedut_cannot_bear_would_be_seen(place: Place, number: str) -> None:
    place.open().close()
    place.sql("ALTER TABLE kept RENAME COLUMN key_id TO sealed_by")
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.UndefinedColumn)):
        Older(place, number).keep(b"lost")


def follow(place: Place, schema_number: str = NEXT) -> None:
    """Change the schema as one that follows may: something is added, nothing goes."""
    with closing(place.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE of_the_next (lookup INTEGER PRIMARY KEY)")
        cursor.execute("ALTER TABLE kept ADD COLUMN of_the_next INTEGER")
        cursor.execute(f"UPDATE {VERSION_TABLE} SET version_num = '{schema_number}'")
        connection.commit()


def test_this_kedut_saves_on_and_starts_anew_beside_the_next_one(place: Place) -> None:
    kept = dict[Token, bytes]()
    running = place.open()

    def act(turn: int) -> None:
        token = running.keep(b"%d" % turn)
        running.replace(token, b"again %d" % turn, 1)
        kept[token] = b"again %d" % turn

    with at_work(act) as so_many_more:
        so_many_more(ENOUGH)
        follow(place)
        so_many_more(ENOUGH)
        anew = place.open()
    assert place.sql(f"SELECT version_num FROM {VERSION_TABLE}") == [(NEXT,)], "it stays as it is"
    assert place.sql("SELECT count(*) FROM kept") == [(len(kept),)]
    for token, document in kept.items():
        assert anew.read(token).document == document
    assert anew.read(anew.keep(b"new")).revision == 1
    anew.answers()
    anew.close()
    running.close()


def test_two_schemas_ahead_is_too_far(place: Place) -> None:
    place.open().close()
    follow(place, str(int(NEXT) + 1))
    with pytest.raises(NewerSchema):
        place.open()


def test_who_waited_for_another_to_change_the_schema_changes_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look from outside and the lock, the next kedut may have been there."""
    place.open().close()
    follow(place)
    real, looked = schema.must_not_be_newer, list[str]()

    def a_moment_before(connection: object) -> str:
        found = real(connection)  # type: ignore[arg-type]
        looked.append(found)
        return "0" if len(looked) == 1 else found

    monkeypatch.setattr(schema, "must_not_be_newer", a_moment_before)
    store: Store = place.open()
    assert looked == [NEXT, NEXT]
    store.close()


@pytest.mark.parametrize("number", RELEASED[1:])
def test_a_step_only_adds(number: str) -> None:
    """What is no longer used goes two releases later; then say so here."""
    tree = ast.parse((STEPS / f"versions/schema_{number}.py").read_text(encoding="utf-8"))
    (step,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "upgrade"]
    used = {
        n.attr
        for n in ast.walk(step)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "op"
    }
    assert used <= ADDING, "an older kedut works on beside it (ADR 16)"
