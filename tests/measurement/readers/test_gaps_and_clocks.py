"""Missing samples become zeros and gaps; uneven clocks become even; what is odd is noted."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.measurement.readers.missing import Missing
from kedut.measurement.readers.opening import open_recording
from kedut.measurement.recording import Modality
from tests.measurement.readers.truth import emg_uv, motion
from tests.measurement.readers.write_amplifiers import poly5_bytes
from tests.measurement.readers.write_edf import edf_bytes, stored_of


def test_time_between_records_is_a_gap_of_zeros(tmp_path: Path):
    stored, _ = stored_of(emg_uv())
    path = tmp_path / "a.edf"
    path.write_bytes(
        edf_bytes(list(stored), per=[1000] * 2, record_s=0.5, onsets=[7, 7.5, 9, 9.5], pieces=True)
    )
    with open_recording(path) as opened:
        (gap,) = opened.about.gaps
        assert (gap.onset_s, gap.duration_s, gap.channel) == (1.0, 1.0, "")
        assert not opened.read(2000, 4000).any()
        assert opened.about.started.second == 37


def test_missing_numbers_are_zeros_and_gaps_of_their_channel(tmp_path: Path):
    x = emg_uv(2, 3000)
    x[0, 100:200] = np.nan
    x[:, 1000:1500] = np.nan
    x[1, 2999] = np.inf
    (tmp_path / "a.poly5").write_bytes(poly5_bytes(x))
    with open_recording(tmp_path / "a.poly5") as opened:
        found = {(one.channel, one.onset_s, one.duration_s) for one in opened.about.gaps}
        assert found == {("", 0.5, 0.25), ("BIP 1", 0.05, 0.05), ("BIP 2", 1.4995, 0.0005)}
        got = opened.read(0, 3000)
    np.testing.assert_allclose(got, np.nan_to_num(x, posinf=0), atol=1e-3)


def test_an_uneven_phone_is_put_on_an_even_clock_and_its_pause_is_a_gap(tmp_path: Path):
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.uniform(0.008, 0.012, 2000))
    times[1000:] += 2.0
    rows = np.c_[times, np.sin(3 * times), np.cos(3 * times), 9.7 + 0 * times]
    path = tmp_path / "a.csv"
    head = "Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2)"
    np.savetxt(path, rows, delimiter=",", header=head, comments="", fmt="%.9f")
    with open_recording(path) as opened:
        about = opened.about
        got = opened.read(0, about.length)
    assert about.irregular
    (gap,) = about.gaps
    assert gap.duration_s == pytest.approx(2.0, abs=0.03)
    assert gap.onset_s == pytest.approx(times[999] - times[0], abs=0.02)
    at = times[0] + np.arange(about.length) / about.rate_hz
    inside = (at < times[999]) | (at > times[1000])
    assert np.abs(got[0] - np.sin(3 * at))[inside].max() < 1e-3
    assert not got[:, (at > times[999] + 0.02) & (at < times[1000] - 0.02)].any()


@pytest.mark.parametrize("unit,said", [("g", "m/s^2"), ("m/s^2", "brought to"), ("", "brought to")])
def test_an_acceleration_in_g_is_brought_to_metres_even_where_the_file_is_wrong(
    unit: str, said: str, tmp_path: Path
):
    x = motion() / 9.80665
    rows = np.c_[np.arange(600) / 100, x.T]
    head = "Time (s)," + ",".join(
        f"Acceleration {axis} ({unit})" if unit else axis for axis in "xyz"
    )
    path = tmp_path / "a.csv"
    np.savetxt(path, rows, delimiter=",", header=head, comments="", fmt="%.9f")
    with open_recording(path) as opened:
        np.testing.assert_allclose(opened.read(0, 600), motion(), atol=1e-4)
        if unit != "g":
            assert any(said in note for note in opened.about.notes)


def test_channels_of_other_kinds_and_rates_are_left_out_and_named(tmp_path: Path):
    a, b, c = (np.arange(n) % 1000 for n in (2000, 2000, 200))
    path = tmp_path / "a.edf"
    labels, units = ["EMG TA", "ECG", "ACC X"], ["mV", "uV", "g"]
    path.write_bytes(edf_bytes([a, b, c], per=[1000, 1000, 100], labels=labels, units=units))
    with open_recording(path) as opened:
        assert [one.name for one in opened.about.channels] == ["EMG TA"]
        notes = "; ".join(opened.about.notes)
        assert "ECG: not emg" in notes
        assert "ACC X: not emg" in notes
        assert opened.read(999, 1000)[0, 0] == pytest.approx(999 / 32767 * 1e6, rel=1e-4)
    with open_recording(path, Modality.MOTION) as opened:
        assert [one.name for one in opened.about.channels] == ["ACC X"]
        assert opened.about.rate_hz == 100


@pytest.mark.parametrize(
    "start,note", [("99.99.9910.20.30", "calendar"), ("aa.bb.cc10.20.30", "malformed")]
)
def test_a_malformed_start_does_not_stop_a_recording(start: str, note: str, tmp_path: Path):
    stored, back = stored_of(emg_uv())
    path = tmp_path / "a.edf"
    path.write_bytes(edf_bytes(list(stored), per=[2000, 2000], start=start, recording="X"))
    with open_recording(path) as opened:
        assert opened.about.started is None
        assert note in "; ".join(opened.about.notes)
        np.testing.assert_allclose(opened.read(0, 4000), back, atol=1e-3)


@pytest.mark.parametrize("lost", [-2, 1, 3])
def test_a_header_out_of_line_is_put_right(lost: int, tmp_path: Path):
    stored, back = stored_of(emg_uv())
    raw = edf_bytes(list(stored), per=[2000, 2000])
    moved = raw[:160] + raw[160 + lost :] if lost > 0 else raw[:160] + b" " * -lost + raw[160:]
    (tmp_path / "a.edf").write_bytes(moved)
    with open_recording(tmp_path / "a.edf") as opened:
        assert "out of line" in opened.about.notes[0]
        np.testing.assert_allclose(opened.read(0, 4000), back, atol=1e-3)


def test_bids_sidecars_give_names_muscle_grid_and_bad_channels(tmp_path: Path):
    folder = tmp_path / "set" / "sub-01" / "emg"
    folder.mkdir(parents=True)
    (tmp_path / "set" / "dataset_description.json").write_text("{}")
    stored, _ = stored_of(emg_uv(8, 2000))
    (folder / "sub-01_task-rest_emg.edf").write_bytes(edf_bytes(list(stored), per=[2000] * 8))
    rows = [
        f"EMG{k + 1}\tEMG\tuV\tsoleus\tE{k + 1}\t{'bad' if k == 5 else 'good'}" for k in range(8)
    ]
    (folder / "sub-01_task-rest_channels.tsv").write_text(
        "name\ttype\tunits\ttarget_muscle\tsignal_electrode\tstatus\n" + "\n".join(rows)
    )
    places = [f"E{k + 1}\t{k % 4 * 8}\t{k // 4 * 8}" for k in range(8)]
    (folder / "sub-01_electrodes.tsv").write_text("name\tx\ty\n" + "\n".join(places))
    (folder / "sub-01_coordsystem.json").write_text(json.dumps({"EMGCoordinateUnits": "mm"}))
    with open_recording(tmp_path / "set") as opened:
        about = opened.about
    assert about.muscle == "soleus"
    assert len(about.channels) == 7
    assert any("EMG6: marked as bad" in note for note in about.notes)
    last = about.channels[-1]
    assert (last.column, last.row, last.spacing_mm) == (3, 1, 8.0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.booleans(), min_size=2, max_size=2), min_size=1, max_size=60), st.data()
)
def test_runs_of_missing_samples_do_not_depend_on_the_pieces(rows, data):
    mask = np.array(rows).T
    cuts = sorted(data.draw(st.sets(st.integers(0, mask.shape[1]), max_size=5)))
    edges = [0, *cuts, mask.shape[1]]
    missing = Missing()
    for a, b in pairwise(edges):
        missing.see(a, mask[:, a:b])
    again = np.zeros_like(mask)
    for one in missing.gaps(1.0, ["a", "b"]):
        at = slice(int(one.onset_s), int(one.onset_s + one.duration_s))
        again[{"": slice(None), "a": 0, "b": 1}[one.channel], at] = True
    np.testing.assert_array_equal(again, mask)


def test_endless_short_gaps_are_joined_not_kept_one_by_one():
    missing = Missing()
    mask = np.zeros((1, 100_000), bool)
    mask[0, ::2] = True
    missing.see(0, mask)
    gaps = missing.gaps(1.0, ["a"])
    assert len(gaps) <= 20_000
    assert sum(one.duration_s for one in gaps) >= 50_000
