"""`kedut measure` on the recordings that come with the project, and on what is none."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kedut.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples" / "recordings"
EMG, MOTION = EXAMPLES / "emg-calf.edf", EXAMPLES / "motion-calf.csv"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.edf"
    path.write_bytes(b"0       nothing that is a header")
    return path


def told(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_recording_is_one_object_in_the_promised_shape(capsys) -> None:
    assert main(["measure", str(EMG), str(MOTION), "--format", "json"]) == 0
    emg, motion = told(capsys)
    for found, path, modality in ((emg, EMG, "emg"), (motion, MOTION, "motion")):
        assert found["file"] == path.name
        assert found["modality"] == modality
        assert 0 < found["usable_s"] <= found["duration_s"]
        assert set(found["quality"]) >= {"usable", "reasons", "excluded"}
        for cut in found["quality"]["excluded"]:
            assert set(cut) == {"onset", "duration", "reason", "channel"}
        assert found["twitches"] > 0
        assert set(found["rate_per_min"]) == {"value", "low", "high"}
        assert found["rate_per_min"]["low"] <= found["rate_per_min"]["value"]
        assert set(found["grouped"]) >= {"bursts", "rate_per_min"}
        assert isinstance(found["clusters"], list)
        assert found["limits"]
        for finding in found["findings"]:
            assert set(finding) >= {"id", "present", "because"}


def test_a_bad_file_is_told_in_its_place_and_the_rest_goes_on(capsys, broken: Path) -> None:
    assert main(["measure", str(broken), str(EMG), "--format", "json"]) == 1
    captured = capsys.readouterr()
    bad, good = [json.loads(line) for line in captured.out.splitlines()]
    assert bad["file"] == "broken.edf"
    assert set(bad["error"]) == {"where", "what", "try"}
    assert good["file"] == EMG.name
    assert "broken.edf" in captured.err
    assert "Traceback" not in captured.err


def test_nothing_but_bad_files_is_exit_status_two(capsys, broken: Path, tmp_path: Path) -> None:
    assert main(["measure", str(broken)]) == 2
    assert main(["measure", str(tmp_path / "not-there.edf")]) == 2
    assert capsys.readouterr().err.count("kedut:") == 2


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_every_twitch_is_a_row(capsys, tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"events{suffix}"
    assert main(["measure", str(EMG), "--format", "json", "--events", str(table)]) == 0
    (found,) = told(capsys)
    if suffix == ".parquet":
        rows = pq.read_table(table).to_pylist()
    else:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t" if suffix == ".tsv" else ","))
    counted = [
        row
        for row in rows
        if row["kind"] in ("single", "doublet") and row["artefact"] in ("", "n/a", None)
    ]
    assert len(counted) == found["twitches"]
    assert list(rows[0])[:4] == ["onset", "duration", "peak", "amplitude"]
    if suffix == ".tsv":
        described = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
        assert set(described) == set(rows[0])


def test_rows_of_several_recordings_begin_with_the_file(capsys, tmp_path: Path) -> None:
    table = tmp_path / "events.csv"
    assert main(["measure", str(EMG), str(MOTION), "--format", "json", "--events", str(table)]) == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert next(iter(rows[0])) == "file"
    assert {row["file"] for row in rows} == {EMG.name, MOTION.name}


def test_an_unknown_table_is_refused_before_any_work(capsys, tmp_path: Path) -> None:
    assert main(["measure", str(EMG), "--events", str(tmp_path / "events.xlsx")]) == 2
    assert ".parquet" in capsys.readouterr().err


def test_no_recording_is_overwritten(capsys) -> None:
    before = EMG.read_bytes()
    assert main(["measure", str(EMG), "--format", "html", "--out", str(EMG)]) == 2
    assert EMG.read_bytes() == before


@pytest.mark.parametrize("name, meant", [("new", "new"), ("new.txt", "results"), (None, "results")])
def test_a_folder_without_the_slash_of_its_tables_is_told_of_it_and_leaves_nothing_behind(
    capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, meant: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert main(["measure", "in", *(["--out", name] if name else [])]) == 2
    assert f"tables of all in it: --out {meant}/, with the slash" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("language, word", [("id", "kedutan"), ("en", "twitch")])
def test_the_page_and_the_text_speak_the_language(
    capsys, tmp_path: Path, language: str, word: str
) -> None:
    page = tmp_path / "page.html"
    options = ["measure", str(MOTION), "--lang", language]
    assert main([*options, "--format", "html", "--out", str(page)]) == 0
    html = page.read_text(encoding="utf-8")
    assert f'lang="{language}"' in html
    assert word in html.lower()
    assert "http://" not in html.replace("http://www.w3.org", "")
    capsys.readouterr()
    assert main(options) == 0
    assert word in capsys.readouterr().out.lower()


def test_what_was_measured_goes_into_an_assessment(capsys, tmp_path: Path) -> None:
    measured, case = tmp_path / "measured.json", tmp_path / "case.json"
    assert main(["measure", str(EMG), "--format", "json", "--out", str(measured)]) == 0
    case.write_text('{"id": "c", "age": 40, "findings_present": ["twitch_calf_one_side"]}')
    assert main(["assess", str(case), "--with", str(measured), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["causes"]


def test_pictures_are_written_beside_each_other(capsys, tmp_path: Path) -> None:
    assert main(["measure", str(EMG), "--pictures", str(tmp_path / "drawn")]) == 0
    assert {path.suffix for path in (tmp_path / "drawn").iterdir()} == {".png", ".svg"}
