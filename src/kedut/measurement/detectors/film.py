"""Twitches in filmed skin and ultrasound cine: when, where, how large; and where it cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.film_bank import AFTER_S, BEFORE_S, SHAPES, Bank
from kedut.measurement.detectors.film_events import Event, find_events, threshold
from kedut.measurement.detectors.film_sites import heat, sites
from kedut.measurement.filters.film import LIGHT_GRID, Seen, SkinTracker
from kedut.measurement.quality import film as quality
from kedut.measurement.recording import Film
from kedut.measurement.twitch import Detected, Excluded, Quality, Reason, Twitch

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_HEIGHT_PX = (
    270  # constant: film is reduced to about this; texture of skin survives, noise does not
)
_STRETCH_S = 20.0  # constant: looked at in one; noise is followed from one to the next
_BACK_S = 8.0  # constant: of the stretch before kept, so that a short last one has its noise
_REACH_S = 1.5  # constant: beyond what a filter sees on either side
_FALL = 2.3  # constant: times the fall until a tenth is left


@dataclass(slots=True)
class _Found:
    """What has been found so far."""

    twitches: list[Twitch] = field(default_factory=list)
    courses: list[Floats] = field(default_factory=list)
    radii: list[float] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    smallest: list[float] = field(default_factory=list)
    bars: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)
    grey: list[float] = field(default_factory=list)


def reduced_height(height_px: int) -> int:
    """Give the height a film is reduced to, a whole fraction of its own."""
    return height_px // max(1, round(height_px / _HEIGHT_PX))


def detect_film(film: Film, *, progress: Callable[[float], None] | None = None) -> Detected:
    """Give the twitches of a film.

    Skin is followed on a grid with camera and light taken out; a matched filter for the rise and
    fall of a twitch runs over each place, summed over neighbours; the bar is set so that chance
    passes it in one of a hundred stretches of 20 s. Memory does not grow with the length but for
    what was found. Assumes that most of what is seen is one body part; what moves as a whole is
    taken for the camera.

    Parameters
    ----------
    film : decoded once, in order
    progress : called with the share done, in [0, 1]

    Returns
    -------
    twitches with `x`, `y` and `amplitude` in pixels of the film as shown, and sites as `cluster`
    """
    about = film.about
    width, height = film.size_px
    looking: _Looking | None = None
    seconds = 0.0
    for count, (time_s, frame) in enumerate(film.frames(height_px=reduced_height(height))):
        if looking is None:
            looking = _Looking(frame.shape, (width, height), about.rate_hz)
        looking.add(time_s, frame)
        seconds = time_s + 1 / about.rate_hz
        if progress is not None and about.length and count % 16 == 0:  # constant: twice a second
            progress(min(1.0, count / about.length))
    if looking is not None:
        looking.look(last=True)
    if progress is not None:
        progress(1.0)
    return _result(looking, seconds, (width, height), about.rate_hz)


class _Looking:
    """A film while it is read: the frames not yet judged, and what the others showed."""

    def __init__(self, shape: tuple[int, ...], shown: tuple[int, int], rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.height = shape[0]
        self.tracker = SkinTracker(shape[1], shape[0])
        self.bank = Bank(rate_hz, self.tracker.columns, self.tracker.rows)
        self.scale = (shown[0] / shape[1], shown[1] / shape[0])
        self.found = _Found()
        self._times: list[float] = []
        self._seen: list[Seen] = []
        self._from = 0
        self._carried = np.zeros_like(self.tracker.grid)
        corner = np.array([0, self.tracker.columns - 1, -self.tracker.columns, -1])
        self._corners = self.tracker.smooth_basis(self.tracker.grid[corner])

    def add(self, time_s: float, frame: NDArray[np.uint8]) -> None:
        """Take the next frame; looks at a stretch when there is a whole one."""
        if len(self._times) % round(self.rate_hz) == 0:
            self.found.grey.append(float(frame.mean()))
        self._times.append(time_s)
        self._seen.append(self.tracker.step(frame))
        whole = self._from + round((_STRETCH_S + _REACH_S) * self.rate_hz)
        if len(self._times) >= whole:
            self.look(last=False)

    def look(self, *, last: bool) -> None:
        """Judge the frames that are due, and forget the oldest."""
        reach, back = round(_REACH_S * self.rate_hz), round(_BACK_S * self.rate_hz)
        stop = len(self._times) if last else len(self._times) - reach
        if stop > self._from:
            self._judge(self._from, stop)
        drop = max(0, stop - back)
        del self._times[:drop], self._seen[:drop]
        self._from = stop - drop

    def _judge(self, start: int, stop: int) -> None:
        times = np.array(self._times)
        series, followed = self._series()
        excluded = self._disturbed(times)
        quiet = _outside(times, excluded)
        if quiet.sum() < self.bank.kernels.shape[1]:
            self._keep(excluded, times, start, stop)
            return
        response = self.bank.respond(series, followed, quiet)
        light = np.array([one.light for one in self._seen])
        changed = quality.light_changed(light[:, self._on_skin(response.good)], self.rate_hz)
        excluded += quality.stretches(changed, times, Reason.LIGHT)
        middle = np.linalg.norm(response.filtered[1], axis=-1)
        wide = quality.moves_widely(middle, response.noise[1], response.good)
        wide &= response.z.max(axis=1) > 6  # constant: not while nothing moves
        excluded += quality.stretches(wide, times + 0.1, Reason.MOVEMENT)
        quiet = _outside(times, excluded)
        bar = threshold(response.z, quiet, self.rate_hz)
        counted = quiet.copy()
        counted[:start] = counted[stop:] = False
        events = find_events(self.bank, response, series, self.tracker.grid, counted, bar)
        for event in events:
            self._note(event, times)
        self._keep(excluded, times, start, stop)
        self.found.bars.append(bar.z)
        self.found.smallest.append(bar.z * response.smallest * float(np.mean(self.scale)))

    def _series(self) -> tuple[Floats, Flags]:
        """Give displacement and what was followed; missing ones keep their last."""
        series = np.array([one.displacement_px for one in self._seen])
        followed = np.array([one.followed & (not one.lost) for one in self._seen])
        for index in range(1, len(series)):
            if self._seen[index].anew:
                series[index:] += series[index - 1] - series[index]
            gone = ~followed[index]
            series[index, gone] = series[index - 1, gone]
        return series, followed

    def _disturbed(self, times: NDArray[np.float64]) -> list[Excluded]:
        seen = self._seen
        corners = np.array([self._corners @ one.camera for one in seen])
        speed = quality.camera_speed(corners, self.rate_hz, self.height)
        self.found.speeds.append(float(np.median(speed)))
        moving, reason = quality.shaken(speed)
        lost = np.array([one.lost or (one.anew and index > 0) for index, one in enumerate(seen)])
        soft = quality.out_of_focus(np.array([one.texture for one in seen], np.float32))
        pause = np.diff(times, prepend=times[0]) > 3.5 / self.rate_hz  # constant: 3 frames lost
        return [
            *quality.stretches(moving & ~lost, times, reason),
            *quality.stretches(lost | soft, times, Reason.CAMERA),
            *quality.stretches(pause, times, Reason.GAP),
        ]

    def _on_skin(self, good: Flags) -> Flags:
        """Give the cells of the light that mostly show what can be followed."""
        columns, rows = LIGHT_GRID
        across, down = self.tracker.columns, self.tracker.rows
        picture = good.reshape(down, across).astype(np.float32)
        share = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
        return np.asarray(share.ravel() > 0.5)

    def _keep(
        self, excluded: list[Excluded], times: NDArray[np.float64], start: int, stop: int
    ) -> None:
        """Keep of the stretches left out what lies in the frames that were due."""
        low, high = times[start], times[min(stop, len(times) - 1)]
        for one in excluded:
            onset, end = max(one.onset_s, low), min(one.onset_s + one.duration_s, high)
            if end > onset:
                self.found.excluded.append(
                    Excluded(onset_s=onset, duration_s=end - onset, reason=one.reason)
                )

    def _note(self, event: Event, times: NDArray[np.float64]) -> None:
        onset = float(np.interp(event.frame, np.arange(len(times)), times))
        camera = self._seen[round(event.frame)].camera
        place = np.array([event.place_px], np.float32)
        shown = (self.tracker.smooth_basis(place) @ camera)[0]
        scale = float(np.mean(self.scale))
        rise, fall = SHAPES[event.shape]
        self.found.twitches.append(
            Twitch(
                onset_s=onset,
                duration_s=rise + _FALL * fall,
                peak_s=onset + rise,
                amplitude=event.amplitude_px * scale,
                unit="px",
                x=float((shown[0] + 0.5) * self.scale[0] - 0.5),
                y=float((shown[1] + 0.5) * self.scale[1] - 0.5),
                score=event.z,
            )
        )
        self.found.radii.append(event.radius_px * scale)
        self.found.courses.append(event.course_px * scale)


def _outside(times: NDArray[np.float64], excluded: list[Excluded]) -> Flags:
    outside = np.ones(len(times), np.bool_)
    for one in excluded:
        outside &= (times < one.onset_s) | (times > one.onset_s + one.duration_s)
    return outside


def _result(
    looking: _Looking | None, seconds: float, size: tuple[int, int], rate_hz: float
) -> Detected:
    found = looking.found if looking is not None else _Found()
    edges = [
        Excluded(onset_s=0.0, duration_s=min(BEFORE_S, seconds), reason=Reason.EDGE),
        Excluded(onset_s=seconds - AFTER_S, duration_s=AFTER_S, reason=Reason.EDGE),
    ]
    excluded = quality.joined([*found.excluded, *edges], seconds)
    kept = [
        index
        for index, one in enumerate(found.twitches)
        if not quality.inside(one.onset_s, excluded)
    ]
    kept.sort(key=lambda index: found.twitches[index].onset_s)
    radii = [found.radii[index] for index in kept]
    twitches = sites([found.twitches[index] for index in kept], radii)
    smallest = float(np.median(found.smallest)) if found.smallest else None
    usable_s = quality.left_s(excluded, seconds)
    grey = float(np.median(found.grey)) if found.grey else 0.0
    camera_s = seconds - quality.left_s(
        [one for one in excluded if one.reason is Reason.CAMERA], seconds
    )
    usable, reasons = quality.judged(
        rate_hz=rate_hz,
        usable_s=usable_s,
        grey=grey,
        smallest_share=None if smallest is None else smallest / size[1],
        camera_share=camera_s / seconds if seconds else 1.0,
    )
    figures = {"grey": grey, "rate_hz": rate_hz}
    if found.bars:
        figures["bar_z"] = float(np.median(found.bars))
        figures["camera_heights_per_s"] = float(np.median(found.speeds))
    return Detected(
        twitches=twitches,
        quality=Quality(
            usable=usable,
            usable_s=usable_s,
            reasons=reasons,
            excluded=excluded,
            figures=figures,
            smallest_seen=smallest,
        ),
        waveforms=np.array([found.courses[index] for index in kept]) if kept else None,
        waveform_of=tuple(range(len(kept))),
        waveform_rate_hz=rate_hz,
        heat=heat(twitches, size),
    )
