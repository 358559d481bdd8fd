"""Loading a folder: everything that is wrong is told at once, with file and line."""

from __future__ import annotations

import shutil

import pytest

from kedut.cli.main import main
from kedut.knowledge.errors import BadKnowledge, UnknownIdentifier
from kedut.knowledge.load import OPTIONAL, load, ours, read
from tests.knowledge.small import change

# File, what stands there, what is put in its place, what the report then says.
TWENTY = [
    ("links", "clot,calf_pain,0.6", "clot,calf_pian,0.6", "nearest: 'calf_pain'"),
    ("links", "cramp,calf_movement,0.3", "cramp,calf_movement,1.3", "need 0 <= low <= p"),
    ("links", "clot,leg_swelling,0.8", "clott,leg_swelling,0.8", "nearest: 'clot'"),
    ("links", "0.95,0.9,0.99,,,B,finding,moss2001", "0.95,0.9,0.99,,,B,finding,moss", "source"),
    ("background", "sport,0.2", "sport,two", "p must be a number"),
    ("background", "thin_calf,0.01", "thin_calf,0", "need 0 <= low"),
    ("causes", "clot,vascular,urgent", "clot,vascular,hurry", "harm_level must be one of"),
    ("claims", "intro,partly", "intro,perhaps", "verdict must be one of"),
    ("course", "clot,resolved,7,0.2", "clot,resolved,7,2", "need 0 <= low"),
    ("decisions", "harm.soon,0.5", "harm.soon,half", "value must be a number"),
    ("findings", "sport,risk_factor", "sport,hobby", "kind must be one of"),
    ("implications", "leg_swelling,0.25", "leg_swelling,7", "share must lie in"),
    ("priors", "cramp,,,,month", "cramp,,,,yearly", "measure must be one of"),
    ("risks", "cramp,sport,OR,3", "cramp,sport,OR,-3", "an odds ratio must be above 0"),
    ("rules", "swollen_leg AND calf_pain", "swollen_leg AND (calf_pain", "not closed"),
    ("rules", "wait,calf_pain AND sport,self-care", "wait,sprot,self-care", "nearest: 'sport'"),
    ("screen", "leg,leg_swelling", "leg,leg_sweling", "nearest: 'leg_swelling'"),
    ("tests", "clot,blood_test,positive_blood_test,0.95", "clot,blood_test,,most", "sensitivity"),
    ("treatments", "cramp.stretch,cramp,self", "cramp.stretch,cramp,friend", "who must be one of"),
    ("values", "mg/l,0,100", "mg/l,100,0", "need low < high"),
]


@pytest.fixture
def broken(folder):
    for table, old, new, _ in TWENTY:
        change(folder, f"tables/{table}.csv", old, new)
    return folder


def test_the_small_folder_is_sound(folder):
    knowledge = load(folder)
    assert (knowledge.version, set(knowledge.causes)) == ("2026.1.1", {"clot", "cramp"})


def test_twenty_faults_are_told_at_once_each_with_file_and_line(broken):
    with pytest.raises(BadKnowledge) as told:
        load(broken)
    lines = [str(fault) for fault in told.value.faults]
    for table, _, _, says in TWENTY:
        assert any(line.startswith(f"tables/{table}.csv:") and says in line for line in lines), (
            f"{table}: {says} is not in {lines}"
        )
    assert all(fault.line > 1 for fault in told.value.faults)


def test_check_prints_the_twenty_faults_and_no_stack_trace(broken, capsys):
    assert main(["knowledge", "check", str(broken)]) == 1
    out = capsys.readouterr().out
    assert all(says in out for *_, says in TWENTY)
    assert "Traceback" not in out


@pytest.mark.parametrize("command", [["list"], ["show", "clot"], ["why", "clot"], ["claims"]])
def test_a_look_into_a_broken_folder_tells_its_faults_and_gives_2(broken, command, capsys):
    assert main(["knowledge", "--folder", str(broken), *command]) == 2
    assert "tables/links.csv:" in capsys.readouterr().err


def test_a_table_of_a_broken_folder_is_still_printed(broken, capsys):
    assert main(["knowledge", "--folder", str(broken), "table", "links"]) == 0
    assert "calf_pian" in capsys.readouterr().out


def test_a_folder_that_is_none_is_one_fault(tmp_path):
    knowledge, faults = read(tmp_path / "nowhere")
    assert knowledge is None
    assert "no folder 'tables' in it" in str(faults[0])


def test_an_empty_folder_of_tables_is_a_list_of_missing_files(tmp_path, capsys):
    (tmp_path / "tables").mkdir()
    assert main(["knowledge", "check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("the file is missing") > 15


def test_tables_that_came_later_may_be_missing(folder):
    assert not [name for name in OPTIONAL if (folder / "tables" / f"{name}.csv").exists()]
    assert load(folder).tables["review"].rows == ()


def test_a_version_that_is_no_text_is_a_fault(folder):
    (folder / "VERSION").write_bytes(b"\xff\xfe")
    assert any(fault.file == "VERSION" for fault in read(folder)[1])


def test_a_missing_version_is_a_fault(folder):
    (folder / "VERSION").unlink()
    assert [str(fault) for fault in read(folder)[1]] == ["VERSION: the file is missing"]


def test_a_condition_of_a_thousand_parentheses_is_a_fault_and_no_crash(folder):
    change(folder, "tables/rules.csv", "thin,thin_calf", f"thin,{'(' * 5000}thin_calf{')' * 5000}")
    assert any("parentheses" in fault.what for fault in read(folder)[1])


def test_a_row_that_stands_twice_is_told_at_both_places(folder):
    path = folder / "tables" / "links-more.csv"
    shutil.copy(folder / "tables" / "links.csv", path)
    told = [fault for fault in read(folder)[1] if "stands more than once" in fault.what]
    assert {fault.file for fault in told} == {"tables/links.csv", "tables/links-more.csv"}


def test_an_alias_resolves_and_an_unknown_name_tells_the_nearest(folder):
    knowledge = load(folder)
    assert knowledge.resolve("swollen_leg") == "leg_swelling"
    with pytest.raises(UnknownIdentifier, match="'calf_pain'"):
        knowledge.resolve("calf_pains")


def test_a_merged_finding_resolves_to_what_it_became(folder):
    change(
        folder,
        "tables/findings.csv",
        "sport,risk_factor,,,,yes,4,,,,",
        "sport,risk_factor,,,,yes,4,,,calf_pain,",
    )
    assert load(folder).resolve("sport") == "calf_pain"


def test_our_own_knowledge_is_read_once():
    assert ours() is ours()
