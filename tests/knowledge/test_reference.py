"""The generated pages: complete, the same each time, and known to be stale when they are."""

from __future__ import annotations

import re

import pytest

from kedut.cli.reference import commands_page, main
from kedut.knowledge.load import load, ours
from kedut.report.markdown import Footnotes, code, escaped, table
from kedut.report.reference import reference_pages
from tests.knowledge.small import change

MARK = re.compile(r"\[\^([\w-]+)\](?!:)")
NOTE = re.compile(r"^\[\^([\w-]+)\]:", re.MULTILINE)
LINK = re.compile(r"\]\(([\w-]+\.md)?(?:#([\w-]+))?\)")
ANCHOR = re.compile(r"^#{1,3} ([a-z0-9_-]+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def pages():
    return reference_pages(ours(), commands_page())


def test_the_same_knowledge_gives_the_same_bytes(folder):
    assert reference_pages(load(folder), "c") == reference_pages(load(folder), "c")


def test_every_cause_finding_rule_source_and_claim_has_an_anchor(pages):
    anchors = {name for text in pages.values() for name in ANCHOR.findall(text)}
    knowledge = ours()
    for wanted in (
        knowledge.causes,
        knowledge.findings,
        {rule.id for rule in knowledge.rules},
        {row["key"] for row in knowledge.tables["sources"]},
        {claim.id for claim in knowledge.claims},
        knowledge.tables,
    ):
        assert not set(wanted) - anchors


def test_every_mark_has_its_footnote_and_every_footnote_a_mark(pages):
    for name, text in pages.items():
        assert set(MARK.findall(text)) == set(NOTE.findall(text)), name


def test_every_link_leads_to_a_page_and_a_place_on_it(pages):
    anchors = {name: set(ANCHOR.findall(text)) for name, text in pages.items()}
    for here, text in pages.items():
        for page, place in LINK.findall(text):
            assert (page or here) in pages, f"{here}: {page}"
            assert not place or place in anchors[page or here], f"{here}: {page}#{place}"


def test_every_row_of_every_table_has_as_many_cells_as_its_header(pages):
    for name, text in pages.items():
        width = 0
        for line in text.splitlines():
            cells = len(re.split(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert not width or not cells or cells == width, f"{name}: {line[:80]}"
            width = cells


def test_every_command_and_its_arguments_stand_on_a_page():
    text = commands_page()
    for words in ("## kedut assess", "## kedut knowledge why", "`--lenient`", "`--cases CASES"):
        assert words in text


def test_pages_are_fresh_after_writing_and_stale_after_a_change(folder, tmp_path, capsys):
    there = str(tmp_path / "pages")
    where = ["--knowledge", str(folder), there]
    assert main(["--check", *where]) == 1
    assert main(where) == 0
    assert main(["--check", *where]) == 0
    change(folder, "tables/links.csv", "clot,calf_pain,0.6", "clot,calf_pain,0.55")
    assert main(["--check", *where]) == 1
    assert "causes-vascular.md is stale" in capsys.readouterr().err


def test_a_page_that_is_no_more_is_stale_and_goes(folder, tmp_path):
    where = ["--knowledge", str(folder), str(tmp_path)]
    (tmp_path / "causes-none.md").write_text("# Gone\n")
    assert main(where) == 0
    assert not (tmp_path / "causes-none.md").exists()


def test_a_faulty_folder_gives_2_and_its_faults(tmp_path, capsys):
    assert main(["--knowledge", str(tmp_path / "none"), str(tmp_path)]) == 2
    assert "no folder 'tables'" in capsys.readouterr().err


def test_text_is_shown_as_it_is():
    assert escaped("a|b *c* <d> [e] $f _g_ h_i") == (r"a\|b \*c\* \<d\> \[e\] \$f \_g\_ h_i")
    assert code("a|b") == r"`a\|b`"
    assert table(("a",), []) == ""


def test_a_source_under_two_keys_is_one_footnote(folder):
    change(folder, "tables/source-aliases.csv", "alias,key\n", "alias,key\nmoss,moss2001\n")
    notes = Footnotes(load(folder))
    assert notes.marks(["moss", "moss2001", "unknown"]) == "[^moss2001]"
    assert notes.text().count("\n") == 0
