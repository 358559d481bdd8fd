"""What the compiled parts of the EMG detector do, said plainly: slow, and easy to check."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from kedut.measurement.detectors.emg_pursuit import FIT, FRACTION, ODD
from kedut.measurement.detectors.emg_rest import REMAINS, SHADOW
from kedut.measurement.detectors.emg_rings import COARSE, FINE
from kedut.measurement.detectors.emg_solving import (
    BOUNDS,
    COST,
    MISFIT,
    MIXED,
    NEAR,
    STARTS,
    SURE,
    TOO_LONG,
)
from kedut.measurement.detectors.emg_taps import CLEAR, EXPLAINED, TapShapes
from kedut.measurement.detectors.emg_taps import NEAR as TAP_NEAR
from kedut.measurement.detectors.emg_templates import Templates
from kedut.measurement.filters.lines import ABOVE, FLOOR_HZ, HALF_WIDTH_HZ, WIDEST_HZ

Floats = NDArray[np.floating]
LOW, HIGH, LEAST_SHARE, BESIDE = (float(one) for one in BOUNDS)


def products(x: Floats, t: Templates) -> Floats:
    """Give the product of each template and the stretch, by where the template starts."""
    length = t.bank.shape[3]
    rows = []
    for unit, (low, high) in enumerate(t.reach):
        mean = np.zeros(t.bank.shape[2:])
        mean[:, low:high] = t.bank[unit, 0, :, low:high]
        windows = np.lib.stride_tricks.sliding_window_view(x, length, axis=1)
        rows.append(np.einsum("pls,ps->l", windows, mean))
    return np.array(rows)


def gain(product: float, norm: float) -> tuple[float, float]:
    """Give scale and drop of energy when a template is taken out, its scale held in bounds."""
    a = min(max(product / norm, LOW), HIGH)
    return a, 2 * a * product - a * a * norm - ODD * norm * (a - 1) ** 2


class Pursuit:
    """One explanation of a stretch: what was found, and what is left.

    x : in units of typical noise; power : of the noise there, in the same
    """

    def __init__(self, x: Floats, t: Templates, power: float, apart: int) -> None:
        self.t, self.power, self.apart = t, power, apart
        self.rest = x.astype(np.float64)
        self.length = t.bank.shape[3]
        self.lags = x.shape[1] - self.length + 1
        self.found: list[tuple[int, int, int, float, float]] = []

    def product(self, unit: int, shift: int, lag: int) -> float:
        own = self.rest[:, lag : lag + self.length]
        return float((own * self.t.bank[unit, shift]).sum())

    def put(self, unit: int, shift: int, lag: int, scale: float) -> None:
        self.rest[:, lag : lag + self.length] += scale * self.t.bank[unit, shift]

    def candidates(self) -> list[tuple[float, int, int]]:
        """Give what may be taken out next: gain over the noise along it, unit, lag."""
        t, out = self.t, []
        for unit, row in enumerate(products(self.rest, t)):
            need = float(t.least[unit]) ** 2 * t.kappa[unit] * self.power
            for lag, v in enumerate(row):
                _, g = gain(v, t.norms[unit])
                if v <= 0 or v * v < need * t.norms[unit] or g <= need:
                    continue
                first, stop = lag + t.heart[unit]
                energy = np.square(self.rest[:, first:stop]).sum()
                energy -= len(self.rest) * (stop - first) * self.power
                if g >= LEAST_SHARE * energy and not self.hidden(unit, lag, g):
                    out.append((g / t.kappa[unit], unit, lag))
        return out

    def hidden(self, unit: int, lag: int, g: float) -> bool:
        for other, at, _, scale, _ in self.found:
            if other == unit and abs(at - lag) < self.apart:
                return True
            misfit = BESIDE * scale**2 * self.t.norms[other]
            if abs(at - lag) < self.length // 2 and g < misfit:
                return True
        return False

    def pursue(self, begin: tuple[int, int] | None = None) -> None:
        t = self.t
        while True:
            some = self.candidates()
            if begin is not None and not self.found:
                unit, at = begin
            elif some:
                _, unit, at = max(some, key=lambda one: one[0])
            else:
                return
            tried = [
                (*gain(self.product(unit, s, lag), t.norms[unit]), s, lag)
                for lag in range(max(at - 1, 0), min(at + 2, self.lags))
                for s in range(t.bank.shape[1])
            ]
            scale, g, shift, lag = max(tried, key=lambda one: one[1])
            self.put(unit, shift, lag, -scale)
            self.found.append((unit, lag, shift, scale, self.score(unit, g)))

    def score(self, unit: int, g: float) -> float:
        return float(np.sqrt(max(g / (self.t.kappa[unit] * self.power), 0)))

    def refit(self) -> None:
        for e, (unit, at, shift, scale, _) in enumerate(self.found):
            self.put(unit, shift, at, scale)
            best = (-np.inf, 0, 0, 0, 0.0)
            for k in range(self.t.units):
                for lag in range(max(0, at - FIT), min(self.lags, at + FIT + 1)):
                    if gain(self.product(k, 0, lag), self.t.norms[k])[1] < FRACTION * best[0]:
                        continue
                    for s in range(self.t.bank.shape[1]):
                        a, g = gain(self.product(k, s, lag), self.t.norms[k])
                        if g > best[0]:
                            best = (g, k, lag, s, a)
            g, k, lag, s, a = best
            self.put(k, s, lag, -a)
            self.found[e] = (k, lag, s, a, self.score(k, g))

    def give_back(self) -> None:
        energy = [scale**2 * self.t.norms[unit] for unit, _, _, scale, _ in self.found]
        kept = []
        for one, own in zip(self.found, energy, strict=True):
            beside = [
                e
                for other, e in zip(self.found, energy, strict=True)
                if abs(other[1] - one[1]) < self.length // 2
            ]
            if own < BESIDE * max(beside):
                self.put(one[0], one[2], one[1], one[3])
            else:
                kept.append(one)
        self.found = kept

    @property
    def cost(self) -> float:
        return float(np.square(self.rest).sum() / self.power + COST * len(self.found))


def largest(x: Floats) -> float:
    """Give the largest energy of `NEAR` samples in a row."""
    run = np.cumsum(np.square(x).sum(axis=0))
    return float((run[NEAR:] - run[:-NEAR]).max())


def solve(x: Floats, t: Templates, loud: float, apart: int) -> Pursuit:
    """Explain a stretch; x in units of the noise there."""
    x, power = x * loud, loud**2

    def run(begin: tuple[int, int] | None) -> Pursuit:
        one = Pursuit(x, t, power, apart)
        one.pursue(begin)
        if len(one.found) > 1:
            one.refit()
            one.give_back()
        return one

    best = run(None)
    n = NEAR * len(x)
    good = largest(best.rest) < power * (n + SURE * np.sqrt(2 * n)) + MISFIT * largest(x)
    at = sorted(one[1] for one in best.found)
    if (good and all(np.diff(at) > MIXED)) or x.shape[1] > TOO_LONG:
        return best
    for begin in beginnings(products(x, t), t, power, apart):
        other = run(begin)
        if other.cost < best.cost:
            best = other
    return best


def beginnings(c: Floats, t: Templates, power: float, apart: int) -> list[tuple[int, int]]:
    """Give unit and lag of the largest gains, one a peak, best first."""
    gains = np.array(
        [[gain(v, t.norms[k])[1] if v > 0 else 0.0 for v in row] for k, row in enumerate(c)]
    )
    out: list[tuple[int, int]] = []
    while len(out) < STARTS:
        tops = [
            (gains[k, lag], k, lag)
            for k in range(len(c))
            for lag in range(1, c.shape[1] - 1)
            if gains[k, lag] > 0 and gains[k, lag] >= gains[k, lag - 1 : lag + 2].max()
        ]
        best, k, lag = max(tops, key=lambda one: one[0], default=(0.0, 0, 0))
        if not tops or best < float(t.least[k]) ** 2 * t.kappa[k] * power:
            break
        out.append((k, lag))
        gains[k, max(0, lag - apart) : lag + apart + 1] = 0
    return out


def standing_out(
    x: Floats,
    level: Floats,
    events: Floats,
    bank: Floats,
    loud: float,
    explained: Floats,
    width: int,
    side: int,
    shadow: int,
    least: float,
) -> tuple[Floats, Floats, Floats]:
    """Give what stands out of what is left, its power, and the explained power near it."""
    explained = explained.astype(np.float64)
    for unit, lag, _, scale, _ in events:
        power = np.square(bank[int(unit), 0]).sum(axis=0) * (scale / loud) ** 2
        explained[int(lag) : int(lag) + bank.shape[3]] += power
    box = np.ones(width)
    left = np.convolve(np.square(x).sum(axis=0), box, "same")
    spread = maximum_filter1d(np.convolve(explained, box, "same"), 2 * side)
    over = np.convolve(np.square(x / level).sum(axis=0), box, "same")
    over[left < REMAINS**2 * spread] = 0
    if over.max() >= least:
        over[left < SHADOW**2 * maximum_filter1d(spread, 2 * shadow)] = 0
    return over, left, spread


def take_tap(x: Floats, shapes: TapShapes, near: int) -> tuple[int, float] | None:
    """Take a knock at about a sample out of x, in place."""
    decays, shifts, length = shapes.shapes.shape
    low, high = shapes.judged.start, shapes.judged.stop
    first = max(0, near - TAP_NEAR - shapes.before)
    stop = min(x.shape[1] - length, near + TAP_NEAR - shapes.before) + 1
    if stop <= first:
        return None

    def taken(shape: Floats, at: int) -> float:
        return float(np.square(x[:, at : at + len(shape)] @ shape).sum())

    part = slice(low - 4, high)
    middle = shapes.shapes[decays // 2, 0, part]
    here = max(range(first, stop), key=lambda lag: taken(middle, lag + low - 4))
    tried = [
        (taken(shapes.shapes[d, s], lag), lag, s, d)
        for lag in range(max(first, here - 1), min(stop, here + 2))
        for s in range(shifts)
        for d in range(decays)
    ]
    best, at, shift, decay = max(tried, key=lambda one: one[0])
    own = x[:, at : at + length]
    shape = shapes.shapes[decay, shift]
    left = (own - np.outer(own @ shape, shape))[:, low:high]
    energy = np.square(own[:, low:high]).sum()
    if best < CLEAR**2 or np.square(left).sum() > left.size + (1 - EXPLAINED) * energy:
        return None
    for shape in shapes.mixed[shift]:
        own -= np.outer(own @ shape, shape)
    return at + shapes.before, best**0.5


def best_ring(x: Floats, shapes: Floats, first: int, stop: int) -> tuple[float, ...]:
    """Give decay, wave, shift and lag of the ring that takes out the most, and how much."""
    windows = np.lib.stride_tricks.sliding_window_view(x, shapes.shape[3], axis=1)[:, first:stop]
    taken = np.square(np.einsum("cls,dwhs->cdwhl", windows, shapes)).sum(axis=0)
    rough = taken[:: COARSE[0], :: COARSE[1], 0, ::2]
    i, j, lag = np.array(np.unravel_index(rough.argmax(), rough.shape)) * (*COARSE, 2)
    d, w, at = max(0, i - FINE), max(0, j - FINE), max(0, lag - 2)
    near = taken[d : i + FINE + 1, w : j + FINE + 1, :, at : lag + 3]
    best = np.unravel_index(near.argmax(), near.shape)
    return d + best[0], w + best[1], best[2], first + at + best[3], near.max()


def steady(level: Floats) -> Floats:
    """Give the median of five, turned about the ends, then the largest of three of these."""
    n = level.shape[1]
    p = np.pad(level, ((0, 0), (2, 2)), mode="reflect")
    middle = np.median([p[:, i : i + n] for i in range(5)], axis=0)
    p = np.pad(middle, ((0, 0), (1, 1)), mode="edge")
    return np.max([p[:, i : i + n] for i in range(3)], axis=0)


def remove_lines(s: NDArray[np.complexfloating], mains_hz: float, step: float, high: float) -> None:
    """Bring the lines of the mains and its harmonics down to the floor around them, in place."""
    wide = int(FLOOR_HZ / step)
    for order in range(1, int(high * 1.12 / mains_hz) + 1):
        centre = round(order * mains_hz / step)
        half = int((HALF_WIDTH_HZ + 0.1 * order) / step)
        around = np.abs(s[:, centre - wide : centre + wide + 1])
        floor = np.median(around, axis=1, keepdims=True)
        clear = (around > ABOVE * floor).mean(axis=0) >= 0.5
        most = max(half, int(WIDEST_HZ / step))
        while half < most and (clear[wide - half - 1] or clear[wide + half + 1]):
            half += 1
        size = around[:, wide - half : wide + half + 1]
        kept = np.where(size > ABOVE * floor, floor / size, 1)
        s[:, centre - half : centre + half + 1] *= kept
