"""Pictures show what was measured, read the recording piece by piece, and are told in words."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from kedut.knowledge.load import ours
from kedut.report import measure_signal
from kedut.report.measure_pictures import pictures_of, write_pictures
from kedut.report.measure_signal import busiest_part, envelopes, intervals_s, labels, signal_of
from tests.report.measured import InMemory, emg, film

TIMES = [12.0, 15.0, 30.0, 30.033, 31.0, 33.0, 60.0, 80.0]


@pytest.fixture(scope="module")
def english():
    return ours().words("en")


@pytest.fixture(scope="module")
def pictures(english):
    return pictures_of(*emg(TIMES, bursts=1), english)


def test_emg_has_every_picture_that_it_has_enough_for(pictures) -> None:
    names = [picture.name for picture in pictures]
    assert names == ["strip", "near", "sources", "waveforms", "rate", "intervals"]


def test_a_grid_shows_where(english) -> None:
    names = [picture.name for picture in pictures_of(*emg(TIMES, columns=4), english)]
    assert "grid" in names


def test_a_film_shows_where_on_its_first_picture(english) -> None:
    pictures = pictures_of(*film([5.0, 9.0, 30.0]), english)
    assert [picture.name for picture in pictures] == ["strip", "film", "sources", "rate"]
    assert "A: x 40, y 30, 3" in pictures[1].alt


def test_without_the_recording_what_was_counted_is_still_shown(english) -> None:
    _, measurement = emg(TIMES)
    names = [picture.name for picture in pictures_of(None, measurement, english)]
    assert names == ["strip", "sources", "waveforms", "rate", "intervals"]


def test_a_recording_that_is_gone_is_no_fault(english, tmp_path) -> None:
    _, measurement = emg(TIMES)
    gone = pictures_of(tmp_path / "gone.edf", measurement, english)
    assert [p.name for p in gone] == [p.name for p in pictures_of(None, measurement, english)]


def test_nothing_seen_gives_the_trace_alone(english) -> None:
    pictures = pictures_of(*emg([]), english)
    assert [picture.name for picture in pictures] == ["strip", "near"]
    assert "quiet" in pictures[1].title


def test_a_picture_is_the_same_each_time(english) -> None:
    one, other = (pictures_of(*emg(TIMES), english)[0] for _ in range(2))
    assert one.svg() == other.svg()
    assert one.png() == other.png()


def test_svg_is_whole_and_fetches_nothing(pictures) -> None:
    for picture in pictures:
        text = picture.svg()
        ET.fromstring(text)
        assert "http" not in text.replace("http://www.w3.org/", "")


def test_png_is_one(pictures) -> None:
    assert all(picture.png(50).startswith(b"\x89PNG") for picture in pictures)


def test_each_picture_is_told_in_words(pictures) -> None:
    told = {picture.name: picture.alt for picture in pictures}
    assert "8 counted twitches" in told["strip"]
    assert "muscle tensed" in told["strip"]
    assert "1 pairs, 1 of them in the F-wave window" in told["intervals"]
    for picture in pictures:
        said = f"{picture.title} {picture.caption} {picture.alt}"
        assert "measure." not in said
        assert "None" not in said


def test_pictures_are_written_as_png_and_svg(english, tmp_path) -> None:
    files = write_pictures(tmp_path, *emg(TIMES), english)
    assert {file.suffix for file in files} == {".png", ".svg"}
    assert all(file.stat().st_size for file in files)
    assert (tmp_path / "calf-strip.png") in files


def test_an_envelope_holds_the_smallest_and_largest_sample() -> None:
    reopen, measurement = emg(TIMES)
    recording = reopen()
    (one,) = envelopes(recording, [0], 0.0, measurement.about.duration_s, 100)
    parts = np.array_split(recording.samples[0], 100)
    low = np.array([part.min() for part in parts])
    high = np.array([part.max() for part in parts])
    np.testing.assert_allclose(one.high - one.low, high - low, rtol=1e-5)
    coarse = one.coarser(10)
    assert (coarse.low.min(), coarse.high.max()) == (one.low.min(), one.high.max())


def test_a_recording_is_read_piece_by_piece(monkeypatch) -> None:
    monkeypatch.setattr(measure_signal, "_AT_ONCE", 5_000)
    reopen, measurement = emg(TIMES)
    recording = reopen()
    assert isinstance(recording, InMemory)
    in_pieces = signal_of(recording, measurement)
    assert recording.most <= 5_000
    monkeypatch.undo()
    at_once = signal_of(reopen(), measurement)
    np.testing.assert_array_equal(in_pieces.whole[0].low, at_once.whole[0].low)


def test_the_recording_is_closed_again(english) -> None:
    reopen, measurement = emg(TIMES)
    recording = reopen()
    pictures_of(lambda: recording, measurement, english)
    assert recording.closed


def test_the_busiest_part_holds_the_most_twitches() -> None:
    _, measurement = emg(TIMES)
    start_s, stop_s = busiest_part(measurement)
    assert stop_s - start_s == pytest.approx(10)
    assert start_s <= 30
    assert stop_s >= 33


def test_a_recording_shorter_than_the_window_is_shown_whole() -> None:
    _, measurement = emg([], seconds=11.0)
    assert busiest_part(measurement) == (0.0, 1.0)  # the other ten are left out


def test_intervals_do_not_cross_what_is_left_out() -> None:
    _, measurement = emg([10.0, 12.0, 105.0, 119.0])
    np.testing.assert_allclose(intervals_s(measurement), [2.0, 93.0])


def test_the_busiest_source_is_a() -> None:
    _, measurement = emg([10.0, 20.0, 30.0])
    assert labels(measurement) == {0: "A", 1: "B"}


def test_letters_go_on_after_z() -> None:
    told = [measure_signal._letters(place) for place in (0, 25, 26, 51, 52, 701, 702)]
    assert told == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
