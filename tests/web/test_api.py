"""The interface for programs: the command's own answers, errors that say what would do."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckFunction

from kedut.cli.main import main
from kedut.knowledge.load import COLUMNS, ours
from kedut.web.api_cases import MOST_FULL, desk_of
from tests.web.client import TestClient
from tests.web.described import ADDRESS, described

EXAMPLES = sorted(Path("examples").glob("*.json"))
JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}
CALF: dict[str, Any] = {"findings_present": ["twitch_calf_one_side"]}


@schemathesis.serializer("application/x-ndjson")
def one_a_line(context: schemathesis.SerializationContext, value: object) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


SCHEMA = described()
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    schemathesis.specs.openapi.checks.status_code_conformance,
    schemathesis.specs.openapi.checks.content_type_conformance,
    schemathesis.specs.openapi.checks.response_headers_conformance,
    schemathesis.specs.openapi.checks.response_schema_conformance,
    schemathesis.specs.openapi.checks.negative_data_rejection,
    schemathesis.specs.openapi.checks.unsupported_method,
]


def test_the_description_is_given_at_its_address(client: TestClient) -> None:
    assert client.get(ADDRESS).json() == SCHEMA.app.openapi()


@SCHEMA.include(path_regex="^/api/").parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_the_description_allows_or_not_is_answered_as_it_says(
    case: schemathesis.Case,
) -> None:
    case.call_and_validate(checks=CHECKS)


def test_every_operation_is_tried() -> None:
    tried = SCHEMA.include(path_regex="^/api/").get_all_operations()
    assert {(o.ok().method.upper(), o.ok().path) for o in tried} == {
        ("POST", "/api/v1/assess"),
        ("POST", "/api/v1/next"),
        ("GET", "/api/v1/knowledge/{table}"),
    }
    hidden = [o.ok().path for o in SCHEMA.get_all_operations() if "/api/" not in o.ok().path]
    assert all(path.startswith(("/fhir", "/cds-services", "/health", "/ready")) for path in hidden)


@pytest.mark.parametrize("detail", ["full", "brief"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_gets_the_bytes_that_the_command_writes(
    path: Path, detail: str, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["assess", str(path), "--format", "json", "--detail", detail, "--lang", "en"])
    address = f"/api/v1/assess?detail={detail}&lang=en"
    answer = client.post(address, content=path.read_bytes(), headers=JSON)
    assert answer.status_code == 200
    assert answer.text == capsys.readouterr().out


def test_the_compiled_way_over_the_web_says_the_same_as_the_plain_way(app: FastAPI) -> None:
    texts = [path.read_bytes() for path in EXAMPLES]
    plain = [line(TestClient(app), text) for text in texts]
    desk_of(app.state.knowledge).warm()
    assert [line(TestClient(app), text) for text in texts] == plain


def test_many_at_once_do_not_mix_their_answers(app: FastAPI) -> None:
    desk_of(app.state.knowledge).warm()
    texts = [path.read_bytes() for path in EXAMPLES]
    alone = [line(TestClient(app), text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda n: line(TestClient(app), texts[n % len(texts)]), range(64)))
    assert together == [alone[n % len(texts)] for n in range(64)]


def line(client: TestClient, text: bytes) -> str:
    return str(client.post("/api/v1/assess?detail=brief", content=text, headers=JSON).text)


def test_a_list_is_answered_in_order_and_a_bad_case_is_told_in_its_place(
    client: TestClient,
) -> None:
    told = [{"id": "one", **CALF}, {"id": "two"}, 3]
    answer = client.post("/api/v1/assess?detail=brief", json=told)
    assert answer.status_code == 200
    one, two, three = answer.json()
    assert one["id"] == "one"
    assert one["causes"]
    assert two["id"] == "two"
    assert "findings_present" in two["error"]["what"]
    assert three["line"] == 3
    assert set(three["error"]) == {"where", "what", "try"}


def test_one_case_a_line_gives_one_answer_a_line(client: TestClient) -> None:
    body = b"\n".join([json.dumps(CALF).encode(), b"", b"nonsense", json.dumps(CALF).encode()])
    answer = client.post("/api/v1/assess?detail=brief", content=body, headers=LINES)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    first, second, third = [json.loads(one) for one in answer.text.splitlines()]
    assert first["id"] == "line-1"
    assert "JSON" in second["error"]["what"]
    assert third["id"] == "line-4"


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 10_000, 400),
        (b"[]", 422),
        (b"3", 422),
        (b"{}", 422),
        (b'{"findings_present": ["no_such_thing"]}', 422),
        (b'{"findings_present": [], "age": 1' + b"0" * 400 + b"}", 422),
        (b'{"findings_present": [], "age": NaN}', 422),
        (json.dumps([CALF] * (MOST_FULL + 1)).encode(), 422),
    ],
    ids=lambda given: given[:20] if isinstance(given, bytes) else given,
)
def test_a_wrong_body_is_told_where_it_is_wrong_and_what_would_do(
    body: bytes, status: int, client: TestClient
) -> None:
    answer = client.post("/api/v1/assess", content=body, headers=JSON)
    assert answer.status_code == status
    assert all(answer.json()["error"][key] for key in ("where", "what", "try"))


def test_unknown_identifiers_are_left_out_where_that_is_asked_for(client: TestClient) -> None:
    told = {"findings_present": ["twitch_calf_one_side", "no_such_thing"]}
    answer = client.post("/api/v1/assess?detail=brief&lenient=true", json=told)
    assert answer.json()["ignored"] == ["no_such_thing"]
    assert "lenient=true" in client.post("/api/v1/assess", json=told).text


def test_half_a_letter_in_an_id_comes_back_as_it_came(client: TestClient) -> None:
    body = b'{"id": "\\ud800", "findings_present": []}'
    answer = client.post("/api/v1/assess?detail=brief", content=body, headers=JSON)
    assert answer.json()["id"] == "\ud800"


def test_a_body_of_another_kind_is_not_read(client: TestClient) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/api/v1/assess", content=b"a=b", headers=kind).status_code == 415


def test_a_program_can_hold_an_interview_to_its_end(client: TestClient) -> None:
    knowledge = ours()
    told: dict[str, Any] = {"age": 40, "findings_present": [], "findings_absent": []}
    told |= {"aside": [], "asked": 0}
    first = client.post("/api/v1/next?lang=en", json=told).json()
    assert first["question"]["key"] == next(iter(knowledge.screen))
    assert first["question"]["danger"]
    assert all(one["name"] for one in first["question"]["findings"])
    for _ in range(60):
        now = client.post("/api/v1/next?lang=en", json=told).json()
        question = now["question"]
        if question is None:
            break
        names = [one["id"] for one in question["findings"]]
        wanted = "twitch_calf_one_side" in names
        told["findings_present"] += ["twitch_calf_one_side"] if wanted else []
        if question["kind"] == "choice":
            told["aside"] += [*names, question["key"]]
            continue
        told["findings_absent"] += [name for name in names if name != "twitch_calf_one_side"]
        told["aside"] += [question["key"]] if question["kind"] == "group" else []
        told["asked"] += question["kind"] == "yes_no"
        if question["kind"] == "yes_no":
            assert question["why"], "a question that separates no causes is not asked"
    assert now["ended"] == "nothing_more_pays"
    assert now["urgency"]["screen_complete"]


def test_after_an_emergency_nothing_is_asked_until_it_is_acknowledged(client: TestClient) -> None:
    told: dict[str, Any] = json.loads(Path("examples/numb-saddle.json").read_bytes())
    stopped = client.post("/api/v1/next", json=told).json()
    assert (stopped["question"], stopped["ended"]) == (None, "emergency")
    further = client.post("/api/v1/next", json={**told, "acknowledged": True}).json()
    assert further["question"]
    assert further["urgency"]["level"] == "emergency"


@pytest.mark.parametrize(
    "more",
    [{"aside": "x"}, {"aside": [1]}, {"asked": -1}, {"asked": True}, {"acknowledged": 1}],
    ids=str,
)
def test_how_far_an_interview_has_come_must_be_told_rightly(
    more: dict[str, Any], client: TestClient
) -> None:
    answer = client.post("/api/v1/next", json={**CALF, **more})
    assert answer.status_code == 422
    assert next(iter(more)) in answer.json()["error"]["where"]


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_each_table_is_what_the_command_prints(
    table: str, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["knowledge", "table", table])
    address = f"/api/v1/knowledge/{table}"
    answer = client.get(address)
    assert answer.text == capsys.readouterr().out
    rows = client.get(address, headers={"Accept": "application/json"}).json()
    assert len(rows) == len(ours().tables[table].rows)
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_table_that_is_not_there_names_the_nearest(client: TestClient) -> None:
    answer = client.get("/api/v1/knowledge/scren")
    assert answer.status_code == 404
    assert "screen" in answer.json()["error"]["what"]


KEYS = [
    *("id", "age", "sex", "findings_present", "findings_absent", "risk_factors"),
    *("tests", "values", "aside", "asked", "acknowledged"),
]
bodies = st.one_of(
    st.binary(max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5)
        ),
        max_leaves=12,
    ).map(lambda told: json.dumps(told).encode()),
)


@given(
    body=bodies,
    path=st.sampled_from(
        ["assess", "assess?detail=brief", "next", "assess?detail=brief&lenient=1"]
    ),
    kind=st.sampled_from(["application/json", "application/x-ndjson", "text/html", ""]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_body_whatever_makes_the_server_fail(body: bytes, path: str, kind: str) -> None:
    answer = TestClient(SCHEMA.app).post(
        f"/api/v1/{path}", content=body, headers={"Content-Type": kind} if kind else {}
    )
    assert answer.status_code < 500


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(ours().findings)), max_size=25, unique=True))
    cut = draw(st.integers(0, len(names)))
    age = draw(st.none() | st.floats(0, 120))
    return {"age": age, "findings_present": names[:cut], "findings_absent": names[cut:]}


@given(told=cases(), path=st.sampled_from(["assess?detail=brief", "next", "assess"]))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_no_set_of_findings_makes_the_server_fail(told: dict[str, Any], path: str) -> None:
    answer = TestClient(SCHEMA.app).post(f"/api/v1/{path}", json=told)
    assert answer.status_code in (200, 422)
