"""Tokens and keys are read exactly, and never shown by accident."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kedut.storage.errors import BadKey, NotKept
from kedut.storage.keys import NO_KEY, Keys, ServerKey
from kedut.storage.seal import lookup_of
from kedut.storage.token import Token

SECRETS = st.binary(min_size=32, max_size=32)


@given(secret=SECRETS)
def test_a_token_is_read_as_it_is_written_in_43_plain_characters(secret: bytes) -> None:
    text = Token(secret).text
    assert Token.parse(text) == Token(secret)
    assert len(text) == 43
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(text=st.text())
@example("A" * 42 + "B")  # bits to spare: another spelling of 43 times A
@example("A" * 43 + "=")
@example("A" * 42 + "/")
@example("A" * 42 + "\n")
@example("A" * 44)
@example("\uff21" * 43)  # a wide A
def test_anything_else_is_no_token_and_says_no_more(text: str) -> None:
    with pytest.raises(NotKept, match="nothing is kept under this link"):
        Token.parse(text)


def test_fresh_tokens_differ() -> None:
    assert len({Token.fresh() for _ in range(100)}) == 100


def test_neither_token_nor_key_shows_in_a_traceback() -> None:
    token, key = Token(b"s" * 32), ServerKey(b"k" * 32)
    assert "ss" not in repr(token)
    assert "kk" not in repr(key) + repr(Keys((key,)))
    assert token.text not in str(token)


@given(secret=SECRETS)
def test_the_lookup_does_not_hold_the_secret(secret: bytes) -> None:
    lookup = lookup_of(Token(secret))
    assert len(lookup) == 32
    assert lookup != secret
    assert lookup == lookup_of(Token(secret))


@given(secrets=st.lists(SECRETS, max_size=3), padded=st.booleans(), url_safe=st.booleans())
def test_keys_are_read_in_any_base64_and_the_first_writes(
    secrets: list[bytes], padded: bool, url_safe: bool
) -> None:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    words = [encode(secret).decode() for secret in secrets]
    keys = Keys.parse(",\n ".join(word if padded else word.rstrip("=") for word in words))
    assert [key.secret for key in keys.newest_first] == secrets
    assert keys.writing == (ServerKey(secrets[0]).key_id if secrets else NO_KEY)
    assert all(keys.secret(ServerKey(secret).key_id) == secret for secret in secrets)
    assert keys.secret("0" * 16) is None
    assert keys.secret(NO_KEY) == b""


@pytest.mark.parametrize("word", ["short", "A" * 42, "A" * 44, "A" * 43 + "!", "ä" * 43, "===="])
def test_a_key_that_is_none_is_named_by_its_place_and_not_repeated(word: str) -> None:
    good = base64.b64encode(bytes(32)).decode()
    with pytest.raises(BadKey, match="key 2 of KEDUT_KEY is not 32 bytes") as told:
        Keys.parse(f"{good},{word}")
    assert word not in str(told.value)


def test_the_environment_gives_the_keys_or_none() -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    assert Keys.from_environment({"KEDUT_KEY": key}) == Keys.parse(key)
    assert Keys.from_environment({"KEDUT_KEY": ""}) == Keys.from_environment({}) == Keys()
