"""One chunk of motion searched: noise, what is left out, then twitches, then their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.detectors.motion_bank import (
    LEAD_S,
    TWITCHES,
    Answers,
    White,
    answers,
    bank_spectra,
    knocks,
    shapes,
    whiten,
)
from kedut.measurement.detectors.motion_judge import Fault, judge, loud_stretches, trimmed
from kedut.measurement.detectors.motion_pursuit import (
    Pick,
    Run,
    Shapes,
    overlaps,
    pursue,
    strengths,
)
from kedut.measurement.detectors.motion_sites import Sites
from kedut.measurement.quality.motion import ground, loudness, stretches, usual
from kedut.measurement.twitch import Excluded, Reason

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

# A twitch of any direction must stand out this far, in standard deviations of one axis: by noise
# alone that happens about once in ten minutes (tests/measurement/motion/test_motion_laws.py).
_LEAST = 5.65
_LEAST_KNOWN = 4.2  # constant: the same chance, when direction and shape are known
_PART = 0.25  # constant: a unit fires wholly or not; smaller than this of its usual size is noise
_LEARN_FROM = 5.6  # constant: a source is learnt from what stands out clearly
MOST_WAVEFORMS = 2000  # constant: so many show every source; more only fill memory
_BODY_S = 0.12  # constant: so much of a twitch must lie outside of what is left out
_FAINT = 8.0  # constant: what stands out less is not called a movement
_JOIN_S = 0.35  # constant: what stands out nearer than this is explained together
_RING_S = 1.5  # constant: so long the filters ring after what is large
_ROUND_S = 0.1  # constant: nothing is counted so near to a knock
_ROUND_LONG_S = 0.25  # constant: a movement begins and ends gently
_CLEAR = 12.0  # constant: from here on a twitch's own extremes are better than a shape fitted to it
_REACH_S = 0.35  # constant: a twitch has both its extremes in so long
_MARGIN = 1.0  # constant: so far above the least score a twitch is found five times of six


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A twitch; `site` is the source it comes from, -1 where that is not known.

    window : the axis of its direction round its start; none at the ends of the recording, and none
        where there are many already
    """

    onset_s: float
    peak_s: float
    duration_s: float
    ptp: float
    score: float
    site: int
    channel: int
    window: Floats | None


