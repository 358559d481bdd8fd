"""What the times of the events tell: a heartbeat, or discharges in bursts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_BEAT_S = (0.45, 1.5)  # constant: 40 to 133 beats a minute
_BEATS = 10  # constant: fewer intervals may be steady by chance
_STEADY = 0.12  # constant: a heart's next beat comes within this share of the usual interval
_MISSED = 4  # constant: so many beats in a row may be too small to be found
_ENOUGH = 1000  # constant: so many tell a heart from twitches; more cost memory
_SHARE = 0.75  # constant: so many of a source's intervals must be steady
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
    for site in sorted({one.site for one in events}):
        places = [place for place, one in enumerate(events) if one.site == site]
        some = places[: _ENOUGH + 1]
        usual_s = _steady(np.diff([events[place].onset_s for place in some]))
        if usual_s:
            beats |= frozenset(places)
            rate = 60 / usual_s
    return rate, beats


def _steady(every_s: NDArray[np.float64]) -> float:
    """Give the interval of which nearly all intervals are a small multiple; 0 where none is."""
    if np.count_nonzero(every_s < _BEAT_S[1] * (_MISSED + 1)) < _BEATS:
        return 0.0
    tried = np.geomspace(_BEAT_S[1], _BEAT_S[0], 80)
    times = every_s / tried[:, None]
    whole = np.round(times)
    near = (whole >= 1) & (whole <= _MISSED)
    steady = near & (np.abs(times - whole) < _STEADY)
    counted = np.sum(times < _MISSED + 0.5, axis=1)
    share = np.where(counted >= _BEATS, np.sum(steady, axis=1) / np.maximum(counted, 1), 0)
    share[np.sum(steady, axis=1) < 0.5 * every_s.size] = 0
    best = int(np.argmax(share))
    return float(tried[best]) if share[best] >= _SHARE else 0.0


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
