"""The guards before every page: headers, cookies, limits, and a log in which nobody is found."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st

from kedut.knowledge.load import ours
from kedut.web.app import create_app
from kedut.web.assets import asset
from kedut.web.body import LARGEST_BYTES, BodyTooSlow, read_whole
from kedut.web.csrf import COOKIE, FIELD, holds, token_for
from kedut.web.failures import add_failures
from kedut.web.logs import FAULTS, REQUESTS, log_configuration
from kedut.web.rate import Buckets, address_of
from kedut.web.security import add_security
from kedut.web.settings import Settings
from tests.web.client import TestClient

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Give method and address of every route, its places filled with something."""
    schema_less = [route for route in walk(app.routes) if isinstance(route, APIRoute)]
    found = [
        (method, re.sub(r"\{[^}]*\}", "en", route.path.replace("{language}", "en")))
        for route in schema_less
        for method in sorted(route.methods)
    ]
    return [*found, ("GET", "/nothing/here"), ("PATCH", "/en/"), ("GET", "/static/nothing.css")]


def walk(found: list[Any]) -> Iterator[Any]:
    """Give routes, those of included routers too."""
    for route in found:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None:
            yield from walk(inner.routes)
        else:
            yield route


def small_app(**told: Any) -> FastAPI:
    """Give an application of two pages behind the same guards."""
    app = FastAPI()
    app.state.settings = Settings(secret="s", **told)
    app.state.knowledge = ours()

    @app.get("/api/v1/hello")
    async def hello() -> str:
        return "hello"

    @app.post("/api/v1/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    @app.post("/en/size")
    async def page_size(request: Request) -> int:
        return len(await request.body())

    @app.get("/en/fault/{token}")
    async def fault(token: str) -> str:
        raise ValueError(f"someone said {token}")

    add_failures(app)
    add_security(app, body_within_s=0.2)
    return app


def test_every_answer_carries_the_headers_and_a_strict_policy(client: TestClient) -> None:
    found = routes(client.app)
    assert len(found) > 20
    for method, path in found:
        answer = client.request(method, path)
        told = {name: answer.headers.get(name) for name in ALWAYS}
        assert told == ALWAYS, (method, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|\*|https?:", policy), (method, path)
        assert answer.headers["cache-control"], (method, path)
        assert "server" not in answer.headers


def test_every_body_says_what_it_is_and_what_is_for_programs_is_never_shown_as_a_page(
    client: TestClient,
) -> None:
    for method, path in [*routes(client.app), ("GET", asset("icons/favicon.svg"))]:
        answer = client.request(method, path)
        kind = answer.headers.get("content-type", "")
        if answer.content:
            assert kind, (method, path)
        if kind.startswith("text/") or "+xml" in kind:
            assert "charset=utf-8" in kind, (method, path)
        if path.startswith(("/api/", "/fhir", "/cds-services", "/health", "/ready")):
            assert answer.headers["content-disposition"] == 'attachment; filename="api.json"'


def test_browsers_insist_on_encryption_only_where_there_is_some() -> None:
    with_it = TestClient(small_app(secure=True)).get("/api/v1/hello")
    without = TestClient(small_app()).get("/api/v1/hello")
    assert "max-age" in with_it.headers["strict-transport-security"]
    assert "strict-transport-security" not in without.headers


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(secure: bool) -> None:
    app = create_app(Settings(secret="s", secure=secure))
    told = TestClient(app).get("/en/interview").headers["set-cookie"]
    marks = {part.strip() for part in told.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= marks
    assert ("Secure" in marks) == secure
    assert told.startswith("__Host-" if secure else COOKIE)
    assert "Domain" not in told


def test_the_cookie_comes_with_a_page_that_holds_a_form_and_with_no_other(
    client: TestClient,
) -> None:
    with_it, without = set(), set()
    for method, path in routes(client.app):
        if method != "GET":
            continue
        client.cookies.clear()
        answer = client.get(path)
        form = TOKEN.search(answer.text) is not None and 'method="post"' in answer.text
        assert (COOKIE in answer.headers.get("set-cookie", "")) == form, path
        (with_it if form else without).add(path)
    assert {"/en/", "/en/interview", "/en/keep"} <= with_it
    assert {"/health", "/en/offline", "/en/about", "/en/topics", "/nothing/here"} <= without


def test_answers_are_never_kept_by_the_browser_and_information_is_looked_at_anew(
    client: TestClient,
) -> None:
    def keeping(path: str) -> str:
        return str(client.get(path).headers["cache-control"])

    assert keeping("/en/") == "private, no-cache"
    assert keeping("/en/interview") == "private, no-cache"
    assert keeping("/en/nothing") == "no-store"
    assert keeping("/health") == "no-store"
    assert "immutable" in keeping(asset("css/kedut.css"))
    assert keeping("/static/css/kedut.css") == "no-cache"
    posted = client.post("/en/interview", data={"csrf": "x"})
    assert posted.headers["cache-control"] == "no-store"
    assert client.post("/api/v1/assess", json={}).headers["cache-control"] == "no-store"


class Forms:
    """A request as the form tokens see it."""

    def __init__(self, secret: str = "s") -> None:
        self.app = FastAPI()
        self.app.state.settings = Settings(secret=secret)

    def request(self, cookie: str = "", site: str = "") -> Request:
        headers = [(b"cookie", cookie.encode())] if cookie else []
        headers += [(b"sec-fetch-site", site.encode())] if site else []
        return Request({"type": "http", "headers": headers, "app": self.app, "state": {}})


def test_a_form_token_holds_in_its_browser_alone_and_looks_different_each_time() -> None:
    forms = Forms()
    page = forms.request()
    first, second = token_for(page), token_for(page)
    assert first != second, "a constant would tell its length in a packed page"
    mine = f"{COOKIE}={page.state.browser}"
    assert holds(forms.request(mine), first)
    assert holds(forms.request(mine), second)
    assert holds(forms.request(mine, "same-origin"), first)
    assert not holds(forms.request(mine, "cross-site"), first)
    assert not holds(forms.request(mine, "same-site"), first)
    assert not holds(forms.request(), first)
    assert not holds(forms.request(f"{COOKIE}={'A' * 43}"), first)
    assert not holds(Forms("another").request(mine), first)


@given(st.text(max_size=120))
def test_no_other_text_is_a_form_token(text: str) -> None:
    forms = Forms()
    page = forms.request()
    token_for(page)
    assert not holds(forms.request(f"{COOKIE}={page.state.browser}"), text)


def test_a_form_of_a_page_goes_through_and_one_without_its_token_does_not(
    client: TestClient,
) -> None:
    page = client.get("/en/interview")
    found = TOKEN.search(page.text)
    assert found, "the page holds a form"
    assert client.cookies
    told = {"action": "about", "whom": "myself", "age": "40"}
    good = client.post("/en/interview", data={**told, FIELD: found[1]})
    bad = client.post("/en/interview", data={**told, FIELD: "x"})
    assert good.status_code == bad.status_code == 200, "an old form is shown again, never lost"
    assert 'name="age"' not in good.text
    assert 'value="40"' in bad.text


def chunks(count: int) -> Iterator[bytes]:
    """Give a body without a length."""
    for _ in range(count):
        yield b"x" * 1024


@pytest.mark.parametrize("path", ["/api/v1/size", "/en/size"])
def test_a_body_too_large_is_refused_whether_its_length_is_told_or_not(path: str) -> None:
    client = TestClient(small_app())
    most = LARGEST_BYTES // 1024
    assert client.post(path, content=b"x" * LARGEST_BYTES).json() == LARGEST_BYTES
    assert client.post(path, content=chunks(most)).json() == LARGEST_BYTES
    for body in (b"x" * (LARGEST_BYTES + 1), chunks(most + 1)):
        answer = client.post(path, content=body)
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    async def never() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    scope = {"headers": [(b"content-length", b"10")]}
    with pytest.raises(BodyTooSlow):
        asyncio.run(read_whole(scope, never, largest_bytes=100, within_s=0.01))


def test_a_slow_sender_gets_an_answer_that_says_so() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/size",
        "query_string": b"",
        "headers": [(b"content-length", b"10")],
        "client": ("192.0.2.1", 1),
        "state": {},
    }
    asyncio.run(small_app()(scope, receive, send))
    assert sent[0]["status"] == 408


def test_too_many_requests_are_told_how_long_to_wait_and_others_are_not_touched() -> None:
    app = small_app(requests_per_minute=3)
    here = TestClient(app, client=("192.0.2.1", 1))
    there = TestClient(app, client=("192.0.2.2", 1))
    assert [here.get("/api/v1/hello").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = here.get("/api/v1/hello")
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert "minute" in refused.json()["error"]["what"]
    assert there.get("/api/v1/hello").status_code == 200


def test_what_belongs_to_a_page_is_not_counted() -> None:
    client = TestClient(create_app(Settings(secret="s", requests_per_minute=1)))
    assert [client.get(asset("css/kedut.css")).status_code for _ in range(3)] == [200] * 3
    assert [client.get("/health").status_code for _ in range(3)] == [200] * 3
    assert [client.get("/en/").status_code for _ in range(2)] == [200, 429]


def test_a_bucket_fills_with_time_and_the_table_stays_small() -> None:
    clock = [0.0]
    buckets = Buckets(60, most_addresses=10, now=lambda: clock[0])
    assert [buckets.wait_s("a") for _ in range(60)] == [0.0] * 60
    assert buckets.wait_s("a") == pytest.approx(1.0)
    clock[0] = 1.0
    assert buckets.wait_s("a") == 0.0
    assert buckets.wait_s("a") > 0
    for number in range(100):
        buckets.wait_s(str(number))
    assert len(buckets) == 10


@pytest.mark.parametrize(
    "proxies, forwarded, address",
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "2001:db8::1:2:3:4", "2001:db8::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "no:address", "?"),
    ],
)
def test_whom_a_request_counts_for_cannot_be_made_up_before_our_proxies(
    proxies: int, forwarded: str, address: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())]
    scope = {"type": "http", "client": ("192.0.2.1", 1), "headers": headers}
    assert address_of(scope, proxies) == address


def test_pages_are_packed_and_fonts_are_not_packed_twice(client: TestClient) -> None:
    page = client.get("/en/")
    assert page.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["vary"]
    font = next(Path("src/kedut/report/fonts").glob("*.woff2"))
    assert "content-encoding" not in client.get(f"/static/fonts/{font.name}").headers


def test_a_question_for_the_head_alone_gets_no_body(client: TestClient) -> None:
    answer = client.head("/en/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Catch all that anything logs."""
    caplog.set_level(logging.DEBUG)
    return caplog


def test_nothing_personal_is_written_down(
    client: TestClient, lines: pytest.LogCaptureFixture
) -> None:
    kept = "Zm9yZ2V0LW1lLW5vdC1mb3JnZXQtbWUtbm90"
    case = '{"id": "Siti", "age": 47, "findings_present": ["suicidal_thoughts_x"]}'
    client.post("/api/v1/assess?lang=en", content=case, headers={"X-Forwarded-For": "203.0.113.9"})
    client.get(f"/en/kept/{kept}?q=secretly")
    client.post("/en/interview", data={"csrf": "tok-en", "t": "trans-cript"})
    written = " ".join(r.getMessage() for r in lines.records if r.name.startswith("kedut"))
    assert '"route": "/api/v1/assess"' in written
    for private in (
        *("Siti", "47,", "suicidal", kept, "secretly", "203.0.113", "testclient"),
        *("tok-en", "trans-cript", client.cookies.get(COOKIE) or "no cookie"),
    ):
        assert private not in written, private


def test_a_fault_is_written_down_by_its_place_and_not_by_its_message(
    lines: pytest.LogCaptureFixture,
) -> None:
    answer = TestClient(small_app()).get("/en/fault/Siti")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "Siti" not in answer.text
    written = [r.getMessage() for r in lines.records if r.name in (FAULTS.name, REQUESTS.name)]
    assert any('"kind": "ValueError"' in one and "fault" in one for one in written)
    assert not any("Siti" in one or "someone said" in one for one in written)


def test_the_server_beneath_us_writes_no_traceback_either() -> None:
    named = log_configuration()["formatters"]["named"]["()"]()
    try:
        raise ValueError("Siti")
    except ValueError as error:
        record = logging.LogRecord(
            "uvicorn.error", logging.ERROR, "", 0, "fault", (), (ValueError, error, None)
        )
    written = named.format(record)
    assert "Siti" not in written
    assert '"kind": "ValueError"' in written
