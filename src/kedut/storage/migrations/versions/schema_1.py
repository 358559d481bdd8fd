"""Schema 1: what is kept, one sealed document a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the table `kept`."""
    op.create_table(
        "kept",
        sa.Column("lookup", sa.LargeBinary(32), primary_key=True),
        sa.Column("created_on", sa.Date, nullable=False),
        sa.Column("updated_on", sa.Date, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("schema_version", sa.BigInteger, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(lookup) = 32", name="kept_lookup_is_32_bytes"),
        sa.CheckConstraint("revision >= 1", name="kept_revision_counts_from_1"),
    )
