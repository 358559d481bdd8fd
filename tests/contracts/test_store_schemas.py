"""A database of any released schema opens, is brought to the newest, and loses nothing."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from kedut.storage import schema
from kedut.storage.errors import NewerSchema
from kedut.storage.notes import add_notes, notes_of
from kedut.storage.tables import SCHEMA, VERSION_TABLE, metadata
from tests.storage.dump_schema import BARE, DUMPS, KEYS, MOMENT, NOTES, UNDER_KEY
from tests.storage.places import Place

RELEASED = [str(number) for number in range(1, int(SCHEMA) + 1)]
FIRST_WITH_NOTES = 2
VERSION = f"SELECT version_num FROM {VERSION_TABLE}"


def steps() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(schema.STEPS))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_the_migrations_are_one_chain_from_nothing_to_the_newest() -> None:
    chain = [step.revision for step in steps().walk_revisions()]
    assert chain == RELEASED[::-1]


def test_every_schema_has_its_dump_of_each_kind() -> None:
    there = {file.name for file in DUMPS.iterdir()}
    assert there == {
        f"{kind}-{number}.sql" for kind in ("sqlite", "postgresql") for number in RELEASED
    }


def differences(place: Place) -> list[object]:
    engine = create_engine(place.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        found = compare_metadata(context, metadata)
    engine.dispose()
    return found


def test_an_empty_database_becomes_what_the_tables_say(place: Place) -> None:
    place.open().close()
    assert place.sql(VERSION) == [(SCHEMA,)]
    assert differences(place) == []


def test_the_comparison_sees_a_difference(place: Place) -> None:
    place.open().close()
    place.sql("ALTER TABLE kept ADD COLUMN more INTEGER")
    assert len(differences(place)) == 1


@pytest.mark.parametrize("number", RELEASED)
def test_what_an_older_kedut_kept_is_opened_by_this_one(place: Place, number: str) -> None:
    place.script((DUMPS / f"{place.kind}-{number}.sql").read_text(encoding="utf-8"))
    assert place.sql(VERSION) == [(number,)]
    store = place.open(keys=KEYS)
    assert place.sql(VERSION) == [(SCHEMA,)]
    assert differences(place) == []
    bare, second = store.read(BARE), store.read(UNDER_KEY)
    assert (bare.document, bare.revision) == (b"Kedutan di betis kiri", 1)
    assert (second.document, second.revision) == (b"second", 2)
    assert bare.created_at == second.updated_at == MOMENT
    assert store.replace(UNDER_KEY, b"third", 2).revision == 3
    diary = sorted(NOTES.values()) if int(number) >= FIRST_WITH_NOTES else []
    for token in (BARE, UNDER_KEY):
        assert sorted(notes_of(store, token)) == diary
        assert add_notes(store, token, {b"today": b"went on"}) == 1
    store.close()


def test_a_database_of_a_newer_kedut_is_left_alone(place: Place) -> None:
    place.open().close()
    place.sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(NewerSchema, match="install the newer kedut again"):
        place.open()
    assert place.sql(VERSION) == [("9999",)]


def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = schema._take_the_steps

    def breaks_off(connection: object) -> None:
        real(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(schema, "_take_the_steps", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        place.open()
    monkeypatch.undo()
    tables = {
        "sqlite": "SELECT name FROM sqlite_master",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    assert place.sql(tables[place.kind]) == []
    store = place.open()
    assert store.read(store.keep(b"and now it works")).revision == 1
    store.close()
