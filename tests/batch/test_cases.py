"""Cases in tables come out in tables: all of them, right, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kedut.cli.main import main
from tests.batch.runs import CASE, assess, cases, content, lines, manifest, rows


def plain(path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Assess lines the plain way."""
    capsys.readouterr()
    main(["assess", str(path), "--format", "json", "--detail", "brief"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def check(table: list[dict[str, Any]], answers: list[dict[str, Any]]) -> None:
    assert len(table) == len(answers)
    for row, answer in zip(table, answers, strict=True):
        urgency = answer["urgency"]
        for key in ("level", "within_days", "screen_complete", "screen_open"):
            assert row[key] == urgency[key]
        assert row["because"] == [f"{b['kind']}:{b['id']}" for b in urgency["because"]]
        chances = {name[2:]: value for name, value in row.items() if name.startswith("p_")}
        told = {cause["id"]: cause["probability"] for cause in answer["causes"]}
        assert chances == (told or dict.fromkeys(chances))
        first = answer["causes"][0] if answer["causes"] else {"probability": 0}
        assert row["leading"] == (first["id"] if first["probability"] else None)
        for key in ("id", "ignored", "knowledge_version", "software_version"):
            assert row[key] == answer[key]


def test_a_table_says_what_the_plain_way_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [*cases(40), {**CASE, "age": 9}, {"findings_present": []}, {**CASE, "sex": None}]
    path = lines(tmp_path / "cases.jsonl", told)
    assert assess(path, "--out", tmp_path / "results.parquet", "--part", 7) == 0
    check(rows(tmp_path / "results.parquet"), plain(path, capsys))
    assert rows(tmp_path / "errors.parquet") == []


def test_parquet_text_and_lines_say_the_same(tmp_path: Path) -> None:
    told = cases(30)
    names = ("id", "age", "sex", "findings_present", "findings_absent")
    table = pa.table({name: [one[name] for one in told] for name in names})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=11)
    parted = {"comma": (",", " "), "semicolon": (";", "|"), "excel": (";", ", ")}
    for name, (comma, inner) in parted.items():
        cell = [[str(one[n]) if not isinstance(one[n], list) else inner.join(one[n]) for n in names]
                for one in told]  # fmt: skip
        text = [comma.join(f'"{value}"' for value in row) for row in cell]
        lines(tmp_path / f"{name}.csv", [comma.join(names), *text])
    lines(tmp_path / "c.jsonl", told)
    answers = []
    for path in sorted(tmp_path.iterdir()):
        out = tmp_path / f"out-{path.stem}"
        assert assess(path, "--out", f"{out}/", "--part", 4) == 0
        own = ("file", "row")
        answers.append(
            [
                {k: v for k, v in row.items() if k not in own}
                for row in rows(out / "results.parquet")
            ]
        )
    assert all(one == answers[0] for one in answers)
    assert len(answers[0]) == 30


def test_measurements_and_tests_stand_in_columns_or_in_json(tmp_path: Path) -> None:
    told = {**CASE, "values": {"twitch_duration_days": 4}, "tests": {"low_serum_magnesium": True}}
    lines(tmp_path / "a.jsonl", [told])
    lines(tmp_path / "b.csv", [
        "age,findings_present,values.twitch_duration_days,tests.low_serum_magnesium",
        "34,twitch_calf_one_side,4,1",
    ])  # fmt: skip
    lines(tmp_path / "c.csv", [
        "age;findings_present;values;tests",
        "34;twitch_calf_one_side;twitch_duration_days=4;low_serum_magnesium=true",
    ])  # fmt: skip
    pq.write_table(pa.Table.from_pylist([told]), tmp_path / "d.parquet")
    found = []
    for path in sorted(tmp_path.iterdir()):
        out = tmp_path / f"out-{path.stem}"
        assert assess(path, "--out", f"{out}/") == 0
        (row,) = rows(out / "results.parquet")
        found.append({k: v for k, v in row.items() if k.startswith("p_")})
    assert all(one == found[0] for one in found)
    assert assess(lines(tmp_path / "e.jsonl", [CASE]), "--out", f"{tmp_path}/e/") == 0
    (other,) = rows(tmp_path / "e" / "results.parquet")
    assert {k: other[k] for k in found[0]} != found[0]


def test_what_is_bad_becomes_a_row_and_the_counts_add_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [CASE, "not json", {"findings_present": ["leg_weaknes"]}, "", {**CASE, "age": 400}, CASE]
    path = lines(tmp_path / "cases.jsonl", told)
    missing = tmp_path / "missing.jsonl"
    assert assess(path, missing, "--out", tmp_path / "results.parquet", "--part", 2) == 1
    errors = rows(tmp_path / "errors.parquet")
    assert [(Path(e["file"]).name, e["row"]) for e in errors] == [
        ("cases.jsonl", 2), ("cases.jsonl", 3), ("cases.jsonl", 5), ("missing.jsonl", None),
    ]  # fmt: skip
    assert all(e["where"] and e["what"] and e["try"] for e in errors)
    assert "'leg_weakness'" in errors[1]["what"]
    assert [row["row"] for row in rows(tmp_path / "results.parquet")] == [1, 6]
    counts = manifest(tmp_path)["counts"]
    assert counts["input"] == 6 == counts["results"] + counts["errors"]
    assert counts["add_up"] is True
    assert "errors.parquet" in capsys.readouterr().err


def test_a_table_without_findings_is_told_not_answered(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.csv", ["age,finding_present", "34,leg_weakness"])
    assert assess(path, "--out", f"{tmp_path}/") == 2
    (error,) = rows(tmp_path / "errors.parquet")
    assert "findings_present" in error["what"]


def test_a_column_that_is_not_used_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lines(tmp_path / "a.csv", ["findings_present,finding_absent", "leg_weakness,calf_pain"])
    assert assess(path, "--out", f"{tmp_path}/") == 0
    assert "finding_absent" in capsys.readouterr().err
    assert any("finding_absent" in note for note in manifest(tmp_path)["notes"])


def test_a_damaged_parquet_file_loses_no_row_unsaid(tmp_path: Path) -> None:
    names = [f"case-{n}-{'x' * 50}" for n in range(4000)]
    table = pa.table({"id": names, "findings_present": [["leg_weakness"]] * len(names)})
    path = tmp_path / "cases.parquet"
    pq.write_table(table, path, row_group_size=2000, use_dictionary=False, compression="snappy")
    raw = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    at = column.data_page_offset + column.total_compressed_size // 2
    raw[at : at + 2000] = b"\xff" * 2000
    path.write_bytes(bytes(raw))
    assert assess(path, "--out", f"{tmp_path}/") == 1
    results, errors = rows(tmp_path / "results.parquet"), rows(tmp_path / "errors.parquet")
    assert len(results) + len(errors) == 4000
    assert [row["id"] for row in results] == names[: len(results)]
    assert len(results) >= 2000
    assert all("damaged" in error["what"] for error in errors)


def test_full_adds_the_whole_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = lines(tmp_path / "cases.jsonl", cases(2))
    arguments = ("--detail", "full", "--lang", "en")
    assert assess(path, "--out", f"{tmp_path}/", *arguments) == 0
    capsys.readouterr()
    main(["assess", str(path), "--format", "json", *arguments])
    told = capsys.readouterr().out.splitlines()
    assert [row["answer"] for row in rows(tmp_path / "results.parquet")] == told


def test_the_same_bytes_for_one_process_and_for_two(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.jsonl", [*cases(60), "bad"])
    for workers in (1, 2):
        assert assess(path, "--out", f"{tmp_path}/{workers}/", "--part", 9, workers=workers) == 1
    assert content(tmp_path / "1") == content(tmp_path / "2")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--with", "measured.json"),
        ("--format", "pdf"),
        ("-",),
        ("--workers", "2", "--out", "answers.txt"),
        ("--out", "s3://bucket/results.parquet"),
        ("--out", "nowhere://results.parquet"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    path = lines(tmp_path / "cases.jsonl", cases(1))
    out = () if "--out" in arguments else ("--out", "results.parquet")
    assert main(["assess", *arguments, str(path), *out]) == 2
    said = capsys.readouterr().err
    assert said.startswith("kedut: ")
    assert said.count("\n") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["cases.jsonl"]


def test_s3_without_its_package_says_what_to_install(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["assess", "s3://bucket/cases.parquet", "--out", "s3://bucket/out/"]) == 2
    assert "pip install s3fs" in capsys.readouterr().err


def test_a_table_of_someone_else_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "results.parquet"
    pq.write_table(pa.table({"a": [1]}), other)
    before = other.read_bytes()
    assert assess(lines(tmp_path / "cases.jsonl", cases(1)), "--out", other) == 2
    assert "not written by kedut" in capsys.readouterr().err
    assert other.read_bytes() == before


def test_urls_are_read_and_written(tmp_path: Path) -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe_file("/in/cases.jsonl", b"".join(json.dumps(c).encode() + b"\n" for c in cases(5)))
    out = "memory://out/results.parquet"
    assert main(["assess", "memory://in/cases.jsonl", "--out", out, "--part", "2"]) == 0
    with files.open("/out/results.parquet") as file:
        assert pq.read_table(file).num_rows == 5
    assert [name.rpartition("/")[2] for name in files.ls("/out", detail=False)] == [
        "errors.parquet", "manifest.json", "results.parquet",
    ]  # fmt: skip
    path = lines(tmp_path / "cases.jsonl", cases(5))
    assert assess(f"file://{path}", "--out", f"file://{tmp_path}/results.parquet") == 0
    assert len(rows(tmp_path / "results.parquet")) == 5
    files.rm("/", recursive=True)


def test_several_runs_may_share_a_folder(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.jsonl", [CASE, "bad"])
    for name in ("one", "two"):
        assert assess(path, "--out", tmp_path / f"{name}.parquet") == 1
    assert {one.name for one in tmp_path.iterdir()} == {
        "cases.jsonl",
        *(f"{name}.{what}" for name in ("one", "two")
          for what in ("parquet", "errors.parquet", "manifest.json")),
    }  # fmt: skip
