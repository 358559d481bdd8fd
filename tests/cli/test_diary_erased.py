"""`kedut diary erase`, and lines sealed with the key of KEDUT_KEY."""

from __future__ import annotations

import base64
import io
import json
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.cli import diary_file
from kedut.cli.diary_file import append, erase, read
from kedut.cli.diary_seal import LineChanged, LineSeal
from kedut.diary.entry import Entry
from kedut.diary.journal import added
from kedut.storage.keys import Keys
from tests.cli.diary_run import diary, events
from tests.diary.drawn import law

EASING = Path(__file__).parents[2] / "examples" / "diary-easing.csv"
OURS, OTHERS = (base64.b64encode(bytes([sign]) * 32).decode() for sign in (1, 2))
AT = "2026-11-10T20:00+07:00"


@pytest.fixture
def file(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.delenv("KEDUT_KEY", raising=False)
    return tmp_path / "mine" / "diary.jsonl"


def answering(monkeypatch, answer: str) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer))


@pytest.mark.parametrize("answer, gone", [("yes\n", True), ("ya\n", True), ("n\n", False), ("", 0)])
def test_it_is_asked_on_a_terminal_and_only_yes_erases(
    file, capsys, monkeypatch, answer: str, gone
) -> None:
    diary(file, "import", EASING)
    answering(monkeypatch, answer)
    assert diary(file, "erase") == (0 if gone else 2)
    assert "12 entries, 18 October 2026 to 31 October 2026" in capsys.readouterr().out
    assert [path.name for path in file.parent.iterdir()] == ([] if gone else ["diary.jsonl"])


def test_without_a_terminal_yes_has_to_be_said(file, capsys, monkeypatch) -> None:
    diary(file, "import", EASING)
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert diary(file, "erase") == 2
    assert "--yes" in capsys.readouterr().err
    assert diary(file, "erase", "--yes") == 0
    assert not any(file.parent.iterdir())
    assert diary(file, "erase", "--yes") == 0
    assert "There is no diary" in capsys.readouterr().out


def test_the_copy_holds_every_change_and_every_line_and_comes_back(file, tmp_path, capsys) -> None:
    diary(file, "import", EASING)
    ours = events(file)[0]["entry_id"]
    diary(file, "add", "--correct", ours, "--said", "none")
    with file.open("a") as out:
        out.write("a line nobody can read\n")
    before, copy = file.read_bytes(), tmp_path / "copy.jsonl"
    assert diary(file, "erase", "--yes", "--export", copy) == 0
    assert not file.exists()
    assert copy.read_bytes() == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert diary(file, "import", copy) == 1
    assert sorted(file.read_text().splitlines()) == sorted(before.decode().splitlines()[:-1])


@pytest.mark.parametrize("name", ["copy.csv", "copy.TXT", "copy.tsv", "copy.xlsx", "copy"])
@pytest.mark.parametrize("lang, told", [("en", "Nothing is erased"), ("id", "Tidak ada yang")])
def test_a_copy_that_cannot_hold_all_is_refused_before_anything_goes(
    file, tmp_path, capsys, name: str, lang: str, told: str
) -> None:
    diary(file, "import", EASING)
    before, copy = file.read_bytes(), tmp_path / name
    assert diary(file, "erase", "--yes", "--export", copy, lang=lang) == 2
    said = capsys.readouterr().err
    assert told in said
    assert ".jsonl" in said
    with pytest.raises(ValueError, match=r"\.jsonl"):
        erase(file, copy)
    assert file.read_bytes() == before
    assert not copy.exists()


@pytest.mark.parametrize("lang, told", [("en", "as it was"), ("id", "seperti adanya")])
def test_a_sealed_line_that_does_not_open_is_in_the_copy_as_it_was_and_told(
    file, tmp_path, capsys, monkeypatch, lang: str, told: str
) -> None:
    strange = b"caf\xe9, not of this diary"
    file.parent.mkdir()
    file.write_bytes(strange + b"\n")
    monkeypatch.setenv("KEDUT_KEY", OURS)
    for day in (10, 11, 12):
        diary(file, "add", "--said", "some", "--at", f"2026-11-{day}T20:00+07:00")
    lines = file.read_bytes().split(b"\n")
    lines[2] = lines[2][:-20]
    file.write_bytes(b"\n".join(lines))
    copy = tmp_path / "copy.jsonl"
    capsys.readouterr()
    assert diary(file, "erase", "--yes", "--export", copy, lang=lang) == 1
    said = capsys.readouterr().err
    assert "copy.jsonl, " in said
    assert " 3: " in said
    assert told in said
    assert not file.exists()
    kept = copy.read_bytes().split(b"\n")
    assert (kept[0], kept[2]) == (strange, lines[2])
    days = [json.loads(kept[n])["entry"]["at"][:10] for n in (1, 3)]
    assert days == ["2026-11-10", "2026-11-12"]


def test_where_the_copy_cannot_be_written_nothing_is_erased(file, tmp_path, monkeypatch) -> None:
    diary(file, "import", EASING)
    before = file.read_bytes()
    there = tmp_path / "there.jsonl"
    there.write_text("mine")
    for copy in (there, file, tmp_path / "no-such-folder" / "copy.jsonl"):
        assert diary(file, "erase", "--yes", "--export", copy) == 2
    assert there.read_text() == "mine"

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(diary_file.os, "fsync", full)
    assert diary(file, "erase", "--yes", "--export", tmp_path / "copy.jsonl") == 2
    assert file.read_bytes() == before
    assert not (tmp_path / "copy.jsonl").exists()


