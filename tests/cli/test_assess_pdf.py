"""`kedut assess --format pdf`, and cases told as the text of a QR code."""

from __future__ import annotations

import io
import json
import sys

import pypdf
import pytest

from kedut.case.case import Case
from kedut.case.compact import pack
from kedut.cli import pdf_writer
from kedut.cli.main import main
from kedut.knowledge.load import ours
from kedut.report.pdf import CannotPrint

CASE = {"id": "one", "age": 40, "findings_present": ["twitch_calf_one_side", "low_mood"]}


@pytest.fixture
def path(tmp_path):
    name = tmp_path / "case.json"
    name.write_text(json.dumps(CASE))
    return str(name)


def text_of(pdf) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)


def test_a_case_becomes_a_pdf_without_private_answers(path, tmp_path):
    out = tmp_path / "note.pdf"
    assert main(["assess", path, "--format", "pdf", "--lang", "en", "--out", str(out)]) == 0
    text = text_of(out)
    assert "Twitching (fasciculation) of one calf" in text
    assert "Depressed mood" not in text
    assert "left out at the patient" in text


def test_a_ticked_kind_is_handed_on(path, tmp_path):
    out = tmp_path / "note.pdf"
    options = ["--format", "pdf", "--lang", "en", "--private", "mental", "--out", str(out)]
    assert main(["assess", path, *options]) == 0
    assert "Depressed mood" in text_of(out)


def test_a_pdf_goes_into_a_pipe_too(path, capsysbinary):
    assert main(["assess", path, "--format", "pdf"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"%PDF-1.7")


def test_a_second_case_in_a_pdf_is_refused_by_name(path, tmp_path, capsys):
    out = tmp_path / "note.pdf"
    assert main(["assess", path, path, "--format", "pdf", "--out", str(out)]) == 1
    assert "holds one case" in capsys.readouterr().err
    assert len(pypdf.PdfReader(out).pages) == 2


def test_a_terminal_gets_a_sentence_not_a_pdf(path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["assess", path, "--format", "pdf"]) == 2
    assert "--out" in capsys.readouterr().err


def test_missing_libraries_are_named_and_nothing_is_written(path, tmp_path, capsys, monkeypatch):
    def missing():
        raise CannotPrint("apt-get install libpango-1.0-0")

    monkeypatch.setattr(pdf_writer, "printer", missing)
    out = tmp_path / "note.pdf"
    assert main(["assess", path, "--format", "pdf", "--out", str(out)]) == 2
    assert "libpango-1.0-0" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("name", ["code.txt", "code", "-"])
def test_the_text_of_a_code_is_a_case(name, tmp_path, capsys, monkeypatch):
    case = Case(id="one", age=40.0, present=("leg_weakness", "low_mood"), absent=("fever",))
    text = pack(case, ours()).encode() + b"\n"
    if name == "-":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        path = "-"
    else:
        path = str(tmp_path / name)
        (tmp_path / name).write_bytes(text)
    assert main(["assess", path, "--format", "json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["id"] == "one"
    assert "left out at the person's wish" in told.err


def test_codes_stand_one_a_line_beside_json(tmp_path, capsys):
    lines = [pack(Case(id=name), ours()) for name in ("a", "b")]
    name = tmp_path / "cases.jsonl"
    name.write_text("\n".join([*lines, json.dumps(CASE), "KEDUT1:broken"]))
    assert main(["assess", str(name), "--format", "json", "--detail", "brief"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [shape.get("id") for shape in told] == ["a", "b", "one", None]
    assert "damaged" in told[3]["error"]["what"]


def test_a_code_wrapped_over_lines_is_one_case(tmp_path, capsys):
    text = pack(Case(id="one", present=tuple(sorted(ours().findings)[:40])), ours(), ("mental",))
    name = tmp_path / "code.txt"
    name.write_text("\n".join(text[at : at + 60] for at in range(0, len(text), 60)))
    assert main(["assess", str(name), "--format", "json", "--detail", "brief"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "one"
