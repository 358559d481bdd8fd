"""Run by Alembic: takes the steps in the transaction that `schema.upgrade` has opened."""

from __future__ import annotations

from alembic import context

from kedut.storage.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
