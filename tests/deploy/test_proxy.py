"""nginx as deployed before two `kedut serve`: who is limited, what is kept secret, who answers."""

from __future__ import annotations

import re
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kedut.bench.proxy import NAME, NGINX, NO_NGINX, Proxy, check, running, write
from tests.web.process import Running, serving

pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason=NO_NGINX)]
LIMIT = 40  # requests a minute, for each of the two
TOLD = {
    "KEDUT_SECRET": "only-for-tests-only-for-tests-only",
    "KEDUT_SECURE": "1",
    "KEDUT_PROXIES": "1",
    "KEDUT_METRICS": "1",
    "KEDUT_REQUESTS_PER_MINUTE": str(LIMIT),
}
LINK = "Zm9yZ2V0LW1lLW5vdC1mb3JnZXQtbWUtbm90LWZvcmdld"


class Named(httpx.HTTPTransport):
    """Goes to an address and asks for the site by its name."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = NAME
        return super().handle_request(request)


@dataclass
class Site:
    """The proxy and the two behind it."""

    proxy: Proxy
    backends: tuple[Running, Running]

    def visitor(self, number: int) -> httpx.Client:
        """Give the browser of one visitor, who has an address of their own."""
        port = self.proxy.secure.rpartition(":")[2]
        trusted = ssl.create_default_context(cafile=self.proxy.folder / "fullchain.pem")
        transport = Named(verify=trusted, local_address=f"127.0.0.{number}")
        return httpx.Client(
            transport=transport, base_url=f"https://127.0.0.1:{port}", headers={"Host": NAME}
        )


def site_in(folder: Path, stack: ExitStack) -> Site:
    """Start all three."""
    backends = []
    for name in ("one", "two"):
        (folder / name).mkdir()
        backends.append(stack.enter_context(serving(folder / name, told=TOLD)))
    (folder / "nginx").mkdir()
    proxy = write(folder / "nginx", [backend.port for backend in backends])
    return Site(stack.enter_context(running(proxy)), (backends[0], backends[1]))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with ExitStack() as stack:
        yield site_in(tmp_path_factory.mktemp("site"), stack)


def begin(client: httpx.Client) -> httpx.Response:
    """Open the interview and send its first form."""
    page = client.get("/en/interview")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token, page.text[:200]
    return client.post(
        "/en/interview",
        data={"csrf": token[1], "action": "about", "whom": "myself", "age": "40"},
        headers={"Origin": f"https://{NAME}", "Sec-Fetch-Site": "same-origin"},
    )


def test_nginx_takes_the_file_without_a_warning(tmp_path: Path) -> None:
    write(tmp_path, [8000])
    said = check(tmp_path)
    assert "test is successful" in said
    assert "[" not in said.replace("[notice]", ""), said


def test_plain_http_leads_to_https_and_still_proves_who_asks_for_a_certificate(site: Site) -> None:
    led = httpx.get(f"{site.proxy.plain}/en/about", headers={"Host": NAME})
    assert (led.status_code, led.headers["location"]) == (308, f"https://{NAME}/en/about")
    led = httpx.get(f"{site.proxy.plain}/en/about", headers={"Host": "elsewhere.example"})
    assert led.headers["location"] == f"https://{NAME}/en/about"
    assert httpx.get(f"{site.proxy.plain}/.well-known/acme-challenge/token").text == "proof"


def test_browsers_get_http2_and_no_old_encryption(site: Site) -> None:
    place = ("127.0.0.1", int(site.proxy.secure.rpartition(":")[2]))
    context = ssl.create_default_context(cafile=site.proxy.folder / "fullchain.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(place) as line,
        context.wrap_socket(line, server_hostname=NAME) as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"
        assert secured.version() == "TLSv1.3"


@pytest.mark.parametrize("ciphers", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES256-GCM-SHA384"])
def test_weak_encryption_is_refused(ciphers: str, site: Site) -> None:
    context = ssl.create_default_context(cafile=site.proxy.folder / "fullchain.pem")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    place = ("127.0.0.1", int(site.proxy.secure.rpartition(":")[2]))
    with socket.create_connection(place) as line, pytest.raises(ssl.SSLError):
        context.wrap_socket(line, server_hostname=NAME)


def test_the_interview_goes_on_whichever_of_the_two_answers(site: Site) -> None:
    with site.visitor(2) as client:
        for _ in range(6):
            answer = begin(client)
            assert answer.status_code == 200
            assert 'name="age"' not in answer.text, "the interview has gone on"
            assert answer.headers["strict-transport-security"]
        (cookie,) = client.cookies.jar
    assert cookie.name.startswith("__Host-")
    assert cookie.secure
    for backend in site.backends:
        assert '"route": "/{language}/interview"' in backend.log.read_text(), "both took part"


def test_each_visitor_has_a_limit_of_their_own_that_no_header_of_theirs_lifts(site: Site) -> None:
    with site.visitor(3) as greedy, site.visitor(4) as other:
        seen = [
            greedy.get("/en/about", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
            for n in range(2 * LIMIT + 10)
        ]
        assert seen.count(200) >= LIMIT
        assert seen[-1] == 429
        assert other.get("/en/about").status_code == 200


def test_ready_is_for_the_machine_itself_only(site: Site) -> None:
    with site.visitor(5) as outside, site.visitor(1) as alarm:
        assert outside.get("/ready").status_code == 403
        assert alarm.get("/ready").json()["status"] == "ready"
        assert outside.get("/health").json()["status"] == "ok"


def test_counts_are_not_told_to_the_world(site: Site) -> None:
    for port in (backend.port for backend in site.backends):
        told = httpx.get(f"http://127.0.0.1:{port}/metrics")
        assert "kedut_requests_total" in told.text, "who runs it asks each kedut itself"
    with site.visitor(8) as outside, site.visitor(1) as inside:
        for path in ("/metrics", "/metrics/", "/metrics?x", "/%6Detrics"):
            assert outside.get(path).status_code == 404
            assert "kedut_requests" not in inside.get(path).text


def test_a_request_has_the_same_number_in_both_logs(site: Site) -> None:
    with site.visitor(9) as client:
        claimed = "f" * 32
        number = client.get("/en/about", headers={"X-Request-ID": claimed}).headers["x-request-id"]
    assert number != claimed, "a visitor does not choose it"

    def written() -> bool:
        logs = [one.log.read_text() for one in site.backends]
        return number in site.proxy.written and any(f'"request": "{number}"' in log for log in logs)

    until = time.monotonic() + 20  # both write their line after their answer
    while not written():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_neither_address_nor_link_is_written_down(site: Site) -> None:
    with site.visitor(6) as client:
        assert client.get(f"/en/kept/{LINK}?q=secretly").status_code == 404
        client.post("/en/interview", content=b"x" * 2_000_000)
        httpx.get(f"{site.proxy.plain}/en/kept/{LINK}")
    written = site.proxy.written
    assert re.search(r"^\S+ GET 404 \d+ [\d.]+ [0-9a-f]{32}$", written, re.MULTILINE)
    for private in (LINK, "secretly", "127.0.0.6", "/en/kept", "Mozilla", "python-httpx"):
        assert private not in written


def test_a_body_is_never_written_to_a_file_of_the_proxy(site: Site) -> None:
    for name in ("client_body", "proxy"):
        assert not [path for path in (site.proxy.folder / name).rglob("*") if path.is_file()]


def test_one_killed_is_not_missed_and_all_killed_is_told_in_both_languages(tmp_path: Path) -> None:
    with ExitStack() as stack:
        site = site_in(tmp_path, stack)
        with site.visitor(7) as client:
            assert begin(client).status_code == 200
            site.backends[0].process.send_signal(signal.SIGKILL)
            site.backends[0].process.wait()
            for _ in range(6):
                answer = begin(client)
                assert answer.status_code == 200
                assert 'name="age"' not in answer.text
            site.backends[1].process.send_signal(signal.SIGKILL)
            site.backends[1].process.wait()
            for answer in (client.get("/en/about"), client.post("/id/interview", data={"t": "x"})):
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) > 0
                assert "Jawaban Anda tidak hilang" in answer.text
                assert "Your answers are not lost" in answer.text
        assert "127.0.0.7" not in site.proxy.written
