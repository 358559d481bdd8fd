"""The server's keys: the newest seals, older ones still open."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kedut.storage.errors import BadKey

KEY_BYTES = 32
NO_KEY = ""  # the key id of what is sealed by the link alone
SETTING = "KEDUT_KEY"


@dataclass(frozen=True, slots=True)
class ServerKey:
    """32 secret bytes that stand outside the database, and the name they have inside."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Sixteen hexadecimal digits that name the key and do not tell it."""
        return hashlib.sha256(b"kedut key id\0" + self.secret).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Keys:
    """The server's keys, newest first; none means that the link alone seals."""

    newest_first: tuple[ServerKey, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Keys:
        """Read keys in base64, newest first, separated by commas or spaces.

        Raises
        ------
        BadKey
            One of them is not 32 bytes in base64; says which, not what.
        """
        words = [word for word in re.split(r"[\s,]+", text) if word]
        return cls(tuple(_key(word, place) for place, word in enumerate(words, start=1)))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Keys:
        """Read the keys in KEDUT_KEY; none if it is not set or empty."""
        return cls.parse(environment.get(SETTING, ""))

    @property
    def writing(self) -> str:
        """The id of the key that seals from now on."""
        return self.newest_first[0].key_id if self.newest_first else NO_KEY

    def secret(self, key_id: str) -> bytes | None:
        """Give the key of this id: empty for what the link alone seals, None if it is not here."""
        if key_id == NO_KEY:
            return b""
        return next((key.secret for key in self.newest_first if key.key_id == key_id), None)


def _key(word: str, place: int) -> ServerKey:
    plain = word.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        secret = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey(place) from None
    if len(secret) != KEY_BYTES:
        raise BadKey(place)
    return ServerKey(secret)
