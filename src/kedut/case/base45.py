"""Base45 (RFC 9285): bytes as the characters that a QR code packs two in eleven bits."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
_PAIR, _TRIPLE = 2, 3


def encode(data: bytes) -> str:
    """Give bytes as base45: two bytes become three characters, a last one two."""
    letters = []
    for start in range(0, len(data), _PAIR):
        part = data[start : start + _PAIR]
        number = int.from_bytes(part, "big")
        for _ in range(len(part) + 1):
            number, digit = divmod(number, len(_ALPHABET))
            letters.append(_ALPHABET[digit])
    return "".join(letters)


def decode(text: str) -> bytes:
    """Give the bytes of a base45 text.

    Raises
    ------
    ValueError
        A character outside of the alphabet, a length or a group that no bytes give.
    """
    data = bytearray()
    for start in range(0, len(text), _TRIPLE):
        part = text[start : start + _TRIPLE]
        if len(part) == 1:
            raise ValueError("one character too many or too few")
        try:
            number = sum(_VALUE[c] * len(_ALPHABET) ** place for place, c in enumerate(part))
        except KeyError as error:
            raise ValueError(f"character {error.args[0]!r} is not one of base45") from None
        size = len(part) - 1
        if number >= 1 << 8 * size:
            raise ValueError(f"{part!r} stands for no bytes")
        data += number.to_bytes(size, "big")
    return bytes(data)
