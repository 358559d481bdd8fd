"""What differs between two folders: figures, rows, and the cases whose answer moves."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.cli.main import main
from kedut.knowledge.diff import Moved, difference
from kedut.knowledge.load import load
from kedut.report import drift
from tests.knowledge.small import change, write_small


@pytest.fixture
def later(tmp_path):
    return write_small(tmp_path / "later")


def test_a_folder_does_not_differ_from_itself(folder):
    assert not difference(load(folder), load(folder))


def test_a_figure_that_moved_is_told_from_what_to_what(folder, later):
    change(later, "tables/links.csv", "clot,calf_pain,0.6", "clot,calf_pain,0.55")
    found = difference(load(folder), load(later))
    assert found.moved == (
        Moved(table="links", key=("clot", "calf_pain"), column="p", before="0.6", after="0.55"),
    )
    assert not found.added
    assert not found.removed


def test_the_same_number_written_otherwise_has_not_moved(folder, later):
    change(later, "tables/links.csv", "clot,calf_pain,0.6,0.5", "clot,calf_pain,.60,5e-1")
    assert not difference(load(folder), load(later)).moved


def test_rows_that_came_and_went_are_named(folder, later):
    change(later, "tables/links.csv", "cramp,thin_calf", "cramp,severe_swelling")
    found = difference(load(folder), load(later))
    assert found.added == (("links", ("cramp", "severe_swelling")),)
    assert found.removed == (("links", ("cramp", "thin_calf")),)


def test_a_row_reworded_is_counted_and_not_listed(folder, later):
    change(later, "tables/links.csv", "Counted in 100 people.", "Counted in a hundred.")
    found = difference(load(folder), load(later))
    assert (found.moved, found.reworded) == ((), 1)


def test_a_rule_whose_condition_changed_has_moved(folder, later):
    change(later, "tables/rules.csv", "wait,calf_pain AND sport", "wait,calf_pain")
    (moved,) = difference(load(folder), load(later)).moved
    assert (moved.column, moved.after) == ("when", "calf_pain")


def test_the_difference_is_the_same_backwards(folder, later):
    change(later, "tables/links.csv", "cramp,thin_calf", "cramp,severe_swelling")
    change(later, "tables/background.csv", "sport,0.2", "sport,0.25")
    there, back = difference(load(folder), load(later)), difference(load(later), load(folder))
    assert (there.added, there.removed) == (back.removed, back.added)
    assert [(m.before, m.after) for m in there.moved] == [(m.after, m.before) for m in back.moved]


def test_the_command_prints_what_moved(folder, later, capsys):
    change(later, "tables/links.csv", "clot,calf_pain,0.6", "clot,calf_pain,0.55")
    assert main(["knowledge", "diff", str(folder), str(later)]) == 0
    assert "links clot/calf_pain  p: 0.6 -> 0.55" in capsys.readouterr().out


def test_the_command_says_that_nothing_differs(folder, capsys):
    assert main(["knowledge", "diff", str(folder), str(folder)]) == 0
    assert "nothing differs" in capsys.readouterr().out


def test_cases_whose_urgency_moves_are_named(folder, later, tmp_path, capsys):
    change(
        later,
        "tables/rules.csv",
        "calf_pain AND NOT sport,urgent,1",
        "calf_pain AND NOT sport,emergency,0",
    )
    cases = tmp_path / "cases.jsonl"
    told = [
        {"id": "sore", "age": 50, "findings_present": ["calf_pain"]},
        {"id": "both", "age": 50, "findings_present": ["calf_pain", "swollen_leg", "unheard_of"]},
    ]
    cases.write_text("".join(json.dumps(case) + "\n" for case in told) + "{broken\n")
    assert main(["knowledge", "diff", str(folder), str(later), "--cases", str(cases)]) == 0
    printed = capsys.readouterr()
    assert "both: urgent, " in printed.out
    assert "-> emergency, " in printed.out
    assert "sore:" not in printed.out
    assert "1 of 2 cases moved" in printed.out
    assert "line 3" in printed.err


def test_cases_that_cannot_be_read_give_2(folder, capsys):
    command = ["knowledge", "diff", str(folder), str(folder), "--cases", "nowhere.jsonl"]
    assert main(command) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err


def test_a_folder_that_is_none_gives_2(folder, tmp_path, capsys):
    assert main(["knowledge", "diff", str(folder), str(tmp_path / "none")]) == 2
    assert "no folder 'tables'" in capsys.readouterr().err


def test_the_drift_over_invented_people_names_falls_first(folder, later, capsys):
    whole = "swollen_leg AND calf_pain AND NOT sport,urgent,1"
    change(folder, "tables/rules.csv", whole, "calf_pain,urgent,1")
    change(later, "tables/rules.csv", whole, "calf_pain,soon,14")
    change(later, "tables/links.csv", "clot,calf_pain,0.6", "clot,calf_pain,0.55")
    command = ["knowledge", "diff", str(folder), str(later), "--people", "60"]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "drift over 60 cases" in printed
    assert "urgency fell: look at each of these" in printed
    assert "of seed 1 (" in printed
    assert main(command) == 0
    assert capsys.readouterr().out == printed, "the same people each time"
    assert main([*command, "--seed", "2"]) == 0
    assert capsys.readouterr().out != printed


def test_without_a_change_nothing_drifts(folder, capsys):
    assert main(["knowledge", "diff", str(folder), str(folder), "--people", "5"]) == 0
    printed = capsys.readouterr().out
    assert "0 of 5 cases moved" in printed
    assert "fell" not in printed
    assert "farthest" not in printed


def test_the_drift_counts_falls_and_rises_apart():
    def one(name, before, after, by):
        return drift.Moved(
            name=name,
            before=drift.Answer(urgency=before, cause="cramp"),
            after=drift.Answer(urgency=after, cause="cramp"),
            by=by,
            cause="clot",
            chances=(0.5, 0.5 - by),
        )

    found = drift.Drift()
    told = [("a", "soon", "urgent", 0.2), ("b", "soon", "routine", 0.05), ("c", "soon", "soon", 0)]
    for row in [*told, ("d", "emergency", "routine", 0.3)]:
        found.note(one(*row))
    assert (found.cases, found.urgency, found.far, found.leading) == (4, 3, 2, 0)
    assert [moved.name for moved in found.lower] == ["d", "b"], "the deepest fall first"
    assert [moved.name for moved in found.farthest] == ["d", "a", "b"]


@given(st.lists(st.tuples(st.sampled_from(["soon", "urgent", "routine"]), st.floats(0, 1))))
def test_however_many_cases_moved_few_are_kept_and_they_are_the_ones_to_list(told):
    every = [
        drift.Moved(
            name=f"{number:04}",
            before=drift.Answer(urgency="soon", cause="cramp"),
            after=drift.Answer(urgency=level, cause="cramp"),
            by=by,
            cause="clot",
            chances=(0.0, by),
        )
        for number, (level, by) in enumerate(told * 20)
    ]
    found = drift.Drift()
    for one in every:
        found.note(one)
        assert max(len(found._lower), len(found._farthest)) <= 100
    falls = [one for one in every if one.rise < 0]
    moved = [one for one in every if one.rise or one.by >= 0.1]
    assert (found.falls, found.urgency) == (len(falls), sum(one.rise != 0 for one in every))
    assert found.lower == sorted(falls, key=lambda one: (one.rise, one.name))[:10]
    assert found.farthest == sorted(moved, key=lambda one: (-one.by, one.name))[:10]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_cases_are_read_from_what_batches_read(folder, later, tmp_path, capsys, suffix):
    whole = "swollen_leg AND calf_pain AND NOT sport,urgent,1"
    change(folder, "tables/rules.csv", whole, "calf_pain,urgent,1")
    change(later, "tables/rules.csv", whole, "calf_pain,soon,14")
    path = tmp_path / f"cases.{suffix}"
    if suffix == "parquet":
        told = {"id": ["sore", "fine"], "findings_present": [["calf_pain"], []]}
        pq.write_table(pa.table(told), path)
    elif suffix == "csv":
        path.write_text('id,findings_present,note\nsore,calf_pain,x\nfine,,x\n7,"calf_pain,x\n')
    else:
        path.write_text(
            '{"id": "sore", "findings_present": ["calf_pain"]}\n{"findings_present": []}'
        )
    assert main(["knowledge", "diff", str(folder), str(later), "--cases", str(path)]) == 0
    printed = capsys.readouterr()
    assert "sore: urgent, " in printed.out
    assert "1 of 2 cases moved" in printed.out
    if suffix == "csv":
        assert "line 4: the row cannot be read (a quotation mark is opened" in printed.err
        assert "not used: note" in printed.err


@pytest.mark.parametrize("wrong", [("--people", "-3"), ("--people", "0"), ("--seed", "-1")])
def test_a_number_of_people_that_is_none_is_refused(folder, capsys, wrong):
    with pytest.raises(SystemExit) as ended:
        main(["knowledge", "diff", str(folder), str(folder), *wrong])
    assert ended.value.code == 2
    assert f"argument {wrong[0]}: " in capsys.readouterr().err
