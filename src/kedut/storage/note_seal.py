"""Sealing one note of a diary: opened by the same link as what is kept, in its own row only.

As in `seal`, with labels of its own. The name a note is found by comes from the token and what the
caller calls it: the same note sent twice is one row, and the name tells nothing.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kedut.storage.errors import KeyMissing, NotOpened
from kedut.storage.keys import Keys
from kedut.storage.seal import NONCE_BYTES, derive, lookup_of
from kedut.storage.token import Token

NOTE_BLOCK_BYTES = 256
NOTE_SEAL_VERSION = 1
_LENGTH = struct.Struct(">I")
_BOUND = struct.Struct(">11sH16s32s32s")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedNote:
    """What a row of the database holds of a note."""

    name: bytes
    seal_version: int
    key_id: str
    ciphertext: bytes = field(repr=False)


class NoteSeal:
    """Seals and opens the notes under one token; the keys are derived once."""

    def __init__(self, token: Token, keys: Keys) -> None:
        self.lookup = lookup_of(token)
        self._token = token
        self._keys = keys
        self._ciphers: dict[str, AESGCM] = {}

    def name_of(self, name: bytes) -> bytes:
        """Give the 32 bytes by which the database finds a note."""
        return derive(self._token, salt=b"", label=b"kedut note name " + name)

    def seal(self, name: bytes, document: bytes) -> SealedNote:
        """Seal a note with the token and the newest of the server's keys."""
        key_id = self._keys.writing
        plain = _LENGTH.pack(len(document)) + document
        plain += bytes(-len(plain) % NOTE_BLOCK_BYTES)
        nonce = secrets.token_bytes(NONCE_BYTES)
        ciphertext = self._cipher(key_id).encrypt(nonce, plain, self._bound(name, key_id))
        return SealedNote(
            name=name,
            seal_version=NOTE_SEAL_VERSION,
            key_id=key_id,
            ciphertext=nonce + ciphertext,
        )

    def unseal(self, sealed: SealedNote) -> bytes:
        """Open a note.

        Raises
        ------
        KeyMissing
            It was sealed with a server's key that is not here.
        NotOpened
            It is not what was sealed with this token for this row.
        """
        if sealed.seal_version != NOTE_SEAL_VERSION:
            raise NotOpened("a newer kedut sealed it: install that one again")
        cipher = self._cipher(sealed.key_id)
        nonce, body = sealed.ciphertext[:NONCE_BYTES], sealed.ciphertext[NONCE_BYTES:]
        try:
            plain = cipher.decrypt(nonce, body, self._bound(sealed.name, sealed.key_id))
        except (InvalidTag, ValueError, struct.error):
            raise NotOpened from None
        (size_bytes,) = _LENGTH.unpack_from(plain)
        return plain[_LENGTH.size : _LENGTH.size + size_bytes]

    def _cipher(self, key_id: str) -> AESGCM:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            secret = self._keys.secret(key_id)
            if secret is None:
                raise KeyMissing(key_id)
            label = b"kedut note seal " + key_id.encode()
            cipher = self._ciphers[key_id] = AESGCM(derive(self._token, salt=secret, label=label))
        return cipher

    def _bound(self, name: bytes, key_id: str) -> bytes:
        return _BOUND.pack(b"kedut note", NOTE_SEAL_VERSION, key_id.encode(), self.lookup, name)