def test_what_is_noted_while_the_diary_is_erased_is_there_afterwards(file) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    noted = [Entry(id=str(n), at=start + timedelta(hours=n)) for n in range(60)]
    copies = [file.parent / f"copy-{n}.jsonl" for n in range(12)]
    append(file, [added(Entry(id="first", at=start), start)])

    def erasing() -> None:
        for copy in copies:
            if file.exists():
                erase(file, copy)

    other = threading.Thread(target=erasing)
    other.start()
    for entry in noted:
        append(file, [added(entry, entry.at)])
    other.join()
    kept = {entry.id for path in (file, *copies) for entry in read(path)[0].entries()}
    assert kept == {"first", *(entry.id for entry in noted)}


def test_with_a_key_nothing_can_be_read_in_the_file_and_all_in_the_diary(
    file, tmp_path, capsys, monkeypatch
) -> None:
    diary(file, "add", "--said", "some", "--at", AT, "--note", "before the key")
    plain = file.read_text()
    monkeypatch.setenv("KEDUT_KEY", OURS)
    words = ["--said", "a_lot", "--at", "2026-11-11T20:00+07:00", "--note", "with \u2028 the key"]
    assert diary(file, "add", *words) == 0
    assert file.read_text().startswith(plain), "what was plain is read, and left as it is"
    sealed = file.read_text().removeprefix(plain)
    assert not any(word in sealed for word in ("a_lot", "with", "2026", "note"))
    assert len({len(line) for line in file.read_text().splitlines()[1:]}) == 1
    capsys.readouterr()
    assert diary(file, "export", "--format", "json") == 0
    told = [json.loads(line)["entry"]["note"] for line in capsys.readouterr().out.split("\n")[:-1]]
    assert told == ["before the key", "with \u2028 the key"]
    copy = tmp_path / "copy.jsonl"
    assert diary(file, "erase", "--yes", "--export", copy) == 0
    assert diary(file, "import", copy) == 0
    assert "before" not in file.read_text(), "brought in again, all of it is sealed"
    monkeypatch.setenv("KEDUT_KEY", f"{OTHERS} {OURS}")
    assert diary(file, "add", "--said", "none") == 0
    assert diary(file, "show") == 0, "an older key still opens"


@pytest.mark.parametrize("key", [None, OTHERS, "no key at all"])
def test_without_its_key_a_sealed_diary_says_so_and_nothing_is_put_into_it(
    file, tmp_path, capsys, monkeypatch, key: str | None
) -> None:
    monkeypatch.setenv("KEDUT_KEY", OURS)
    diary(file, "add", "--said", "some", "--at", AT)
    before = file.read_bytes()
    monkeypatch.delenv("KEDUT_KEY")
    if key:
        monkeypatch.setenv("KEDUT_KEY", key)
    copy = tmp_path / "copy.jsonl"
    for words in (
        ["show"],
        ["add", "--said", "none"],
        ["import", EASING],
        ["export"],
        ["erase", "--yes", "--export", copy],
    ):
        capsys.readouterr()
        assert diary(file, *words) == 2
        told = capsys.readouterr().err
        assert "KEDUT_KEY" in told
        assert OURS not in told
    assert file.read_bytes() == before
    assert not copy.exists()
    answering(monkeypatch, "yes\n")
    assert diary(file, "erase") == 0, "whoever lost the key can still erase it"


def test_a_sealed_line_that_was_changed_or_cut_is_told_and_the_rest_is_read(
    file, capsys, monkeypatch
) -> None:
    monkeypatch.setenv("KEDUT_KEY", OURS)
    diary(file, "import", EASING)
    lines = file.read_text().splitlines()
    box = json.loads(lines[2])["box"]
    lines[2] = lines[2].replace(box, box[:-8] + ("A" if box[-8] != "A" else "B") + box[-7:])
    file.write_text("\n".join(lines)[:-20])
    capsys.readouterr()
    assert diary(file, "export") == 0
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 11
    assert "line 3: this line is sealed and does not open" in told.err
    assert "line 12: this line is sealed and does not open" in told.err
    assert diary(file, "add", "--said", "none", "--at", AT) == 0


@pytest.mark.parametrize("part", ['{"sealed":%s', '{"sealed": 1, "key": %s'])
def test_a_line_of_endless_brackets_is_a_fault_of_that_line(file, capsys, part: str) -> None:
    diary(file, "add", "--said", "some", "--at", AT)
    with file.open("a") as out:
        out.write(part % ("[" * 200_000) + "\n")
    for words in (["show"], ["add", "--said", "none", "--at", AT], ["export"]):
        assert diary(file, *words) == 0
    told = capsys.readouterr()
    assert "line 2: this line is sealed and does not open" in told.err
    assert len(read(file)[0].entries()) == 2


@law
@given(st.text(st.characters(exclude_characters="\n")))
def test_what_is_sealed_opens_as_it_was_and_only_with_its_key(line: str) -> None:
    seal, other = (LineSeal(Keys.parse(key)) for key in (OURS, OTHERS))
    if not line.startswith('{"sealed"'):
        assert seal.open(line) == line
    told = seal.seal(line)
    assert seal.open(told) == line
    assert seal.seal(line) != told
    with pytest.raises(ValueError, match="another key"):
        other.open(told)
    forged = json.dumps(json.loads(told) | {"key": Keys.parse(OTHERS).writing})
    with pytest.raises(LineChanged):
        other.open(forged)
