"""What may be counted in an EMG, what was taken out of it, and whether a rate may be given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.recording import About
from kedut.measurement.twitch import Excluded, Quality, Reason

LEAST_S = 10.0  # constant: less rest than this says nothing about a rate
LEAST_SHARE = 0.15  # constant: of the recording; the little rest of a contraction is no rest
NOISY_UV = 30.0  # constant: potentials through skin are often smaller than six times this
SEEN = 6.5  # constant: smallest potential found nine times in ten, peak to peak over noise
MAINS_UV = 1.0  # constant: amplitude worth telling
TAP_S = (0.006, 0.03)  # constant: before and after the edge of a knock
EDGE_S = 0.25  # constant: at the ends strong mains is not known well enough to be taken out
EDGE_MAINS = 2.0  # constant: times the noise
JOIN_S = 0.5  # constant: a lull within a contraction

Span = tuple[float, float]


def joined(spans: Iterable[Span], gap_s: float = 0.0) -> list[Span]:
    """Put together spans that overlap or nearly so."""
    out: list[Span] = []
    for a, b in sorted(spans):
        if out and a <= out[-1][1] + gap_s:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def excluded_spans(
    spans: Iterable[Span], reason: Reason, duration_s: float, channel: str = ""
) -> list[Excluded]:
    """Make exclusions of spans, kept within the recording."""
    out = []
    for a, b in joined(spans):
        a, b = max(0.0, float(a)), min(duration_s, float(b))
        if b > a:
            out.append(Excluded(onset_s=a, duration_s=b - a, reason=reason, channel=channel))
    return out


def flat_exclusions(
    flats: NDArray[np.float64], at_edge: NDArray[np.bool_], about: About
) -> list[Excluded]:
    """Make exclusions of flat runs: for all where most channels are flat, else channel by channel.

    flats : (runs, 3): channel, first and last second; at_edge : the run stood at the range's edge
    """
    out: list[Excluded] = []
    channels = len(about.channels)
    for reason, rows in ((Reason.CLIPPING, flats[at_edge]), (Reason.DROPOUT, flats[~at_edge])):
        if not len(rows):
            continue
        by_channel = {
            c: joined([(a, b) for k, a, b in rows if k == c], 0.02)  # constant: pieces meet
            for c in sorted({int(k) for k in rows[:, 0]})
        }
        whole = _shared(list(by_channel.values()), (channels + 1) // 2)
        out += excluded_spans(whole, reason, about.duration_s)
        if channels == 1:
            continue
        for c, spans in by_channel.items():
            left = [s for s in spans if not any(a <= s[0] and s[1] <= b for a, b in whole)]
            out += excluded_spans(left, reason, about.duration_s, about.channels[c].name)
    return out


def _shared(by_channel: Sequence[list[Span]], least: int) -> list[Span]:
    """Give the spans in which at least so many channels are out."""
    edges = sorted(
        [(a, 1) for spans in by_channel for a, _ in spans]
        + [(b, -1) for spans in by_channel for _, b in spans]
    )
    out, depth, since = [], 0, 0.0
    for at, step in edges:
        if depth < least <= depth + step:
            since = at
        elif depth >= least > depth + step:
            out.append((since, at))
        depth += step
    return out


def inside(times_s: NDArray[np.float64], spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Tell which times lie in any of the spans, which ascend and do not overlap."""
    if not spans:
        return np.zeros(len(times_s), bool)
    starts = np.array([a for a, _ in spans])
    stops = np.array([b for _, b in spans])
    at = np.searchsorted(starts, times_s, "right") - 1
    return (at >= 0) & (times_s <= stops[np.maximum(at, 0)])


def all_channels(excluded: Iterable[Excluded]) -> list[Span]:
    """Give the spans in which nothing at all is counted."""
    return joined((e.onset_s, e.onset_s + e.duration_s) for e in excluded if not e.channel)


def judge(about: About, excluded: Sequence[Excluded], figures: dict[str, float]) -> Quality:
    """Say how good the recording is."""
    out_s = sum(b - a for a, b in all_channels(excluded))
    usable_s = max(0.0, about.duration_s - out_s)
    share: dict[str, float] = {}
    for e in excluded:
        share[e.reason.value] = share.get(e.reason.value, 0.0) + e.duration_s
    reasons = []
    usable = usable_s >= LEAST_S and usable_s >= LEAST_SHARE * about.duration_s
    if about.duration_s < LEAST_S:
        reasons.append("too_short")
    elif not usable:
        working = sum(share.get(r, 0.0) for r in ("voluntary", "tremor", "cramp"))
        reasons.append("no_usable_rest" if working > 0.5 * out_s else "no_usable_signal")
    noise = figures.get("noise_uv", 0.0)
    if noise > NOISY_UV:
        reasons.append("noisy")
    reasons += sorted(share, key=lambda r: -share[r])
    if figures.get("clipped", 0) and "clipping" not in reasons:
        reasons.append("clipped")
    if figures.get("mains_uv", 0.0) >= MAINS_UV:
        reasons.append("mains")
    if figures.get("ecg_per_min", 0.0):
        reasons.append("ecg")
    return Quality(
        usable=usable,
        usable_s=usable_s,
        reasons=tuple(reasons),
        excluded=tuple(sorted(excluded, key=lambda e: (e.onset_s, e.reason, e.channel))),
        figures=figures,
        smallest_seen=SEEN * figures.get("noise_loud_uv", noise) if usable_s else None,
    )


def unusable(reason: str) -> Quality:
    """Say that nothing can be measured, and why."""
    return Quality(usable=False, usable_s=0.0, reasons=(reason,))
