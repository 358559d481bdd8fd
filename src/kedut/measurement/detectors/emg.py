"""Twitches in an EMG: motor-unit potentials at rest, one or many channels, one setting for all."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.emg_activity import Activity, activity
from kedut.measurement.detectors.emg_bursts import FASTEST_WILL_S, by_will
from kedut.measurement.detectors.emg_discharges import Discharges, View
from kedut.measurement.detectors.emg_explain import explain
from kedut.measurement.detectors.emg_kinds import Burst, dense, kinds, trains
from kedut.measurement.detectors.emg_learning import Learnt, learn_from
from kedut.measurement.detectors.emg_refining import refine
from kedut.measurement.detectors.emg_survey import Survey, survey
from kedut.measurement.detectors.emg_taps import tap_shapes
from kedut.measurement.detectors.emg_twitches import twitches
from kedut.measurement.filters.blocks import Plan, plan
from kedut.measurement.filters.pieces import Piece, pieces
from kedut.measurement.filters.releasing import give_back
from kedut.measurement.quality.emg import (
    EDGE_MAINS,
    EDGE_S,
    JOIN_S,
    TAP_S,
    all_channels,
    excluded_spans,
    flat_exclusions,
    inside,
    joined,
    judge,
    unusable,
)
from kedut.measurement.quality.emg_heart import beat_s, between_beats
from kedut.measurement.quality.emg_sustained import LEAST_S, trembles
from kedut.measurement.recording import About, Recording
from kedut.measurement.twitch import Detected, Excluded, Reason

LOWEST_RATE_HZ = 200.0  # constant: below, a potential is not drawn at all
MOVED = (0.8, 4.0)  # constant: slow part over the potential: unknown shape, known shape
MOVED_S = 0.12  # constant: around what movement made
RUBBED, RUBBED_S = 3, 0.35  # constant: unknown shapes so many at once are noise of movement
AT_WORK = 0.2  # constant: share of a recording that no rubbing takes
AT_WORK_JOIN_S = 1.0  # constant: lull in weak work
BEAT_SIZE = 2.0  # constant: times as large as the usual beat, or as small
BEAT_SHARE = 0.6  # constant: of a unit's discharges where a beat is due: it is the beat
PIECE_S = 60.0  # constant: no piece is longer
AS_LONG = 0.8  # constant: of what repeats itself; so much work beside it, it is work as well
CRAMPED = 0.5  # constant: share of a stretch of work; the rest is how it begins and ends
SHORTEST_S = 1.0  # constant: shorter than any rest
MANY = 250  # constant: pieces, about an hour; before that it is not worth its millisecond
FEW_KNOWN = 0.05  # constant: share of the pieces that is sooner filtered again than kept

Progress = Callable[[float], None]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Where the sizes of a piece stand in time and in the row of all.

    Kept only of pieces in which something was found: an hour has a hundred thousand of them.

    first_s, step_s : the middle of the first, and from one to the next
    first, stop : places in the row
    """

    first_s: float
    step_s: float
    first: int
    stop: int

    def within(self, span: Span) -> slice:
        """Give those whose middle lies in a span."""
        first = max(0, int(np.ceil((span[0] - self.first_s) / self.step_s)))
        stop = max(first, int(np.floor((span[1] - self.first_s) / self.step_s)) + 1)
        return slice(min(self.first + first, self.stop), min(self.first + stop, self.stop))


@dataclass(slots=True)
class Gathered:
    """What comes together piece by piece.

    size : of the signal, cell by cell, of pieces in which something was found
    """

    discharges: Discharges = field(default_factory=Discharges)
    working: list[Span] = field(default_factory=list)
    flats: list[NDArray[np.float64]] = field(default_factory=lambda: [np.empty((0, 3))])
    at_edge: list[NDArray[np.bool_]] = field(default_factory=lambda: [np.empty(0, bool)])
    size: array[float] = field(default_factory=lambda: array("f"))
    sizes: list[Sizes] = field(default_factory=list)
    clipped: int = 0
    mains_uv: list[float] = field(default_factory=list)
    noise_uv: list[float] = field(default_factory=list)


