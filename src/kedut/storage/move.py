"""From one database to another: the rows go over sealed, nobody's link is needed."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from kedut.storage.faults import not_here
from kedut.storage.store import Store
from kedut.storage.tables import metadata

AT_A_TIME = 100


def move(source: Store, target: Store) -> int:
    """Copy all rows into an empty store, all or none, and give how many.

    The source stays as it is; links and keys stay valid in the target.

    Raises
    ------
    NotForThisStore
        The target is not empty.
    """
    moved = 0
    with source.reading() as old, target.writing() as new:
        for table in metadata.sorted_tables:
            if new.scalar(select(func.count()).select_from(table)):
                raise not_here("the target already keeps something", "name an empty database")
            for rows in old.execute(select(table)).mappings().partitions(AT_A_TIME):
                new.execute(insert(table), [dict(row) for row in rows])
                moved += len(rows)
    return moved
