"""What the times of the events tell: a heartbeat, or discharges in bursts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

_BEAT_S = (0.45, 1.5)  # constant: 40 to 133 beats a minute
_BEATS = 8  # constant: fewer in a row may be chance
_STEADY = 0.12  # constant: a heart's next beat comes within this share of the last interval
_SHARE = 0.6  # constant: so many of a source's intervals must be steady
_GROUP_S = 0.2  # constant: twitches that follow one another faster than 5 Hz ...
_GROUP_OF = 4  # constant: ... and so many of them are one grouped discharge


class Timed(Protocol):
    """Something with a start and a source."""

    @property
    def onset_s(self) -> float: ...  # noqa: D102  says what it is
    @property
    def site(self) -> int: ...  # noqa: D102  says what it is


def pulse_per_min(events: Sequence[Timed]) -> tuple[float, frozenset[int]]:
    """Give the heart's rate and the places of its beats among the events; 0 where there are none.

    A source that comes back as steadily as a heart is one: twitches are irregular.
    """
    rate, beats = 0.0, frozenset[int]()
    for site in {one.site for one in events if one.site >= 0}:
        places = [place for place, one in enumerate(events) if one.site == site]
        onset_s = np.array([events[place].onset_s for place in places])
        every_s = np.diff(onset_s)
        if every_s.size < _BEATS:
            continue
        usual = float(np.median(every_s))
        if not _BEAT_S[0] <= usual <= _BEAT_S[1]:
            continue
        missed = np.maximum(1, np.round(every_s / usual))
        steady = np.abs(every_s / missed / usual - 1) < _STEADY
        if np.mean(steady & (missed <= 3)) >= _SHARE and len(places) > len(beats):
            rate, beats = 60 / usual, frozenset(places)
    return rate, beats


def grouped(onset_s: Sequence[float]) -> frozenset[int]:
    """Give the places of the twitches that belong to a burst."""
    found: set[int] = set()
    row: list[int] = []
    for place, now in enumerate(onset_s):
        if row and now - onset_s[row[-1]] > _GROUP_S:
            row = []
        row.append(place)
        if len(row) >= _GROUP_OF:
            found.update(row)
    return frozenset(found)
