"""The measuring page: what it takes, what it gives back, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kedut.assess.transcript import Transcript, interview_of, pack, unpack
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.web import measure_queue, security
from kedut.web.measure import carried
from kedut.web.measure_queue import Full, Queue, measured
from tests.web.recordings import motion_csv

if TYPE_CHECKING:
    from httpx import Response

    from tests.web.client import TestClient

TOLD = pack(Transcript(whom="myself", age=41.0))


def token(client: TestClient, language: str = "en") -> str:
    page = client.get(f"/{language}/measure").text
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def send(
    client: TestClient, content: bytes, name: str = "motion.csv", language: str = "en", **more: str
) -> Response:
    fields = {"csrf": token(client, language), "t": TOLD, **more}
    return client.post(
        f"/{language}/measure", data=fields, files={"recording": (name, content, "text/csv")}
    )


@pytest.fixture(autouse=True)
def place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is put down for a moment lie where no other test puts anything."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def left_over() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("kedut-*/recording*"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_may_use_motion_and_camera_and_no_other_page_may(
    client: TestClient, language: str
) -> None:
    here = client.get(f"/{language}/measure").headers["permissions-policy"]
    for name in ("accelerometer", "camera", "gyroscope"):
        assert f"{name}=(self)" in here
    assert "microphone=()" in here
    for path in ("", "/interview", "/about"):
        elsewhere = client.get(f"/{language}{path or '/'}").headers["permissions-policy"]
        assert "self" not in elsewhere
        assert "camera=()" in elsewhere


def test_the_page_loads_nothing_new(client: TestClient) -> None:
    one, other = client.get("/en/measure").headers, client.get("/en/about").headers
    assert one["content-security-policy"] == other["content-security-policy"]


def test_an_interview_comes_along_and_can_be_gone_back_to(client: TestClient) -> None:
    page = client.post("/en/measure", data={"t": TOLD})
    assert page.status_code == 200
    assert page.text.count(f'name="t" value="{TOLD}"') >= 2
    assert 'action="/en/interview"' in page.text


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recording_is_counted_shown_and_deleted(client: TestClient, language: str) -> None:
    before = left_over()
    page = send(client, motion_csv(), language=language)
    assert page.status_code == 200
    words = ours().words(language)
    assert "measure-hero seen" in page.text
    assert words.say("measure_web.deleted") in page.text
    assert page.text.count("data:image/svg+xml;base64,") >= 2
    assert 'class="measure-step"' in page.text
    assert "measure_web." not in page.text
    assert page.text.rstrip().endswith("</html>")
    assert page.text.index("measure-step") < page.text.index("measure-result")
    assert left_over() == before
    assert "self" not in page.headers["permissions-policy"]


@pytest.mark.slow
def test_what_is_measured_goes_into_the_interview(client: TestClient) -> None:
    page = send(client, motion_csv(seconds=130))
    carrying = re.findall(
        r'action="/en/interview"><input type="hidden" name="t" value="([^"]+)"', page.text
    )
    assert len(carrying) == 1
    case = interview_of(unpack(carrying[0], ours())).case
    shown = re.findall(r"<dt>([^<]+)</dt><dd>", page.text)
    assert len(shown) == len(case.present) + len(case.absent)
    assert case.age == 41.0


def test_findings_become_answers_that_name_the_recording() -> None:
    found = [
        {"id": "measured_twitch_rate_over_10_per_min", "present": True},
        {"id": "measured_rhythm_4_to_7_hz", "present": False},
    ]
    after, names = carried(found, Transcript(whom="myself"), ours())
    case = interview_of(after).case
    assert case.present == ("measured_twitch_rate_over_10_per_min",)
    assert case.absent == ("measured_rhythm_4_to_7_hz",)
    assert unpack(pack(after), ours()) == after
    for language, word in (("en", "recording"), ("id", "rekaman")):
        asked = [ours().words(language).of("findings", name, "question") for name, _ in names]
        assert all(word in text.lower() for text in asked)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, content",
    [
        ("motion.csv", b"not,a\nrecording,at all\n"),
        ("film.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(100)),
        ("a.edf", b"0       " + b"x" * 300),
        ("../../etc/passwd", b"root"),
        ("x.zip", b"PK\x03\x04" + bytes(50)),
    ],
)
def test_what_cannot_be_measured_is_said_and_deleted(
    client: TestClient, name: str, content: bytes
) -> None:
    before = left_over()
    page = send(client, content, name)
    assert page.status_code == 200
    assert ours().words("en").say("measure_web.unreadable") in page.text
    assert "Traceback" not in page.text
    assert "/tmp" not in page.text
    assert left_over() == before


def test_a_form_without_a_recording_is_told_so(client: TestClient) -> None:
    page = client.post(
        "/en/measure", data={"csrf": token(client)}, files={"recording": ("", b"", "text/csv")}
    )
    assert page.status_code == 422
    assert ours().words("en").say("measure_web.no_file") in page.text


def test_a_recording_from_elsewhere_is_not_measured(client: TestClient) -> None:
    files = {"recording": ("motion.csv", b"x", "text/csv")}
    page = client.post("/en/measure", data={"csrf": "x", "t": TOLD}, files=files)
    assert page.status_code == 403
    assert TOLD in page.text


def test_two_files_at_once_are_refused(client: TestClient) -> None:
    files = [("recording", ("a.csv", b"x", "text/csv")), ("recording", ("b.csv", b"x", "text/csv"))]
    page = client.post("/en/measure", data={"csrf": token(client)}, files=files)
    assert page.status_code == 422


def test_a_recording_may_be_large_and_nothing_else_may(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "LARGEST_RECORDING_BYTES", 600_000)
    fits, too_large = bytes(400_000), bytes(700_000)
    token(client)
    files = {"recording": ("x.csv", fits, "text/csv")}
    assert client.post("/en/measure", files=files).status_code == 403  # it was read, not refused
    files = {"recording": ("x.csv", too_large, "text/csv")}
    assert client.post("/en/measure", files=files).status_code == 413
    assert client.post("/en/interview", files={"recording": ("x", fits)}).status_code == 413
    assert client.post("/en/measure", data={"t": "x" * 400_000}).status_code == 413


def test_a_large_recording_told_without_its_length_is_stopped(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "LARGEST_RECORDING_BYTES", 100_000)

    def parts() -> object:
        yield b'--x\r\nContent-Disposition: form-data; name="recording"; filename="a"\r\n\r\n'
        for _ in range(20):
            yield bytes(10_000)
        yield b"\r\n--x--\r\n"

    kind = {"content-type": "multipart/form-data; boundary=x"}
    page = client.post("/en/measure", content=parts(), headers=kind)  # type: ignore[arg-type]
    assert page.status_code == 413
    assert ours().words("en").say("measure_web.too_large") in page.text


def test_who_would_wait_too_long_is_sent_away(client: TestClient) -> None:
    client.app.state.measuring = Queue(at_once=0, waiting=0)  # type: ignore[attr-defined]
    try:
        page = send(client, b"x")
    finally:
        client.app.state.measuring = Queue()  # type: ignore[attr-defined]
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert TOLD in page.text


def test_a_place_in_the_row_is_given_back() -> None:
    async def come_and_go() -> None:
        queue = Queue(at_once=1, waiting=1)
        async with queue.place(), queue.place():
            with pytest.raises(Full):
                async with queue.place():
                    pass
        async with queue.place():
            pass

    asyncio.run(come_and_go())


@pytest.mark.slow
def test_the_process_is_ended_when_nobody_listens_any_more(tmp_path: Path) -> None:
    path = tmp_path / "recording.csv"
    path.write_bytes(motion_csv())

    async def leave_early() -> str:
        async with contextlib.aclosing(measured(path, "en", "")) as lines:
            async for _ in lines:
                break
        return await _children()

    assert "measure_worker" not in asyncio.run(leave_early())


async def _children() -> str:
    listing = await asyncio.create_subprocess_exec(
        "ps", "-o", "args=", "--ppid", str(os.getpid()), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await listing.communicate()
    return out.decode()


@pytest.mark.slow
def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "recording.csv"
    path.write_bytes(motion_csv())

    async def last() -> dict[str, object]:
        *_, end = [said async for said in measured(path, "en", "", within_s=0.05)]
        return end

    assert asyncio.run(last())["wrong"] == "measure_web.too_long"


@pytest.mark.slow
def test_the_process_has_limits_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEDUT_SECRET", "a secret of the server, of some length")
    assert not [name for name in measure_queue._environment() if name.startswith("KEDUT_")]
    code = (
        "import resource; from kedut.web.measure_worker import bound; bound();"
        "print(*[resource.getrlimit(r)[1] for r in "
        "(resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    memory, cpu, core = map(int, told.stdout.split())
    assert 0 < memory <= 4 * 1024**3
    assert 0 < cpu <= 240
    assert core == 0
