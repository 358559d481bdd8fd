"""What people ask of a server, in the shares in which they do, and wrk that asks it."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kedut.bench.proxy import NAME
from kedut.bench.speed import synthetic
from kedut.bench.visitor import Page, Visitor, body_of
from kedut.knowledge.knowledge_base import Knowledge

SCRIPT = Path(__file__).with_name("web_mix.lua")
CONNECTIONS = 32
LATE_S = 10  # wrk gives up on an answer
# Of 25 requests; an interview has about a dozen steps.
SHARES = {"step": 14, "result": 2, "page": 4, "brief": 4, "full": 1}
PAGES = ("about", "causes", "privacy", "measure", "interview", "keep")
_MOST_STEPS = 60
_LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes over the line."""

    method: str
    path: str
    body: bytes = b""
    kind: str = "application/x-www-form-urlencoded"
    cookie: str = ""

    @property
    def raw(self) -> bytes:
        """All its bytes."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {NAME}"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if self.method == "POST":
            lines += [f"Content-Type: {self.kind}", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Poured:
    """What wrk saw: whole answers, such as tell when to come back, neither, broken, and late ones.

    rate : answers a second
    odd : the first statuses that were neither
    """

    rate: float
    p50_ms: float
    p99_ms: float
    most_ms: float
    whole: int
    told: int
    neither: int
    broken: int
    late: int
    odd: str


def requests_of(visitor: Visitor, knowledge: Knowledge, *, people: int) -> dict[str, list[Request]]:
    """Give requests of each kind, such as people made who were played through the site."""
    chance = random.Random(people)
    found: dict[str, list[Request]] = {kind: [] for kind in SHARES}
    for number in range(people):
        language = _LANGUAGES[number % len(_LANGUAGES)]
        asked = list(_played(visitor, language, chance))
        found["step"] += asked[:-1]
        found["result"].append(asked[-1])
        found["page"] += [Request("GET", f"/{language}/{name}") for name in PAGES]
    for number, case in enumerate(synthetic(knowledge, people * 10)):
        kind = "full" if number % 5 == 0 else "brief"
        path = f"/api/v1/assess?detail={kind}&lenient=true"
        found[kind].append(Request("POST", path, case.strip(), "application/json"))
    return found


def _played(visitor: Visitor, language: str, chance: random.Random) -> Iterable[Request]:
    """Give each form that somebody sends from the beginning to the result."""
    path = f"/{language}/interview"
    page = visitor.get(path)
    for _ in range(_MOST_STEPS):
        told = {**page.fields, **_answer(page, chance)}
        yield Request("POST", path, body_of(told), cookie=visitor.cookie)
        page = visitor.post(path, told)
        if page.status >= 400:
            raise RuntimeError(f"{path} answered {page.status}: {page.text[:200]}")
        if 'data-level="' in page.text:
            return
    raise RuntimeError(f"no end after {_MOST_STEPS} pages")


def _answer(page: Page, chance: random.Random) -> Mapping[str, str | list[str]]:
    text = page.text
    if 'name="age"' in text:
        age = str(chance.randint(18, 80))
        return {"whom": "myself", "sex": chance.choice(("male", "female")), "age": age,
                "since": "unknown"}  # fmt: skip
    if 'value="acknowledge"' in text:
        return {"action": "finish"}
    if 'value="calf:left:twitches"' in text:
        return {"a": "skip"}
    if 'name="p"' in text:
        return {"a": "none"}
    if 'value="yes"' in text:
        return {"a": chance.choices(("yes", "no", "unknown"), (1, 6, 1))[0]}
    offered = re.findall(r'name="a" value="([a-z0-9_]+)"', text)
    return {"a": chance.choice(offered) if offered else "unknown"}


def write(requests: Mapping[str, list[Request]], file: Path) -> None:
    """Write a file for wrk, mixed in the shares above."""
    chance, turns = random.Random(1), max(map(len, requests.values()))
    mixed: list[Request] = []
    for _ in range(turns):
        mixed += [
            chance.choice(some) for kind, some in requests.items() for _ in range(SHARES[kind])
        ]
    chance.shuffle(mixed)
    file.write_bytes(b"".join(b"%d\n%b\n" % (len(one.raw), one.raw) for one in mixed))


def pour(
    address: str,
    file: Path,
    seconds: float,
    pause_ms: float = 0.0,
    *,
    connections: int = CONNECTIONS,
) -> Poured:
    """Let wrk ask, as fast as it is answered, or with pauses of this mean on each connection."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", f"--timeout={LATE_S}s"]
    command += ["-s", str(SCRIPT), address, "--", str(file), f"{pause_ms:.3f}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout.splitlines()[-1])
    return Poured(
        rate=told["requests"] / told["seconds"],
        **{name: told[name] for name in Poured.__slots__ if name != "rate"},
    )


def pause_for(rate: float, trial: Callable[[float], Poured]) -> float:
    """Give the pause in ms with which all connections together ask at a rate."""
    between_ms = CONNECTIONS / rate * 1000
    answer_ms = CONNECTIONS / trial(between_ms).rate * 1000 - between_ms
    return max(between_ms - answer_ms, 0.0)
