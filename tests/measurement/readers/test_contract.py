"""What every reader keeps, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kedut.measurement.readers.opening import open_recording
from kedut.measurement.recording import Modality, Recording
from tests.measurement.readers.truth import Written
from tests.measurement.readers.writers import WRITERS


@pytest.fixture(scope="module", params=sorted(WRITERS))
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return WRITERS[request.param](tmp_path_factory.mktemp("secret_folder"))


@pytest.fixture
def recording(written: Written) -> Iterator[Recording]:
    opened = open_recording(written.path)
    assert isinstance(opened, Recording)
    yield opened
    opened.close()


def test_the_samples_come_back_within_the_rounding_of_the_format(written, recording):
    got = recording.read(0, recording.about.length)
    assert got.dtype == np.float32
    assert got.shape == written.samples.shape
    assert np.abs(got - written.samples).max() <= written.tolerance * 1.01


def test_rate_length_unit_and_format_are_told(written, recording):
    about = recording.about
    assert about.rate_hz == pytest.approx(written.rate_hz, rel=1e-6)
    assert about.length == written.samples.shape[1]
    assert len(about.channels) == len(written.samples)
    assert {one.unit for one in about.channels} == {written.unit}
    assert about.modality is (Modality.EMG if written.unit == "uV" else Modality.MOTION)
    assert about.format == written.form


def test_pieces_put_together_are_the_whole(recording):
    length = recording.about.length
    whole = recording.read(0, length)
    rng = np.random.default_rng(1)
    cuts = sorted({0, length, *rng.integers(0, length, 7).tolist()})
    parts = [recording.read(a, b) for a, b in pairwise(cuts)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
    np.testing.assert_array_equal(recording.read(3, 5), whole[:, 3:5])


def test_what_lies_beyond_the_end_is_left_out(recording):
    length = recording.about.length
    assert recording.read(length - 2, length + 50).shape[1] == 2
    assert recording.read(length + 5, length + 9).shape[1] == 0
    assert recording.read(-5, 3).shape[1] == 3
    assert recording.read(9, 4).shape[1] == 0


def test_closing_twice_is_fine_and_a_closed_recording_says_so(written):
    opened = open_recording(written.path)
    opened.close()
    opened.close()
    with pytest.raises(ValueError, match="closed"):
        opened.read(0, 1)


def test_the_start_is_told_where_the_file_has_one(written, recording):
    assert recording.about.started == written.started


def test_the_name_is_the_files_without_its_folder(written, recording):
    assert recording.about.name == written.path.name
    assert "secret_folder" not in repr(recording.about)


def test_a_recording_opened_for_something_else_says_so(written):
    with pytest.raises(ValueError, match=r"video|acceleration|EMG"):
        open_recording(written.path, Modality.VIDEO)


@pytest.mark.parametrize("name", ["edf", "poly5", "matlab73", "phyphox", "xdf", "phyphox_zip"])
def test_a_wrong_name_does_not_hide_what_is_in_a_file(name: str, tmp_path: Path):
    made = WRITERS[name](tmp_path)
    wrong = made.path.rename(tmp_path / "wrong.pdf")
    with open_recording(wrong) as opened:
        assert any("pdf" in note for note in opened.about.notes)
        got = opened.read(0, opened.about.length)
    assert np.abs(got - made.samples).max() <= made.tolerance * 1.01
