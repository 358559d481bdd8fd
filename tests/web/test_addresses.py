"""What an address can lead to: our own files and pages, and nothing else."""

from __future__ import annotations

import pytest

from tests.web.client import TestClient


@pytest.mark.parametrize(
    "path",
    [
        *("a%00b", "a" * 5000, "css", "css/", "", "%ff", "fonts/OFL.txt"),
        *("../app.py", "%2e%2e/app.py", "..%2f..%2fcli/main.py", "css/../../app.py", "/etc/passwd"),
    ],
)
def test_only_files_of_the_pages_are_given_whatever_is_asked_for(
    path: str, client: TestClient
) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_nobody_is_led_to_a_place_that_a_request_names(client: TestClient) -> None:
    there = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
    for path in ("/", "/en", "/en/topics/", "/en/interview/", "//elsewhere.example/", "/en//x/"):
        led = client.get(path, headers=there).headers.get("location", "")
        assert "elsewhere" not in led, path


def test_a_page_under_a_link_is_in_no_search_engine(client: TestClient) -> None:
    for path in ("/en/kept/Zm9yZ2V0", "/id/keep", "/en/result"):
        assert client.get(path).headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in client.get("/en/topics").headers
