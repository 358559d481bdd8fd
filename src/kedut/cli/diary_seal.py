"""The lines of a diary sealed one by one with the key of KEDUT_KEY; without a key they are plain.

The key that seals comes from KEDUT_KEY by HKDF-SHA256, a line goes into AES-256-GCM padded to whole
blocks, so its length tells little. A line opens whatever stands before and after it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import struct
from typing import TYPE_CHECKING

from kedut.storage.keys import SETTING, Keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_BEGINS = '{"sealed"'
_VERSION = 1
_BLOCK_BYTES, _NONCE_BYTES, _KEY_BYTES = 256, 12, 32
_LENGTH = struct.Struct(">I")
_LABEL = b"kedut diary line "


class LineChanged(ValueError):
    """A sealed line that was changed since, or cut short."""

    def __init__(self) -> None:
        super().__init__("this line is sealed and does not open: it was changed or cut short")


class LineSeal:
    """Seals and opens lines with the keys of the environment; a plain line opens as it is."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._ciphers: dict[str, AESGCM] = {}

    @classmethod
    def ours(cls) -> LineSeal:
        """Give the seal of KEDUT_KEY."""
        return cls(Keys.from_environment(os.environ))

    @property
    def seals(self) -> bool:
        """Tell whether there is a key to seal with."""
        return bool(self._keys.newest_first)

    def seal(self, line: str) -> str:
        """Give a line as it is written down."""
        if not self.seals:
            return line
        key_id = self._keys.writing
        document = line.encode(errors="surrogatepass")
        plain = _LENGTH.pack(len(document)) + document
        plain += bytes(-len(plain) % _BLOCK_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = nonce + self._cipher(key_id).encrypt(nonce, plain, _LABEL + key_id.encode())
        told = {"sealed": _VERSION, "key": key_id, "box": base64.b64encode(box).decode()}
        return json.dumps(told)

    def open(self, line: str) -> str:
        """Give a line as it was before it was sealed.

        Raises
        ------
        LineChanged
        ValueError
            It was sealed with a key that is not here; nothing of the diary is read without it.
        """
        if not line.startswith(_BEGINS):
            return line
        try:
            told = json.loads(line)
            key_id = str(told["key"])
            box = base64.b64decode(told["box"], validate=True)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise LineChanged from None
        cipher = self._cipher(key_id)
        from cryptography.exceptions import InvalidTag

        try:
            nonce, body = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
            plain = cipher.decrypt(nonce, body, _LABEL + key_id.encode())
            (size,) = _LENGTH.unpack_from(plain)
        except (InvalidTag, ValueError, struct.error):
            raise LineChanged from None
        return plain[_LENGTH.size : _LENGTH.size + size].decode(errors="surrogatepass")

    def _cipher(self, key_id: str) -> AESGCM:
        cipher = self._ciphers.get(key_id)
        if cipher is not None:
            return cipher
        secret = self._keys.secret(key_id) if key_id else None
        if not secret:
            given = "another key" if self.seals else "no key"
            raise ValueError(
                f"the diary is sealed with the key {key_id[:16]!r}, and {SETTING} holds {given}; "
                f"set {SETTING} to the key it was written with, or add that one after the newest"
            )
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF
        except ImportError:
            raise ValueError(
                f"{SETTING} is set, and what seals is not installed; "
                "install kedut with its part `web`"
            ) from None
        kdf = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_LABEL + b"seal")
        cipher = self._ciphers[key_id] = AESGCM(kdf.derive(secret))
        return cipher
