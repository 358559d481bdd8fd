"""From how much each place moves like a twitch to single twitches: when, where, how large."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from kedut.measurement.detectors.film_bank import SHAPES, Bank, Response
from kedut.measurement.filters.film import STEP_PX, WINDOW_PX

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_LEAST_Z = 6.0  # constant: 1e-8 by chance for two normal directions; a minute has 1e6 tries
_ALARMS = 0.05  # constant: expected by chance in a stretch of film; form stops most of these
_LOW, _MIDDLE = 0.1, 0.4  # constant: quantiles of the largest z of a frame; twitches lie above
_SPREAD = (0.25, 0.7)  # constant: of the extreme-value law; normal noise has 0.25
_SAME_S = 0.15  # constant: within this two answers of one place are one twitch
_ELSEWHERE = 0.25  # constant: of the largest; weaker ones at the same moment are its echo
_WIDE_SHARE = 0.30  # constant: of all places; see quality
_FIT_CELLS = 7.0  # constant: the neighbourhood that a twitch's form is fitted in
_FITS = 0.6  # constant: of what noise leaves to explain; below it is no twitch in form
_ALONG = 0.7  # constant: cosine; muscle fibres of one place pull one way
_STEP = 1.15  # constant: times better that a step must explain it, to be one
_NEIGHBOURS = 3  # constant: of 8 that move along; one alone was followed wrongly
_ALIKE = 0.25  # constant: of the largest; a twitch of one cell in radius moves its neighbours more
_JUST_BEFORE_S, _JUST_AFTER_S = 0.15, 0.35  # constant: where the form of a twitch is looked at
_AT_ONCE_S = 0.06  # constant: two flanks of one bulge begin within this
_FLANKS_APART = 3.0  # constant: of their own radius, which is half to two thirds of the bulge's
_OUTWARD = 0.5  # constant: cosine between the way a flank moves and the line that joins the two
_MOST = 400  # constant: looks at one stretch of 20 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A twitch in the reduced film; `place_px` before the camera is put back."""

    frame: float
    place_px: tuple[float, float]
    radius_px: float
    amplitude_px: float
    direction: tuple[float, float]
    shape: int
    z: float
    course_px: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The z that chance exceeds in few stretches, and by how much it falls for each e-th of places.

    At places that have twitched already fewer are tried, so that weaker ones may be believed.
    """

    z: float
    spread: float

    def at(self, share: float) -> float:
        """Give the bar where only a share of the places is tried."""
        return max(_LEAST_Z, self.z + self.spread * float(np.log(share)))


def threshold(z: Floats, counted: Flags, rate_hz: float) -> Bar:
    """Give the bar from the largest z of each frame.

    The largest of many follows Gumbel's law; its two figures are read from the lower quantiles,
    which twitches do not reach.
    """
    if not counted.any():
        return Bar(z=np.inf, spread=_SPREAD[0])
    largest = z[counted].max(axis=1)
    low, middle = np.quantile(largest, (_LOW, _MIDDLE))
    law_low, law_middle = -np.log(-np.log(_LOW)), -np.log(-np.log(_MIDDLE))
    spread = float(np.clip((middle - low) / (law_middle - law_low), *_SPREAD))
    tries = max(1.0, counted.sum() / rate_hz / 0.1)
    bar = middle + spread * (np.log(tries / _ALARMS) - law_middle)
    return Bar(z=max(_LEAST_Z, float(bar)), spread=spread)


def find_events(
    bank: Bank, response: Response, series: Floats, grid: Floats, counted: Flags, bar: Bar
) -> list[Event]:
    """Give the twitches that begin in the frames counted, each once.

    Strongest first; then weaker ones of the same places and directions.
    """
    bars = np.full(response.z.shape, bar.z, np.float32)
    bars[~counted] = np.inf
    found: list[Event] = []
    lifts: list[tuple[tuple[int, int], float]] = []

    def look(known: list[Event]) -> None:
        for _ in range(_MOST):
            over = np.where(response.z > bars, response.z, 0)
            frame, place = (int(v) for v in np.unravel_index(int(over.argmax()), over.shape))
            if over[frame, place] <= 0:
                break
            event = _event(bank, response, series, grid, frame, place)
            radius = STEP_PX * 2.0 if event is None else event.radius_px
            if (
                event is not None
                and (not known or _again(event, known))
                and not any(_same(event, one, bank.rate_hz) for one in found)
            ):
                found.append(event)
            lifts.append(((frame, place), radius))
            _raise(bars, bank, response, grid, (frame, place), radius)

    look([])
    known = list(found)
    near = np.zeros(len(grid), np.bool_)
    for one in known:
        near |= np.linalg.norm(grid - np.array(one.place_px), axis=1) < one.radius_px
    near &= response.good
    if near.any():
        lower = bar.at(near.sum() / response.good.sum())
        bars[:, near] = np.minimum(bars[:, near], lower)
        bars[~counted] = np.inf
        for at, radius in lifts:
            _raise(bars, bank, response, grid, at, radius)
        look(known)
    return bulges_whole(found, bank.rate_hz)


def bulges_whole(found: list[Event], rate_hz: float) -> list[Event]:
    """Give the events, what bulges as one twitch instead of its flanks."""
    groups: list[list[Event]] = []
    for event in sorted(found, key=lambda one: -one.z):
        mine = [group for group in groups if any(_flanks(event, one, rate_hz) for one in group)]
        if mine:
            mine[0].append(event)
        else:
            groups.append([event])
    return [_bulge(group) if len(group) > 1 else group[0] for group in groups]


def _flanks(event: Event, other: Event, rate_hz: float) -> bool:
    """Tell whether two are flanks of one bulge: at once, near, away from or towards each other."""
    way = np.subtract(other.place_px, event.place_px)
    apart = float(np.hypot(*way))
    if abs(event.frame - other.frame) > _AT_ONCE_S * rate_hz:
        return False
    if not 0 < apart < _FLANKS_APART * (event.radius_px + other.radius_px) / 2:
        return False
    one, two = float(np.dot(event.direction, way)), float(np.dot(other.direction, way))
    return one * two < 0 and min(abs(one), abs(two)) > _OUTWARD * apart


def _bulge(flanks: list[Event]) -> Event:
    """Give the twitch whose flanks these are, the strongest first; its place lies between them."""
    places = np.array([one.place_px for one in flanks])
    middle = places.mean(axis=0)
    reach = float(np.linalg.norm(places - middle, axis=1).max())
    return replace(
        flanks[0],
        place_px=(float(middle[0]), float(middle[1])),
        # skin moves aside most where a bulge is steepest, at its radius by the root of two
        radius_px=max(flanks[0].radius_px, reach * 2**0.5),
        amplitude_px=max(one.amplitude_px for one in flanks),
    )


def _same(event: Event, other: Event, rate_hz: float) -> bool:
    """Tell whether two are parts of one twitch: of one moment, and overlapping."""
    apart = np.hypot(*np.subtract(event.place_px, other.place_px))
    together = abs(event.frame - other.frame) <= _SAME_S * rate_hz
    return bool(together and apart < event.radius_px + other.radius_px)


def _again(event: Event, known: list[Event]) -> bool:
    """Tell whether a twitch is of a place and direction that has twitched."""
    return any(
        np.dot(event.direction, one.direction) > _ALONG
        and np.hypot(*np.subtract(event.place_px, one.place_px)) < one.radius_px
        for one in known
    )


def _raise(
    bars: Floats,
    bank: Bank,
    response: Response,
    grid: Floats,
    at: tuple[int, int],
    radius_px: float,
) -> None:
    """Lift the bar around a twitch so that its echoes in time and space are not counted."""
    frame, place = at
    z = float(response.z[frame, place])
    far = np.linalg.norm(grid - grid[place], axis=1)
    reach = max(radius_px, STEP_PX)
    near = np.exp(-(np.maximum(0, far - 1.5 * reach) ** 2) / (2 * reach**2))
    same = round(_SAME_S * bank.rate_hz)
    for lag in range(-len(bank.echo) + 1, len(bank.echo)):
        moment = frame + lag
        if not 0 <= moment < len(bars):
            continue
        share = min(1.2, 1.4 * bank.echo[abs(lag)] + 0.12)
        lift = z * share * near
        if abs(lag) <= same:
            lift = np.maximum(1.2 * z * near, _ELSEWHERE * z)
        np.maximum(bars[moment], lift, out=bars[moment])


def _event(
    bank: Bank, response: Response, series: Floats, grid: Floats, frame: int, place: int
) -> Event | None:
    """Measure a twitch, or give none where it has not the form of one."""
    shape = int(response.shape[frame, place])
    moved = response.filtered[shape, frame] / bank.heights[shape]
    noise = response.noise[shape] / bank.heights[shape]
    size = np.linalg.norm(moved, axis=1) * response.good
    moving = (size > 0.3 * np.quantile(size, 0.99)) & (size > 3 * noise)
    if moving.sum() > _WIDE_SHARE * response.good.sum():
        return None
    near = response.good & (np.linalg.norm(grid - grid[place], axis=1) < _FIT_CELLS * STEP_PX)
    centre, radius, vector = _fit(grid[near], moved[near], noise[near], grid[place])
    amplitude = float(np.hypot(*vector))
    if amplitude <= 0:
        return None
    direction = vector / amplitude
    around = np.linalg.norm(grid - grid[place], axis=1) < 1.6 * STEP_PX
    along = (moved @ direction)[around & response.good]
    if (along > _ALIKE * along.max()).sum() <= _NEIGHBOURS or not _within(centre, grid):
        return None
    weight = np.exp(-((grid - centre) ** 2).sum(axis=1) / radius**2) * response.good
    weight = weight / np.maximum(noise, 1e-6) ** 2
    course = (series @ direction.astype(np.float32)) @ weight.astype(np.float32)
    course /= max(float(weight.sum()), 1e-9)
    start, stop = frame - bank.before, frame - bank.before + bank.kernels.shape[1]
    if start < 0 or stop > len(course):
        return None
    course = course[start:stop]
    z = float(response.z[frame, place])
    if not _is_twitch(bank, course, shape, z):
        return None
    return Event(
        frame=frame + _between(response.z[max(0, frame - 1) : frame + 2, place]),
        place_px=(float(centre[0]), float(centre[1])),
        radius_px=radius,
        amplitude_px=amplitude * (1 + WINDOW_PX**2 / 6 / radius**2),
        direction=(float(direction[0]), float(direction[1])),
        shape=shape,
        z=z,
        course_px=course - float(np.median(course[: bank.before])),
    )


def _within(centre: NDArray[np.float64], grid: Floats) -> bool:
    low, high = grid.min(axis=0), grid.max(axis=0)
    return bool(((centre >= low) & (centre <= high)).all())


def _is_twitch(bank: Bank, course: Floats, shape: int, z: float) -> bool:
    """Tell whether a course over time is explained by a twitch, and better than by a step."""
    # near the twitch only: another one may follow
    rate, begin = bank.rate_hz, bank.before
    part = slice(begin - round(_JUST_BEFORE_S * rate), begin + round(_JUST_AFTER_S * rate) + 1)
    near = course[part].astype(np.float64)
    since = np.arange(len(near))
    line = np.linalg.qr(np.vander(since / len(near), 2))[0]
    steps = (np.arange(len(course)) > begin + SHAPES[shape][0] * rate / 2)[part]
    bare, like, step = (
        one - line @ (line.T @ one) for one in (near, bank.templates[shape][part], steps * 1.0)
    )
    total = float(bare @ bare) + 1e-12
    explained = float(bare @ like) ** 2 / float(like @ like)
    by_step = float(bare @ step) ** 2 / float(step @ step)
    expected = z**2 / (z**2 + len(near))
    return explained > _FITS * expected * total and _STEP * explained > by_step


def _fit(
    places: Floats, moved: Floats, noise: Floats, start: Floats
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Fit a Gaussian bump of displacement; give its centre, its radius (to 1/e) and its vector."""
    apart = np.linalg.norm(places - start, axis=1)
    inner = apart < 1.5 * STEP_PX
    energy = np.maximum((moved**2).sum(axis=1) - 4 * noise**2, 0) * (apart < 4 * STEP_PX)
    first = moved[inner].mean(axis=0)
    centre = (places * energy[:, None]).sum(axis=0) / max(float(energy.sum()), 1e-9)
    if energy.sum() <= 0:
        centre = start
    # noise beyond a tenth of the twitch does not guide the fit; what is near does
    weight = 1 / np.maximum(noise, 0.1 * float(np.hypot(*first)) + 1e-6)

    def miss(guess: NDArray[np.float64]) -> NDArray[np.float64]:
        squared = ((places - guess[:2]) ** 2).sum(axis=1)
        bump = np.exp(-squared / guess[2] ** 2)
        return np.asarray(((bump[:, None] * guess[3:] - moved) * weight[:, None]).ravel())

    guess = np.array([*centre, 2.0 * STEP_PX, *first], np.float64)
    low = [*(start - 4 * STEP_PX), 0.6 * STEP_PX, -np.inf, -np.inf]
    high = [*(start + 4 * STEP_PX), 8.0 * STEP_PX, np.inf, np.inf]
    guess[:3] = np.clip(guess[:3], np.array(low[:3]) + 0.1, np.array(high[:3]) - 0.1)
    best = least_squares(
        miss, guess, bounds=(low, high), loss="soft_l1", f_scale=2.0, max_nfev=25
    ).x
    # what was compared is a square: take its own width out of the bump's
    radius = float(np.sqrt(max(best[2] ** 2 - WINDOW_PX**2 / 6, (0.4 * STEP_PX) ** 2)))
    return best[:2], radius, best[3:]


def _between(z: Floats) -> float:
    """Give where between three frames the largest lies, -0.5 to 0.5, by a parabola."""
    if len(z) < 3:
        return 0.0
    left, middle, right = (float(v) for v in z)
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))
