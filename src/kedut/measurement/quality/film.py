"""Where a film cannot be counted: camera, light, the whole leg moving; and its limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.twitch import Excluded, Reason

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_SLOW_S = 0.25  # constant: camera speed is taken over this, so that tremor averages out
_SPEED = (0.02, 0.30)  # constant: heights a second; a stand never reaches 2 %, 30 % smears
_SPEED_RATIO = 6.0  # constant: times the film's usual speed
_STAND = 0.01  # constant: heights a second; slower than this in the median is a stand
_LIGHT_S = 0.1  # constant: a change of light is looked for over this
_LIGHT_SHARE = 0.06  # constant: of the light; shading of a twitch stays below in a grid cell
_LIGHT_RATIO = 6.0  # constant: times the usual flicker of the cell
_LIGHT_CELLS = 3  # constant: of 40; one alone is something passing by
_SOFT = 0.75  # constant: texture below this share of its median is out of focus
_WIDE_SHARE = 0.25  # constant: a twitch of a third of the height in radius covers a fifth
_AROUND_S = 0.3  # constant: left out before and after, half of the detector's reach
_JOIN_S = 0.5  # constant: stretches closer than this are one
_HOLD_S = 2.5  # constant: a muscle tightened and let go within this is one movement
_FRAMES = (12.0, 20.0)  # constant: Hz; a twitch of 0.1 s needs two frames, and well seen three
_DARK_GREY = 25.0  # constant: of 255; below, compression leaves no texture
_SOFT_SHARE = 0.006  # constant: of the height, 1.6 px of 270: twitches of skin are 1 to 6
_SHAKEN_SHARE = 0.3  # constant: of the time lost to the camera
_ENOUGH_S = 45.0  # constant: usable s of the 60 asked for
_LEAST_S = 10.0  # constant: s below which no rate is given


def camera_speed(corners: Floats, rate_hz: float, height_px: int) -> Floats:
    """Give how fast the picture moves, in heights a second.

    corners : where the corners of the grid are in each frame, shape (frames, 4, 2)
    """
    half = max(1, round(_SLOW_S * rate_hz / 2))
    padded = np.pad(corners, ((half, half), (0, 0), (0, 0)), mode="edge")
    way = np.abs(padded[2 * half :] - padded[: -2 * half]).max(axis=(1, 2))
    return np.asarray(way / height_px * rate_hz / (2 * half), np.float32)


def shaken(speed: Floats) -> tuple[Flags, Reason]:
    """Give the frames in which the picture moves more than it usually does, and why."""
    usual = float(np.median(speed))
    bar = float(np.clip(_SPEED_RATIO * usual, *_SPEED))
    return np.asarray(speed > bar), Reason.MOVEMENT if usual < _STAND else Reason.CAMERA


def light_changed(light: Floats, rate_hz: float) -> Flags:
    """Give the frames in which the light jumps or a shadow passes; flicker is usual, not a jump.

    light : logarithm of the mean grey of coarse cells, shape (frames, cells)
    """
    lag = max(1, round(_LIGHT_S * rate_hz))
    change = np.zeros_like(light)
    if len(light) > lag:
        change[lag:] = light[lag:] - light[:-lag]
    usual = 1.4826 * np.median(np.abs(change), axis=0)
    jumped = np.abs(change) > np.maximum(_LIGHT_SHARE, _LIGHT_RATIO * usual)
    return np.asarray(jumped.sum(axis=1) >= _LIGHT_CELLS)


def out_of_focus(texture: Floats) -> Flags:
    """Give the frames whose texture is far weaker than usual."""
    return np.asarray(texture < _SOFT * np.median(texture))


def moves_widely(response: Floats, noise: Floats, good: Flags) -> Flags:
    """Give the frames in which most of the skin moves at once, unlike in a twitch.

    response : size of the detector's answer at each place, shape (frames, places)
    noise : its usual size, shape (places,)
    """
    if not good.any():
        return np.zeros(len(response), np.bool_)
    part, usual = response[:, good], noise[good]
    largest = np.quantile(part, 0.98, axis=1)[:, None]
    moving = part > np.maximum(5 * usual, 0.25 * largest)
    return np.asarray(moving.mean(axis=1) > _WIDE_SHARE)


def stretches(flags: Flags, times_s: NDArray[np.float64], reason: Reason) -> list[Excluded]:
    """Give the stretches of flagged frames with their surroundings, near ones joined."""
    found: list[list[float]] = []
    join_s = _HOLD_S if reason is Reason.MOVEMENT else _JOIN_S
    for time_s in times_s[flags]:
        start, stop = time_s - _AROUND_S, time_s + _AROUND_S
        if found and start - found[-1][1] < join_s:
            found[-1][1] = stop
        else:
            found.append([start, stop])
    return [
        Excluded(onset_s=float(start), duration_s=float(stop - start), reason=reason)
        for start, stop in found
    ]


def joined(excluded: Sequence[Excluded], duration_s: float) -> tuple[Excluded, ...]:
    """Give stretches in order, within the film, those of one reason that touch as one."""
    result: list[Excluded] = []
    for reason in Reason:
        same = sorted((e for e in excluded if e.reason is reason), key=lambda e: e.onset_s)
        spans: list[list[float]] = []
        for one in same:
            start, stop = max(0.0, one.onset_s), min(duration_s, one.onset_s + one.duration_s)
            if stop <= start:
                continue
            if spans and start <= spans[-1][1]:
                spans[-1][1] = max(stop, spans[-1][1])
            else:
                spans.append([start, stop])
        result += [Excluded(onset_s=a, duration_s=b - a, reason=reason) for a, b in spans]
    return tuple(sorted(result, key=lambda e: (e.onset_s, e.reason)))


def inside(time_s: float, excluded: Sequence[Excluded]) -> bool:
    """Tell whether a time lies in a stretch that is left out."""
    return any(e.onset_s <= time_s <= e.onset_s + e.duration_s for e in excluded)


def left_s(excluded: Sequence[Excluded], duration_s: float) -> float:
    """Give the seconds that are not left out."""
    lost, reached = 0.0, 0.0
    for one in sorted(excluded, key=lambda e: e.onset_s):
        stop = min(duration_s, one.onset_s + one.duration_s)
        lost += max(0.0, stop - max(reached, one.onset_s))
        reached = max(reached, stop)
    return max(0.0, duration_s - lost)


def judged(
    *,
    rate_hz: float,
    usable_s: float,
    grey: float,
    smallest_share: float | None,
    camera_share: float,
) -> tuple[bool, tuple[str, ...]]:
    """Give whether a rate may be stated, and the reasons for doubt, worst first.

    smallest_share : the smallest twitch that is seen, as a share of the height
    camera_share : of the time, left out because of the camera
    """
    blind = smallest_share is None or smallest_share > _SOFT_SHARE
    reasons = {
        "low_frame_rate": rate_hz < _FRAMES[1],
        "too_dark": grey < _DARK_GREY,
        "out_of_focus": blind and grey >= _DARK_GREY,
        "blurred": camera_share > _SHAKEN_SHARE,
        "too_short": usable_s < _ENOUGH_S,
    }
    usable = usable_s >= _LEAST_S and rate_hz >= _FRAMES[0] and not blind
    return usable, tuple(name for name, there in reasons.items() if there)
