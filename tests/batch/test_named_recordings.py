"""What is named is measured once each, under a name of its own; what cannot be is told."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.batch.job import Job
from kedut.batch.part import Broken, Recording
from kedut.batch.place import names_in
from kedut.batch.plan_recordings import parts_of
from tests.batch.hooks import load

JOB = Job(
    kind="recordings", load=load, parts="", software_version="", knowledge_version="",
    knowledge_mark="",
)  # fmt: skip


class Planned:
    """The parts of what was named, with what was said."""

    def __init__(self, *names: object) -> None:
        self.said: list[str] = []
        self.parts = list(parts_of([str(name) for name in names], JOB, self.said.append))
        self.keys = [part.key for part in self.parts]

    @property
    def recordings(self) -> list[Recording]:
        return [part.source for part in self.parts if isinstance(part.source, Recording)]

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.recordings]

    @property
    def broken(self) -> dict[str, str]:
        return {p.source.name: p.source.what for p in self.parts if isinstance(p.source, Broken)}


def files(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def listed(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


def test_a_folder_is_looked_through_and_what_is_no_recording_is_left_out(tmp_path: Path) -> None:
    files(
        tmp_path, "b/s1_emg.edf", "a.mp4", "b/s1_channels.tsv", ".hidden.edf", "c/d/x.hea",
        "c/d/x.dat",
    )  # fmt: skip
    found = Planned(tmp_path)
    assert found.names == ["a.mp4", "b/s1_emg.edf", "c/d/x.hea"]
    assert "2 files are no recordings" in found.said[0]
    assert Planned(tmp_path).keys == found.keys
    (tmp_path / "c/d/x.dat").write_bytes(b"changed")
    after = Planned(tmp_path).keys
    assert [a == b for a, b in zip(after, found.keys, strict=True)] == [True, True, False]


def test_a_link_to_a_file_that_is_not_there_is_one_row_and_the_rest_is_measured(
    tmp_path: Path,
) -> None:
    files(tmp_path, "in/a.csv", "in/b.csv", "in/b.json")
    (tmp_path / "in/x.edf").symlink_to("/nowhere/x.edf")
    (tmp_path / "in/a.json").symlink_to("/nowhere/a.json")  # beside a recording: no matter
    found = Planned(tmp_path / "in")
    assert found.names == ["a.csv", "b.csv"]
    assert found.broken == {"x.edf": "is a link to a file that is not there"}
    (source,) = [part.source for part in found.parts if isinstance(part.source, Broken)]
    assert "git annex get" in source.remedy
    assert Planned(tmp_path / "in/x.edf").broken == {
        f"{tmp_path}/in/x.edf": "is a link to a file that is not there"
    }


def test_a_file_that_was_fetched_after_a_run_is_missing_to_the_next(tmp_path: Path) -> None:
    files(tmp_path, "in/a.csv")
    (tmp_path / "in/x.edf").symlink_to(tmp_path / "store")
    before = Planned(tmp_path / "in")
    (tmp_path / "store").write_bytes(b"x")
    after = Planned(tmp_path / "in")
    assert after.names == ["a.csv", "x.edf"]
    assert after.keys[0] == before.keys[0]
    assert after.keys[1] != before.keys[1]


@pytest.mark.parametrize("to", [".", "..", "../in", "/"])
def test_a_link_to_a_folder_that_holds_it_is_no_endless_walk(to: str, tmp_path: Path) -> None:
    files(tmp_path, "in/a.csv", "in/z/b.csv")
    (tmp_path / "in/again").symlink_to(to)
    found = Planned(tmp_path / "in")
    assert found.names == ["a.csv", "z/b.csv"]
    assert found.said == [
        f"{tmp_path}/in: 1 links lead to folders that are looked through already: again"
    ]


def test_a_folder_reached_twice_is_named_as_it_is_and_one_elsewhere_as_it_is_linked(
    tmp_path: Path,
) -> None:
    files(tmp_path, "in/z/b.csv", "elsewhere/c.csv")
    (tmp_path / "in/before").symlink_to("z")
    (tmp_path / "in/other").symlink_to("../elsewhere")
    assert Planned(tmp_path / "in").names == ["other/c.csv", "z/b.csv"]


def test_a_link_to_a_recording_beside_it_is_the_same_recording(tmp_path: Path) -> None:
    files(tmp_path, "in/m.csv")
    (tmp_path / "in/a.csv").symlink_to("m.csv")
    found = Planned(tmp_path / "in")
    assert found.names == ["m.csv"]
    assert found.said == ["1 named more than once, taken once: a.csv"]


def test_two_people_whose_files_hold_the_same_are_two_even_where_one_store_holds_both(
    tmp_path: Path,
) -> None:
    """As git-annex keeps it: one object for two headers that are the same, other samples."""
    files(tmp_path, "in/.git/object.hea", "in/one/x.dat", "in/two/x.dat")
    for person in ("one", "two"):
        (tmp_path / "in" / person / "x.hea").symlink_to("../.git/object.hea")
    assert Planned(tmp_path / "in").names == ["one/x.hea", "two/x.hea"]


def test_a_link_with_samples_of_its_own_is_a_recording_of_its_own(tmp_path: Path) -> None:
    files(tmp_path, "in/one/x.hea", "in/one/x.dat", "in/two/x.dat")
    (tmp_path / "in/two/x.hea").symlink_to("../one/x.hea")
    assert Planned(tmp_path / "in").names == ["one/x.hea", "two/x.hea"]


def test_recordings_of_two_folders_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path, "rec/A/day1.csv", "rec/B/day1.csv", "day1.csv")
    listed(tmp_path / "rec/list.csv", "file,modality\nA/day1.csv,motion\n")
    monkeypatch.chdir(tmp_path)
    assert Planned("rec/A", "rec/B/").names == ["rec/A/day1.csv", "rec/B/day1.csv"]
    assert Planned("rec/A").names == ["day1.csv"]
    assert Planned("rec/A", "day1.csv").names == ["rec/A/day1.csv", "day1.csv"]
    assert Planned("rec/list.csv").names == ["A/day1.csv"]
    assert Planned("rec/list.csv", "rec/B").names == ["rec/A/day1.csv", "rec/B/day1.csv"]
    assert Planned("rec/A", "rec/B/").keys == Planned("./rec/A/", "rec/B").keys


def test_what_is_named_twice_is_taken_once_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path, "rec/A/day1.csv", "rec/A/day2.csv")
    listed(tmp_path / "list.csv", "file,modality\nrec/A/day1.csv,motion\nrec/A/day1.csv,motion\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("rec")
    for names in (
        ("rec/A", "rec/A"),
        ("rec", "rec/A"),
        ("rec/A", tmp_path / "rec/A"),
        ("rec/A", "rec/../rec/A/day2.csv"),
        ("rec/A", "link/A"),
    ):
        found = Planned(*names)
        assert len(found.names) == 2, names
        assert "taken once" in found.said[0], names
    assert Planned("list.csv").names == ["rec/A/day1.csv"]
    with_list = Planned("rec/A", "list.csv")
    assert [(one.name, one.modality) for one in with_list.recordings] == [
        ("rec/A/day1.csv", "motion"), ("rec/A/day2.csv", ""),
    ]  # fmt: skip


def test_a_file_of_two_kinds_is_told(tmp_path: Path) -> None:
    files(tmp_path, "a.csv")
    found = Planned(listed(tmp_path / "l.csv", "file,modality\na.csv,motion\na.csv,emg\n"))
    assert [one.modality for one in found.recordings] == ["motion"]
    assert found.broken == {"a.csv": "is named as motion and as emg; the first was taken"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_a_list_may_end_in_any_way(end: str, tmp_path: Path) -> None:
    files(tmp_path, "a.csv", "b.csv")
    rows = ["file,modality", "a.csv,motion", "b.csv,", ""]
    found = Planned(listed(tmp_path / "l.csv", end.join(rows)))
    assert [(one.name, one.modality) for one in found.recordings] == [
        ("a.csv", "motion"), ("b.csv", ""),
    ]  # fmt: skip


def test_a_stray_sign_in_a_row_spoils_that_row_alone(tmp_path: Path) -> None:
    files(tmp_path, "a.csv", "b.csv")
    rows = "file,modality\na.csv,mo\rtion\nb.csv,motion\nc\0.csv,swim\n"
    found = Planned(listed(tmp_path / "l.csv", rows))
    assert found.names == ["b.csv"]
    assert [name.rpartition("/")[2] for name in found.broken] == ["l.csv line 2", "l.csv line 4"]


def test_a_cell_without_an_end_is_told(tmp_path: Path) -> None:
    rows = "file,modality\na.csv,motion\n" + "x" * 200_000 + "\n"
    found = Planned(listed(tmp_path / "l.csv", rows))
    assert found.names == ["a.csv"]
    assert "is no table any more" in next(iter(found.broken.values()))


@given(raw=st.binary(max_size=60))
def test_whatever_is_in_a_list_is_no_fault_of_ours(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "l.csv"
        path.write_bytes(b"file,modality\n" + raw)
        found = Planned(path)
        assert len(found.parts) >= 1
        for part in found.parts:
            assert isinstance(part.source, Recording | Broken)
            part.source.name.encode()


def test_a_folder_that_cannot_be_read_and_a_name_in_no_script_are_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path, "in/a.csv", "in/closed/b.csv")
    (tmp_path / "in" / os.fsdecode(b"\xff.csv")).write_bytes(b"x")
    real = names_in

    def closed(folder: str) -> Sequence[str]:
        if "closed" in folder:
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr("kedut.batch.find_recordings.names_in", closed)
    found = Planned(tmp_path / "in")
    assert found.names == ["a.csv"]
    assert found.broken == {
        "closed": "the folder cannot be read (Permission denied)",
        "\\xff.csv": "its name is no UTF-8",
    }


@given(
    folders=st.lists(st.integers(0, 3), max_size=4),
    links=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4),
    named=st.lists(st.integers(0, 4), min_size=1, max_size=3),
)
def test_however_folders_are_linked_each_file_is_measured_once_under_a_name_of_its_own(
    folders: list[int], links: list[tuple[int, int]], named: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as top:
        there = [Path(top)]
        for number, parent in enumerate(folders):
            there.append(there[parent % len(there)] / f"f{number}")
            there[-1].mkdir()
        for number, folder in enumerate(there):
            (folder / "day1.csv").write_text(str(number))
        for number, (inside, to) in enumerate(links):
            (there[inside % len(there)] / f"l{number}").symlink_to(there[to % len(there)])
        asked = [there[number % len(there)] for number in named]
        found = Planned(*asked)
        reached = {Path(one.url).resolve() for one in found.recordings}
        assert len(reached) == len(found.recordings) == len(set(found.names))
        assert len(set(found.keys)) == len(found.keys)
        assert {folder / "day1.csv" for folder in map(Path.resolve, asked)} <= reached
        for folder in asked:  # all that lies in it, by whatever way
            assert {path.resolve() for path in folder.rglob("day1.csv")} <= reached
        assert Planned(*asked).keys == found.keys