def detect_emg(
    recording: Recording, *, exclude: bool = True, progress: Progress | None = None
) -> Detected:
    """Find the twitches of an EMG.

    The recording is read twice in part: a first look at pieces all over it tells its mains, its
    noise and what its potentials look like; then every piece is explained by these potentials.
    Memory does not grow with the length but for what was found.

    Parameters
    ----------
    exclude : leave out contractions; without, every discharge in them is listed as well
    progress : called with the share that is done, from 0 to 1
    """
    about = recording.about
    if about.rate_hz < LOWEST_RATE_HZ:
        return Detected(twitches=(), quality=unusable("rate_too_low"))
    if about.duration_s < SHORTEST_S or not about.channels:
        return Detected(twitches=(), quality=unusable("too_short"))
    cut = plan(about.rate_hz, about.length)
    seen, known = survey(recording, cut)
    if float(seen.noise_uv.max()) < SILENT_UV:
        return Detected(twitches=(), quality=unusable("no_signal"))
    learnt = learn_from(known, seen, cut, tap_shapes(cut), exclude=exclude)
    if learnt.crowded:
        learnt = refine(learnt, known, seen, cut)
    if len(known) < FEW_KNOWN * cut.count:  # a long recording holds none of them until its end
        known.clear()
        learnt.activities.clear()
    found = _gathered(recording, learnt, known, seen, cut, progress, exclude=exclude)
    if cut.count > MANY:
        give_back()
    return _finish(found, learnt, seen, about, exclude=exclude)


def _gathered(
    recording: Recording,
    learnt: Learnt,
    known: dict[int, Piece],
    seen: Survey,
    cut: Plan,
    progress: Progress | None,
    *,
    exclude: bool,
) -> Gathered:
    """Explain piece by piece; of a piece only what was found in it is kept.

    known : pieces of the first look, let go of as they are come to
    """
    found, shapes = Gathered(), tap_shapes(cut)
    for part in _in_order(recording, cut, known, seen.mains_hz):
        number = part.number
        act = learnt.activities.pop(number, None) or activity(part, seen, cut, exclude=exclude)
        before = len(found.discharges.time)
        explain(View(part, act, learnt, seen, cut, shapes), found.discharges)
        _gather(found, part, act, cut, quiet=len(found.discharges.time) == before)
        if progress is not None:
            progress((number + 1) / cut.count)
    return found


def _in_order(
    recording: Recording, cut: Plan, known: dict[int, Piece], mains_hz: float
) -> Iterator[Piece]:
    """Give all pieces in order, those that are known too; these are let go of."""
    first = 0
    for number in [*sorted(known), cut.count]:
        yield from pieces(recording, cut, range(first, number), mains_hz=mains_hz)
        if number in known:
            yield known.pop(number)
        first = number + 1


SILENT_UV = 1e-6  # constant: an input that is switched off