@dataclass(slots=True, kw_only=True)
class Seen:
    """What has been found so far."""

    events: list[Event] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)
    smallest: list[float] = field(default_factory=list)
    sites: Sites = field(default_factory=Sites)
    rate_hz: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A chunk of the recording in the detector's band.

    fast : energy of what is faster than the band, for each of its samples
    start_s : time of its first sample; core : the part whose twitches are taken from this chunk
    """

    y: Floats
    fast: Floats
    rate_hz: float
    start_s: float
    core: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A chunk whitened, with what may be in it and where nothing is looked for."""

    piece: Piece
    white: White
    loud: Floats
    shut: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a chunk gives.

    faults : what else than twitches it saw, apart from what it was told
    """

    scene: _Scene
    bank: Shapes
    runs: list[Run]
    faults: list[Excluded]


def look(piece: Piece, told: Sequence[Excluded], sites: Sites) -> Look:
    """Look at a chunk: its noise, what is left out of it, and what in it twitches explain.

    told : where not to look
    """
    shut = _flags(told, piece)
    noise = ground(piece.y, piece.rate_hz, shut)
    white = whiten(piece.y, piece.rate_hz, noise.root, noise.power, noise.hz)
    loud = loudness(white.axes, piece.rate_hz, white.share, shut)
    faults = [
        _excluded(trimmed(fault, piece.y, piece.rate_hz), piece)
        for fault in loud_stretches(white, piece.y, loud, piece.rate_hz)
    ]
    scene = _Scene(piece=piece, white=white, loud=loud, shut=shut | _flags(faults, piece))
    bank = _with_sites(_bank_of(scene), scene, sites)
    runs, bad = _runs(scene, bank)
    bad = [one for one in bad if not any(_near(one, fault) for fault in faults)]
    return Look(scene=scene, bank=bank, runs=runs, faults=[*faults, *bad])


def _near(one: Excluded, fault: Excluded) -> bool:
    """Say whether one may be no more than how the filters ring round a fault: look again."""
    before = fault.onset_s - one.onset_s - one.duration_s
    return max(before, one.onset_s - fault.onset_s - fault.duration_s) < _RING_S


def take(last: Look, seen: Seen) -> None:
    """Add what the last look at a chunk saw to what has been seen."""
    knew = seen.sites.learnt
    scene, bank, runs = last.scene, last.bank, last.runs
    _learn(scene, runs, seen)
    if seen.sites.learnt > knew:  # a source just learnt is looked for again
        bank = _with_sites(_only(bank, TWITCHES), scene, seen.sites)
        runs, bad = _runs(scene, bank)
        seen.excluded += bad
    seen.rate_hz = scene.piece.rate_hz
    _keep(scene, runs, bank, seen)
    _note(scene, bank, seen)


def _flags(faults: Sequence[Excluded], piece: Piece) -> Flags:
    """Give the samples that lie in what is left out."""
    shut = np.zeros(piece.y.shape[1], dtype=bool)
    for one in faults:
        first = int((one.onset_s - piece.start_s) * piece.rate_hz)
        last = int(np.ceil((one.onset_s + one.duration_s - piece.start_s) * piece.rate_hz))
        shut[max(0, first) : max(0, last)] = True
    return shut


def _excluded(fault: Fault, piece: Piece) -> Excluded:
    margin_s = _ROUND_S if fault.reason is Reason.TAP else _ROUND_LONG_S
    return Excluded(
        onset_s=piece.start_s + fault.start / piece.rate_hz - margin_s,
        duration_s=(fault.stop - fault.start) / piece.rate_hz + 2 * margin_s,
        reason=fault.reason,
    )


def _bank_of(scene: _Scene) -> Shapes:
    """Give the bank, in any direction."""
    rate_hz, white = scene.piece.rate_hz, scene.white
    waves, lead = knocks(white, rate_hz)
    return Shapes(
        answers=answers(white, bank_spectra(rate_hz, white.size)[:TWITCHES], rate_hz),
        knocks=waves,
        lead=lead,
        least=np.full(TWITCHES, _LEAST, dtype=np.float32),
        arrows=np.zeros((TWITCHES, white.axes.shape[0]), dtype=np.float32),
        directed=np.zeros(TWITCHES, dtype=bool),
    )


def _with_sites(bank: Shapes, scene: _Scene, sites: Sites) -> Shapes:
    """Give the bank and the sources learnt so far, which come from a known direction."""
    rate_hz, white = scene.piece.rate_hz, scene.white
    pairs = [site.arrow_and_wave(rate_hz) for site in sites.all if site.learnt]
    if not pairs:
        return bank
    known = np.stack([white.root @ arrow for arrow, _ in pairs])
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    waves = fft.rfft(np.stack([wave for _, wave in pairs]), white.size, axis=1)
    more = answers(white, waves, rate_hz)
    count, old = len(pairs), bank.answers
    return Shapes(
        answers=Answers(
            heard=np.concatenate([old.heard, more.heard]),
            wave=np.concatenate([old.wave, more.wave]),
            strength=np.concatenate([old.strength, more.strength]),
        ),
        knocks=bank.knocks,
        lead=bank.lead,
        least=np.concatenate([bank.least, np.full(count, _LEAST_KNOWN, dtype=np.float32)]),
        arrows=np.concatenate([bank.arrows, known.astype(np.float32)]),
        directed=np.concatenate([bank.directed, np.ones(count, dtype=bool)]),
    )


def _only(bank: Shapes, count: int) -> Shapes:
    """Give the first rows."""
    old = bank.answers
    return Shapes(
        answers=Answers(
            heard=old.heard[:count], wave=old.wave[:count], strength=old.strength[:count]
        ),
        knocks=bank.knocks,
        lead=bank.lead,
        least=bank.least[:count],
        arrows=bank.arrows[:count],
        directed=bank.directed[:count],
    )


def _runs(scene: _Scene, bank: Shapes) -> tuple[list[Run], list[Excluded]]:
    """Give the runs that twitches explain, and the faults that the others are."""
    rate_hz, y = scene.piece.rate_hz, scene.piece.y
    best = strengths(bank, scene.loud)
    best[scene.shut] = 0
    overlap = overlaps(bank.answers.wave)
    power = np.einsum("at,at->t", y, y)
    calm = float(usual(scene.piece.fast, 0.5))
    good: list[Run] = []
    bad: list[Excluded] = []
    for first, last in stretches(best > 1, round(_JOIN_S * rate_hz)):
        scale = float(scene.loud[(first + last) // 2])
        run = pursue(scene.white, bank, overlap, (first, last), scale, rate_hz)
        reason = judge(run, power, scene.piece.fast, calm, rate_hz)
        if (
            reason is Reason.MOVEMENT
            and max((pick.score for pick in run.picks), default=0.0) < _FAINT
        ):
            continue  # neither a twitch nor worth leaving anything out
        if reason:
            fault = Fault(start=run.start, stop=run.stop + round(0.1 * rate_hz), reason=reason)
            bad.append(_excluded(trimmed(fault, y, rate_hz), scene.piece))
        else:
            good.append(run)
    return good, bad


def _window(piece: Piece, at: int) -> Floats | None:
    """Give the band round a twitch's start, as long as the bank's shapes; none at the very ends."""
    lead = round(LEAD_S * piece.rate_hz)
    length = shapes(piece.rate_hz).shape[1]
    window = piece.y[:, max(0, at - lead) : at - lead + length]
    return window if window.shape[1] == length and at >= lead else None


def _within(piece: Piece, pick: Pick) -> bool:
    return piece.core[0] <= piece.start_s + pick.at / piece.rate_hz < piece.core[1]


def _learn(scene: _Scene, runs: list[Run], seen: Seen) -> None:
    """Let the sources learn from what stands out clearly and alone."""
    back = np.linalg.inv(scene.white.root)
    rows = shapes(scene.piece.rate_hz)
    for run in runs:
        pick = run.picks[0] if len(run.picks) == 1 else None
        if not pick or pick.score < _LEARN_FROM or not _within(scene.piece, pick):
            continue
        window = _window(scene.piece, pick.at)
        if window is not None and pick.shape < TWITCHES:
            seen.sites.place(window, np.outer(back @ pick.arrow, rows[pick.shape]))


def _keep(scene: _Scene, runs: list[Run], bank: Shapes, seen: Seen) -> None:
    """Keep the picks that lie in the chunk's core and outside of what is left out."""
    piece, back = scene.piece, np.linalg.inv(scene.white.root)
    learnt = [number for number, site in enumerate(seen.sites.all) if site.learnt]
    shut = _flags(seen.excluded, piece)
    spans = _spans(bank.answers.wave)
    picks = sorted((pick for run in runs for pick in run.picks), key=lambda pick: pick.at)
    for pick in picks:
        body = slice(pick.at, pick.at + round(_BODY_S * piece.rate_hz))
        if not _within(piece, pick) or shut[body].any():
            continue
        arrow = back @ pick.arrow * scene.loud[pick.at] / bank.answers.strength[pick.shape]
        if pick.shape >= TWITCHES:
            site = learnt[pick.shape - TWITCHES]
            tiny = float(np.linalg.norm(arrow)) < _PART * seen.sites.all[site].usual
            if tiny and pick.score < _LEAST:
                continue
        else:
            site = seen.sites.nearest(np.outer(arrow, shapes(piece.rate_hz)[pick.shape]))
        event = _event(piece, pick, arrow, spans[pick.shape], site)
        if len(seen.events) >= MOST_WAVEFORMS:
            event = replace(event, window=None)
        seen.events.append(event)


