"""Schema 2: the notes of a diary, one sealed note a row, gone with what is kept under the link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Make the table `notes`."""
    op.create_table(
        "notes",
        sa.Column(
            "lookup",
            sa.LargeBinary(32),
            sa.ForeignKey("kept.lookup", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("name", sa.LargeBinary(32), primary_key=True),
        sa.Column("schema_version", sa.BigInteger, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(name) = 32", name="note_name_is_32_bytes"),
    )
