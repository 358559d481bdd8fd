"""The settings of a server: one name each, and what cannot be is told in one sentence."""

from __future__ import annotations

import pytest

from kedut.storage.keys import Keys
from kedut.web.settings import PREFIX, BadSetting, Settings, settings_from

ONE, TWO = "A" * 42 + "E", "B" * 42 + "E"
SECRET = "s" * 43


def told(**values: str) -> Settings:
    """Give the settings of an environment."""
    return settings_from({PREFIX + name: value for name, value in values.items()})


@pytest.mark.parametrize("between", [",", ", ", " ", "\n"])
def test_several_keys_stand_in_one_setting_the_newest_first(between: str) -> None:
    settings = told(KEY=f"{ONE}{between}{TWO}")
    assert settings.keys == (ONE, TWO)
    assert Keys.parse(",".join(settings.keys)).writing == Keys.parse(ONE).writing


def test_the_web_and_the_command_line_read_the_same_keys() -> None:
    environment = {"KEDUT_KEY": f"{ONE},{TWO}"}
    web = Keys.parse(",".join(settings_from(environment).keys))
    assert web == Keys.from_environment(environment)


def test_without_settings_a_secret_is_made_and_nothing_else_is_assumed() -> None:
    first, second = told(), told()
    assert first.secret != second.secret
    assert len(first.secret) >= 43
    assert (first.keys, first.secure, first.proxies, first.reports_to) == ((), False, 0, "")


@pytest.mark.parametrize(
    "text, secure", [("1", True), ("yes", True), ("ON", True), ("0", False), ("off", False)]
)
def test_yes_and_no_are_understood(text: str, secure: bool) -> None:
    assert told(SECURE=text).secure is secure


@pytest.mark.parametrize(
    "name, value",
    [
        ("SECRET", "hunter2"),
        ("SECURE", "maybe"),
        ("PROXIES", "-1"),
        ("REQUESTS_PER_MINUTE", "many"),
        ("LANGUAGE", "fr"),
        ("REPORTS_TO", "nobody"),
        ("REPORTS_TO", "a@example.org?bcc=b@example.org"),
        ("REPORTS_TO", "a@example.org\nb@example.org"),
    ],
)
def test_what_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^KEDUT_{name} "):
        told(**{name: value})


def test_a_secret_is_not_repeated_in_a_complaint() -> None:
    with pytest.raises(BadSetting) as complaint:
        told(SECRET="hunter2")
    assert "hunter2" not in str(complaint.value)


def test_the_settings_that_can_be_are_taken() -> None:
    settings = told(SECRET=SECRET, REPORTS_TO="figures@example.org", LANGUAGE="en", PROXIES="2")
    assert settings.secret == SECRET
    assert settings.reports_to == "figures@example.org"
    assert (settings.language, settings.proxies) == ("en", 2)
