"""Sealing and opening: what the database holds is made here, and is worth nothing without the link.

The lookup and the sealing key both come from the token by HKDF-SHA256 under different labels, so
neither tells the other; the server's key, if there is one, is the salt of the sealing key. The
document goes into AES-256-GCM together with its times, padded to whole blocks: neither its length
nor the hour of a save shows. Lookup, revision and key id are bound as associated data, so a sealed
document opens in its own row, at its own revision, and nowhere else.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kedut.storage.errors import KeyMissing, NotOpened
from kedut.storage.kept import Kept
from kedut.storage.keys import Keys
from kedut.storage.token import Token

BLOCK_BYTES = 4096
NONCE_BYTES = 12
SEAL_VERSION = 1
HEAD = struct.Struct(">Iqq")  # document's bytes, microseconds of the first and of the last save
BOUND = struct.Struct(">12sHQ16s32s")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What a row of the database holds of a document."""

    lookup: bytes
    revision: int
    seal_version: int
    key_id: str
    ciphertext: bytes = field(repr=False)


def lookup_of(token: Token) -> bytes:
    """Give the 32 bytes under which the database finds what the token opens."""
    return derive(token, salt=b"", label=b"kedut kept lookup")


def seal(token: Token, keys: Keys, kept: Kept) -> Sealed:
    """Seal a document with the token and the newest of the server's keys."""
    lookup, key_id = lookup_of(token), keys.writing
    head = HEAD.pack(
        len(kept.document),
        (kept.created_at - EPOCH) // MICROSECOND,
        (kept.updated_at - EPOCH) // MICROSECOND,
    )
    plain = head + kept.document
    plain += bytes(-len(plain) % BLOCK_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    bound = _bound(lookup, kept.revision, key_id)
    ciphertext = nonce + _cipher(token, keys, key_id).encrypt(nonce, plain, bound)
    return Sealed(
        lookup=lookup,
        revision=kept.revision,
        seal_version=SEAL_VERSION,
        key_id=key_id,
        ciphertext=ciphertext,
    )


def unseal(token: Token, keys: Keys, sealed: Sealed) -> Kept:
    """Open a sealed document.

    Raises
    ------
    KeyMissing
        It was sealed with a server's key that `keys` does not hold.
    NotOpened
        It is not what was sealed with this token for this row and revision.
    """
    if sealed.seal_version != SEAL_VERSION:
        raise NotOpened("a newer kedut sealed it: install that one again")
    cipher = _cipher(token, keys, sealed.key_id)
    nonce, body = sealed.ciphertext[:NONCE_BYTES], sealed.ciphertext[NONCE_BYTES:]
    try:
        bound = _bound(lookup_of(token), sealed.revision, sealed.key_id)
        plain = cipher.decrypt(nonce, body, bound)
    except (InvalidTag, ValueError, struct.error):
        raise NotOpened from None
    size_bytes, created, updated = HEAD.unpack_from(plain)
    return Kept(
        document=plain[HEAD.size : HEAD.size + size_bytes],
        revision=sealed.revision,
        created_at=EPOCH + created * MICROSECOND,
        updated_at=EPOCH + updated * MICROSECOND,
    )


def _cipher(token: Token, keys: Keys, key_id: str) -> AESGCM:
    secret = keys.secret(key_id)
    if secret is None:
        raise KeyMissing(key_id)
    return AESGCM(derive(token, salt=secret, label=b"kedut kept seal " + key_id.encode()))


def derive(token: Token, *, salt: bytes, label: bytes) -> bytes:
    """Give 32 bytes that only the token, and the salt, lead to; another label, other bytes."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=label).derive(token.secret)


def _bound(lookup: bytes, revision: int, key_id: str) -> bytes:
    return BOUND.pack(b"kedut kept", SEAL_VERSION, revision, key_id.encode(), lookup)