def _gather(found: Gathered, part: Piece, act: Activity, cut: Plan, *, quiet: bool) -> None:
    """Keep what a piece tells about quality.

    quiet : nothing was found in it
    """
    first_s = cut.first_s(part.number)
    for a, b in act.working:
        low, high = max(2 * a, cut.margin), min(2 * b, cut.margin + cut.keep)
        if high > low:
            found.working.append(
                (first_s + low / cut.work_rate_hz, first_s + high / cut.work_rate_hz)
            )
    if act.working or act.bursts or not quiet:
        cell = cut.work // 2 // len(act.size) * 2
        first = -(-(2 * cut.margin - cell) // (2 * cell))
        stop = -(-(2 * (cut.margin + cut.keep) - cell) // (2 * cell))
        at_s = first_s + cell * (first + 0.5) / cut.work_rate_hz
        had = len(found.size)
        found.size.frombytes(act.size[first:stop].astype(np.float32, copy=False).tobytes())
        found.sizes.append(Sizes(at_s, cell / cut.work_rate_hz, had, len(found.size)))
    if len(part.flats):
        found.flats.append(part.flats)
        found.at_edge.append(part.at_edge)
    found.clipped += part.clipped
    found.mains_uv.append(float(part.mains_uv.max()))
    found.noise_uv.append(float(np.median(act.noise)))


def _finish(
    found: Gathered, learnt: Learnt, seen: Survey, about: About, *, exclude: bool
) -> Detected:
    """Turn what was gathered into twitches and a judgement."""
    d = found.discharges
    order = np.argsort(np.array(d.time, float), kind="stable")
    times = np.array(d.time, float)[order]
    units = np.array(d.unit, np.int64)[order]
    excluded = _excluded(found, about)
    figures: dict[str, float] = {}
    keep = np.ones(len(times), bool)
    usable_s = about.duration_s - sum(b - a for a, b in all_channels(excluded))
    amplitude = np.array(d.amplitude)[order]
    heart, beat = _heart(times, units, amplitude, usable_s, learnt.templates.beat_s)
    keep &= ~heart
    if beat:
        figures["ecg_per_min"] = 60 / beat
    moved = np.array(d.moved)[order] > np.where(units < 0, MOVED[0], MOVED[1]) * amplitude
    will: list[Span] = []
    repeating, more = _bursts(d, found.working)
    in_burst = inside(times, joined([(a, b) for a, b, _ in repeating]))
    if exclude:
        keep_free = keep & ~in_burst
        known = np.unique(units[keep_free & (units >= 0)])
        will = found.working + more + dense(times[keep_free])
        will += [span for unit in known for span in trains(times[keep_free & (units == unit)])]
        repeating, more = away_from(joined(will, JOIN_S), repeating)
        will = [s for s in joined(will + more, JOIN_S) if s[1] - s[0] >= LEAST_S]
        rubbed = _crowd(times, units, keep_free & ~inside(times, will))
        crowds = joined([(t - MOVED_S, t + MOVED_S) for t in times[rubbed]], MOVED_S)
        if sum(b - a for a, b in crowds) > AT_WORK * about.duration_s:
            # so much of it is muscle at work, seen through a needle
            will = joined(will + crowds, AT_WORK_JOIN_S)
            rubbed[:] = False
        for span in will:
            excluded += excluded_spans([span], _why(found, span), about.duration_s)
        slow = np.array(d.moved)[order] > 0
        excluded += _about_times(times[rubbed & ~slow & keep], Reason.NOISE, about)
        moved |= rubbed & slow
    moved &= keep & ~inside(times, will)
    excluded += _about_times(times[moved], Reason.MOVEMENT, about)
    keep &= ~inside(times, all_channels(excluded))
    for i, c in enumerate(about.channels):
        own = joined((e.onset_s, e.onset_s + e.duration_s) for e in excluded if e.channel == c.name)
        if own:
            keep &= ~(inside(times, own) & (np.array(d.channel)[order] == i))
    rows = order[keep]
    figures |= {
        "noise_uv": float(np.median(found.noise_uv)),
        "noise_loud_uv": float(np.quantile(found.noise_uv, 0.9)),
        "mains_hz": seen.mains_hz,
        "mains_uv": float(np.median(found.mains_uv)),
        "clipped": float(found.clipped),
        "taps": float(len(d.taps)),
    }
    quality = judge(about, excluded, figures)
    return twitches(d, rows, kinds(times[keep], units[keep], repeating), learnt, about, quality)


def _about_times(times_s: NDArray[np.float64], reason: Reason, about: About) -> list[Excluded]:
    """Make exclusions around times at which something else than muscle was at work."""
    spans = joined([(t - MOVED_S, t + MOVED_S) for t in times_s], MOVED_S)
    return excluded_spans(spans, reason, about.duration_s)


def _bursts(d: Discharges, working: list[Span]) -> tuple[list[Burst], list[Span]]:
    """Give bursts of few units, put together over the pieces, and what is work after all."""
    work = joined(working, JOIN_S)
    out: list[Burst] = []
    for first, last, interval in sorted(d.bursts):
        if out and first <= out[-1][1]:
            before = out[-1]
            out[-1] = (before[0], max(last, before[1]), max(interval, before[2]))
        else:
            out.append((first, last, interval))
    long = [(a, b) for a, b, interval in out if by_will(b - a, interval)]
    bursts, more = away_from(work, [one for one in out if one[:2] not in long])
    return bursts, long + more


def away_from(work: list[Span], bursts: list[Burst]) -> tuple[list[Burst], list[Span]]:
    """Give bursts that are not next to work of their length, and the spans of those that are."""
    kept, more = [], []
    for a, b, interval in bursts:
        least = AS_LONG * (b - a)
        near = any(
            low - JOIN_S < b and a < high + JOIN_S and high - low > least for low, high in work
        )
        if near:
            more.append((a, b))
        else:
            kept.append((a, b, interval))
    return kept, more


def _why(found: Gathered, span: Span) -> Reason:
    """Tell what kind of work a stretch is: faster than a will drives, tremor, or none of these.

    Most cramps are no faster, and look like work by will.
    """
    fast = [b for b in found.discharges.bursts if b[2] < FASTEST_WILL_S]
    spans = joined((max(a, span[0]), min(b, span[1])) for a, b, _ in fast if a < span[1])
    if sum(max(0.0, b - a) for a, b in spans) > CRAMPED * (span[1] - span[0]):
        return Reason.CRAMP
    near = bisect_left(found.sizes, span[0] - PIECE_S, key=lambda one: one.first_s)
    last = bisect_right(found.sizes, span[1], key=lambda one: one.first_s)
    size = np.frombuffer(found.size, np.float32)
    out = [size[one.within(span)] for one in found.sizes[near:last]]
    return Reason.TREMOR if out and trembles(np.concatenate(out)) else Reason.VOLUNTARY


def _heart(
    times: NDArray[np.float64],
    units: NDArray[np.int64],
    amplitude: NDArray[np.float64],
    usable_s: float,
    known_s: NDArray[np.float32],
) -> tuple[NDArray[np.bool_], float]:
    """Tell which discharges are the heart's, and the seconds from beat to beat; 0 without."""
    heart = np.zeros(len(times), bool)
    pace = 0.0
    for unit in np.unique(units[units >= 0]):
        beat = float(known_s[unit]) or beat_s(times[units == unit], usable_s)
        if beat:
            heart |= units == unit
            pace = beat
    if not pace:
        return heart, 0.0
    size = float(np.median(amplitude[heart]))
    for unit in np.unique(units):
        rows = np.flatnonzero((units == unit) & ~heart)
        due = between_beats(times[rows], times[heart], pace)
        due &= np.abs(np.log(amplitude[rows] / size)) < np.log(BEAT_SIZE)
        if unit < 0:
            heart[rows[due]] = True
        elif len(rows) and due.mean() >= BEAT_SHARE:
            heart[rows] = True
    return heart, pace


def _crowd(
    times: NDArray[np.float64], units: NDArray[np.int64], keep: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which discharges of unknown shape come so many at once that something rubbed."""
    out = np.zeros(len(times), bool)
    rows = np.flatnonzero(keep & (units < 0))
    own = times[rows]
    for i in range(len(rows) - RUBBED + 1):
        if own[i + RUBBED - 1] - own[i] <= RUBBED_S:
            out[rows[i : i + RUBBED]] = True
    return out


def _excluded(found: Gathered, about: About) -> list[Excluded]:
    """Make the exclusions that do not hang on the discharges."""
    gaps = [
        Excluded(onset_s=g.onset_s, duration_s=g.duration_s, reason=Reason.GAP, channel=g.channel)
        for g in about.gaps
    ]
    flats = flat_exclusions(np.concatenate(found.flats), np.concatenate(found.at_edge), about)
    knocks = [(t - TAP_S[0], t + TAP_S[1]) for t, _ in found.discharges.taps]
    knocks += found.discharges.rings
    ends: list[Excluded] = []
    if np.median(found.mains_uv) > EDGE_MAINS * np.median(found.noise_uv):
        last = about.duration_s
        ends = excluded_spans([(0.0, EDGE_S), (last - EDGE_S, last)], Reason.EDGE, last)
    return gaps + flats + ends + excluded_spans(knocks, Reason.TAP, about.duration_s)
