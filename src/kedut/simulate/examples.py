"""The example recordings of the repository, written anew: `python -m kedut.simulate.examples`."""

from __future__ import annotations

import argparse
import csv
import datetime
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from kedut.simulate.emg import SimulatedEmg, simulate_emg
from kedut.simulate.emg_discharges import Irregular
from kedut.simulate.emg_noise import Band, Mains, Noise
from kedut.simulate.emg_potential import Muscle, bipolar
from kedut.simulate.emg_scene import Scene, Unit
from kedut.simulate.film import DrawnFilm, simulate_film, write_film
from kedut.simulate.film_motion import Scene as FilmScene
from kedut.simulate.motion import Moved, simulate_motion
from kedut.simulate.motion import Scene as MotionScene

COMMAND = "python -m kedut.simulate.examples"
FOLDER = Path("examples/recordings")
STARTED = datetime.datetime(2026, 11, 1, 9, 0)  # noqa: DTZ001 an EDF file knows no time zone
_RANGE_UV = 3276.7  # constant: steps of 0.1 µV in 16 bits

Row = tuple[object, ...]


def main() -> int:
    """Write each example and its truth."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    write_emg(emg_example(), folder)
    write_motion(motion_example(), folder)
    write_video(film_example(), folder)
    return 0


def emg_example() -> SimulatedEmg:
    """Give a minute of a calf: three units, one with doublets; mains, a movement, a tap."""
    units = (
        Unit(discharges=Irregular(per_min=12.0, variation=1.1), best_uv=320.0),
        Unit(discharges=Irregular(per_min=7.0, doublets=0.35, f_wave=True), best_uv=180.0),
        Unit(discharges=Irregular(per_min=4.0), best_uv=110.0, reinnervated=True),
    )
    scene = Scene(
        rate_hz=2000.0,
        duration_s=60.0,
        muscle=Muscle(name="gastrocnemius", end_plate_mm=-18.0),
        electrodes=bipolar(20.0),
        band=Band(low_hz=None, high_hz=500.0),
        noise=Noise(low_uv=4.0, high_uv=6.0),
        units=units,
        mains=Mains(hertz=50.0, uv=25.0),
        movements_uv=(600.0,),
        taps_uv=(350.0,),
        drift_uv=15.0,
    )
    return simulate_emg(scene, 6)


def write_emg(made: SimulatedEmg, folder: Path) -> None:
    """Write EDF, the discharges and what else happened."""
    import edfio

    samples = made.recording.samples[0].astype(np.float64)
    signal = edfio.EdfSignal(
        np.clip(samples, -_RANGE_UV, _RANGE_UV),
        sampling_frequency=made.scene.rate_hz,
        label="EMG GM",
        physical_dimension="uV",
        physical_range=(-_RANGE_UV, _RANGE_UV),
        digital_range=(-32767, 32767),
        transducer_type="simulated, bipolar, 20 mm",
    )
    edfio.Edf(
        [signal],
        starttime=STARTED.time(),
        recording=edfio.Recording(startdate=STARTED.date(), equipment_code="simulated"),
    ).write(folder / "emg-calf.edf")
    truth = made.truth
    write_rows(
        folder / "emg-calf_truth.csv",
        ("peak_s", "unit", "source", "second_of_doublet", "peak_to_peak_uv"),
        (
            (f"{peak:.4f}", unit, source, int(second), f"{size:.0f}")
            for peak, unit, source, second, size in zip(
                truth.peak_s, truth.unit, truth.source, truth.second, truth.first_uv, strict=True
            )
        ),
    )
    write_rows(
        folder / "emg-calf_epochs.csv",
        ("onset_s", "duration_s", "what"),
        ((f"{one.onset_s:.3f}", f"{one.duration_s:.3f}", one.what) for one in truth.epochs),
    )


def motion_example() -> Moved:
    """Give a minute of a phone that lies on a calf: twitches, one movement, a tap."""
    scene = MotionScene(
        duration_s=60.0, rate_hz=100.0, ptp_m_s2=0.3, rate_per_min=20.0, movements=1, taps=1
    )
    return simulate_motion(scene, 3)


def write_motion(made: Moved, folder: Path) -> None:
    """Write the table as phyphox exports it, the twitches and what else happened."""
    samples = made.recording.samples
    rate_hz = made.recording.about.rate_hz
    axes = tuple(f"Acceleration {axis} (m/s^2)" for axis in "xyz")
    write_rows(
        folder / "motion-calf.csv",
        ("Time (s)", *axes),
        (
            (f"{place / rate_hz:.3f}", *(f"{value:.4f}" for value in column))
            for place, column in enumerate(samples[:3].T)
        ),
    )
    write_rows(
        folder / "motion-calf_truth.csv",
        ("onset_s", "peak_to_peak_m_s2"),
        (
            (f"{at:.3f}", f"{size:.3f}")
            for at, size in zip(made.twitch_s, made.ptp_m_s2, strict=True)
        ),
    )
    write_rows(
        folder / "motion-calf_epochs.csv",
        ("onset_s", "duration_s", "what"),
        ((f"{one.onset_s:.3f}", f"{one.duration_s:.3f}", one.what) for one in made.disturbances),
    )


def film_example() -> DrawnFilm:
    """Give fifteen seconds of skin, filmed with a steady hand."""
    scene = FilmScene(
        duration_s=15.0, per_minute=45.0, hand_held=0.5, breathing_px=0.5, noise=1.0, sites=2
    )
    return simulate_film(scene, seed=4)


def write_video(film: DrawnFilm, folder: Path) -> None:
    """Write the film and its twitches."""
    write_film(film, folder / "film-calf.mp4", bits_per_pixel=0.06)
    names = ("start_s", "x_px", "y_px", "radius_px", "amplitude_px", "rise_s")
    write_rows(
        folder / "film-calf_truth.csv",
        ("onset_s", *names[1:]),
        (tuple(f"{getattr(one, name):.3f}" for name in names) for one in film.twitches),
    )


def write_rows(file: Path, names: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write a table."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


if __name__ == "__main__":
    raise SystemExit(main())