def _spans(wave: Floats) -> list[tuple[int, int]]:
    """Give the samples at which each shape is largest, and at which it is all but over."""
    energy = np.cumsum(wave * wave, axis=1)
    ends = np.argmax(energy >= 0.97 * energy[:, -1:], axis=1)
    return list(zip(np.argmax(np.abs(wave), axis=1).tolist(), ends.tolist(), strict=True))


def _event(piece: Piece, pick: Pick, arrow: Floats, span: tuple[int, int], site: int) -> Event:
    """Give a pick its size, length and peak."""
    lead = round(LEAD_S * piece.rate_hz)
    size = float(arrow @ arrow) ** 0.5
    onset_s = piece.start_s + pick.at / piece.rate_hz
    window = _window(piece, pick.at)
    along = (
        None if window is None else np.asarray(arrow / max(size, 1e-9), dtype=np.float32) @ window
    )
    if along is not None and pick.score > _CLEAR:
        size = float(np.ptp(along[lead - 1 : lead + round(_REACH_S * piece.rate_hz)]))
    return Event(
        onset_s=onset_s,
        peak_s=onset_s + (span[0] - lead) / piece.rate_hz,
        duration_s=max(span[1] - lead, 1) / piece.rate_hz,
        ptp=size,
        score=pick.score,
        site=site,
        channel=int(np.argmax(np.abs(arrow))),
        window=along,
    )


def _note(scene: _Scene, bank: Shapes, seen: Seen) -> None:
    """Note the noise, and the smallest twitch that would have been found."""
    free = ~_flags(seen.excluded, scene.piece)
    loud = float(np.median(scene.loud[free])) if free.any() else float(np.median(scene.loud))
    spread = np.linalg.inv(scene.white.root @ scene.white.root.T)
    noise = loud * float(np.sqrt(np.trace(spread) / len(spread)))
    weakest = float(np.median(bank.answers.strength[:TWITCHES]))
    along = np.sqrt(np.trace(scene.white.root @ scene.white.root.T) / len(spread))
    seen.noise.append(noise)
    seen.smallest.append((_LEAST + _MARGIN) * loud / (weakest * float(along)))
