"""measure(path) → Measurement: read, detect, count; one recording at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kedut.measurement.features import Features, features_of
from kedut.measurement.quality.motion_result import SINGLE_UNIT_M_S2
from kedut.measurement.recording import About, Film, Modality, Recording
from kedut.measurement.twitch import Detected

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured in one recording.

    limits : keys of sentences about what this recording cannot tell, most important first
    """

    about: About
    detected: Detected
    features: Features
    limits: tuple[str, ...] = ()


def measure(
    path: Path,
    modality: Modality | None = None,
    *,
    progress: Progress | None = None,
) -> Measurement:
    """Measure one recording.

    Parameters
    ----------
    modality : what it is, where the file does not say or says it wrongly
    progress : called with the share that is done, from 0 to 1

    Raises
    ------
    BadRecording
        The file cannot be measured; says where, what, and what would do.
    """
    from kedut.measurement.readers.opening import open_recording

    recording = open_recording(path, modality)
    try:
        return measured(recording, progress=progress)
    finally:
        recording.close()


def measured(recording: Recording | Film, *, progress: Progress | None = None) -> Measurement:
    """Measure what is open already."""
    detected = _detect(recording, progress)
    features = features_of(recording.about, detected)
    return Measurement(
        about=recording.about,
        detected=detected,
        features=features,
        limits=tuple(_limits(recording.about, detected, features)),
    )


def _detect(recording: Recording | Film, progress: Progress | None) -> Detected:
    """Find twitches by the detector of the modality; each is loaded only when needed."""
    if isinstance(recording, Film):
        from kedut.measurement.detectors.film import detect_film

        return detect_film(recording, progress=progress)
    if recording.about.modality is Modality.MOTION:
        from kedut.measurement.detectors.motion import detect_motion

        return detect_motion(recording, progress=progress)
    from kedut.measurement.detectors.emg import detect_emg

    return detect_emg(recording, progress=progress)


def _limits(about: About, detected: Detected, features: Features) -> list[str]:
    limits = []
    if not detected.quality.usable:
        limits.append("no_usable_rest")
    if features.too_short_s is not None:
        limits.append(f"too_short_{about.modality}")
    if features.rate is not None and features.twitches == 0:
        limits.append("none_seen")
    smallest = detected.quality.smallest_seen
    if about.modality is Modality.MOTION and smallest is not None and smallest > SINGLE_UNIT_M_S2:
        limits.append("cannot_see_small")
    limits.append(
        {
            Modality.EMG: "emg_sees_near",
            Modality.MOTION: "motion_misses_single_units",
            Modality.VIDEO: "video_sees_skin",
        }[about.modality]
    )
    if features.intervals.doublets:
        limits.append("doublets_not_diagnostic")
    if about.irregular:
        limits.append("clock_uneven")
    return limits
