"""The tables as the newest schema has them; the migrations say how they came to be.

Only days stand outside the seal; the times of the saves are inside. Of a diary the number of its
notes shows, and no day of any of them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    LargeBinary,
    MetaData,
    String,
    Table,
)

SCHEMA = "2"  # the newest migration
VERSION_TABLE = "kedut_schema"

metadata = MetaData()

kept = Table(
    "kept",
    metadata,
    Column("lookup", LargeBinary(32), primary_key=True),
    Column("created_on", Date, nullable=False),
    Column("updated_on", Date, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("schema_version", BigInteger, nullable=False),  # how the row is sealed
    Column("key_id", String(16), nullable=False),  # empty: the link alone
    Column("ciphertext", LargeBinary, nullable=False),
    CheckConstraint("length(lookup) = 32", name="kept_lookup_is_32_bytes"),
    CheckConstraint("revision >= 1", name="kept_revision_counts_from_1"),
)

notes = Table(
    "notes",
    metadata,
    Column(
        "lookup", LargeBinary(32), ForeignKey("kept.lookup", ondelete="CASCADE"), primary_key=True
    ),
    Column("name", LargeBinary(32), primary_key=True),  # the same note again has the same one
    Column("schema_version", BigInteger, nullable=False),  # how the row is sealed
    Column("key_id", String(16), nullable=False),  # empty: the link alone
    Column("ciphertext", LargeBinary, nullable=False),
    CheckConstraint("length(name) = 32", name="note_name_is_32_bytes"),
)
