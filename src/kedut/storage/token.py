"""The secret in a person's link, which nobody else has."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field

from kedut.storage.errors import NotKept

TOKEN_BYTES = 32
TOKEN_CHARACTERS = 43


@dataclass(frozen=True, slots=True)
class Token:
    """32 random bytes; shown as 43 letters, digits, hyphens and underscores.

    Its `repr` does not show it, so that no log or traceback does.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != TOKEN_BYTES:
            raise NotKept

    @classmethod
    def fresh(cls) -> Token:
        """Give a token nobody had before."""
        return cls(secrets.token_bytes(TOKEN_BYTES))

    @classmethod
    def parse(cls, text: str) -> Token:
        """Read a token as `text` writes it.

        Raises
        ------
        NotKept
            It is no token; one sentence for every wrong link, so that none says how it is wrong.
        """
        if len(text) != TOKEN_CHARACTERS or not text.isascii():
            raise NotKept
        try:
            token = cls(base64.b64decode(text + "=", altchars=b"-_", validate=True))
        except binascii.Error:
            raise NotKept from None
        if token.text != text:  # the last character has bits to spare: one token, one spelling
            raise NotKept
        return token

    @property
    def text(self) -> str:
        """The token as it stands in a link or a file."""
        return base64.urlsafe_b64encode(self.secret).decode("ascii").rstrip("=")
