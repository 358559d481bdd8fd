"""A diary's picture in signs, for a terminal: letters for what is expected, dots for what came."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

from rich.text import Text

from kedut.knowledge.words import Words
from kedut.report.diary_lines import Lines

_RATE_ROWS, _SHARE_ROWS = 7, 9
_LABEL_CELLS, _WIDEST = 7, 64
_MOST, _LEAST = 4.0, 1 / 16  # of the rate against the start
_YOURS, _BAND, _EXPECTED = "●", "░", "abc"
_STYLES = {"●": "bold", "░": "dim", "a": "yellow", "b": "green", "c": "magenta"}
_STEPS_DAYS = (1, 2, 5, 7, 14, 30, 90, 180, 365, 730, 1825)
_CELLS_A_TICK = 6


class _Grid:
    """Signs by row and column; the first to take a place keeps it."""

    def __init__(self, rows: int, columns: int) -> None:
        self.signs = [[" "] * columns for _ in range(rows)]

    def put(self, row: int, column: int, sign: str) -> None:
        if 0 <= column < len(self.signs[0]) and self.signs[row][column] == " ":
            self.signs[row][column] = sign

    def lines(self, labels: dict[int, str]) -> Iterator[Text]:
        for row, signs in enumerate(self.signs):
            line = Text(f"{labels.get(row, ''):>{_LABEL_CELLS}} │")
            for sign in signs:
                line.append(sign, style=_STYLES.get(sign, ""))
            line.rstrip()
            yield line


def rate_drawn(lines: Lines, words: Words, width: int) -> Iterator[Text]:
    """Draw the rate against the start with its band; nothing where no number is known."""
    if not lines.rates:
        return
    columns = _columns(width)
    grid = _Grid(_RATE_ROWS, columns)
    rates = [one for one in lines.rates if one.day >= 0]
    ends = (_column(lines, rates[0].day, columns), _column(lines, rates[-1].day, columns))
    for column in range(ends[0], ends[1] + 1):
        day = lines.last_day * column / (columns - 1)
        one = min(rates, key=lambda rate: abs(rate.day - day))
        grid.put(_rate_row(one.rate), column, _YOURS)
        for row in range(_rate_row(one.high), _rate_row(one.low) + 1):
            grid.put(row, column, _BAND)
    labels = {_rate_row(rate): words.say(f"diary.picture.{name}") for rate, name in _MARKS}
    labels[_RATE_ROWS - 1] = words.say("diary.picture.gone")
    yield from grid.lines(labels)
    yield from _axis(lines, words, columns)


_MARKS = ((4.0, "four"), (1.0, "one"), (0.25, "quarter"))


def _rate_row(rate: float) -> int:
    share = math.log(min(max(rate, _LEAST), _MOST) / _LEAST) / math.log(_MOST / _LEAST)
    return round((_RATE_ROWS - 1) * (1 - share))


def gone_drawn(lines: Lines, words: Words, width: int) -> Iterator[Text]:
    """Draw the share gone by day: the person's own, and as expected of each likely cause."""
    columns = _columns(width)
    grid = _Grid(_SHARE_ROWS, columns)
    for (day, share), (until, _) in pairwise((*lines.yours, lines.yours[-1])):
        start, end = _column(lines, day, columns), _column(lines, until, columns)
        for column in range(start, start + 1 if share else end + 1):
            grid.put(_share_row(share), column, _YOURS)
    for sign, one in zip(_EXPECTED, lines.expected, strict=False):
        days = [day for day, *_ in one.points]
        shares = [share for _, _, share, _ in one.points]
        for column in range(columns):
            at = lines.last_day * column / max(columns - 1, 1)
            place = min(range(len(days)), key=lambda n: abs(days[n] - at))
            grid.put(_share_row(shares[place]), column, sign)
    yield from grid.lines({0: "100", _SHARE_ROWS // 2: "50", _SHARE_ROWS - 1: "0"})
    yield from _axis(lines, words, columns)


def keys(lines: Lines, names: Iterable[str], words: Words) -> Iterator[tuple[str, str, str]]:
    """Give each sign, its style, and what it stands for."""
    yield _YOURS, _STYLES[_YOURS], words.say("diary.picture.yours")
    for sign, name, _ in zip(_EXPECTED, names, lines.expected, strict=False):
        yield sign, _STYLES[sign], words.say("diary.picture.expected", cause=name)


def _share_row(share: float) -> int:
    return round((_SHARE_ROWS - 1) * (1 - share))


def _columns(width: int) -> int:
    return max(12, min(_WIDEST, width - _LABEL_CELLS - 4))


def _column(lines: Lines, day: float, columns: int) -> int:
    return round((columns - 1) * day / lines.last_day)


def _axis(lines: Lines, words: Words, columns: int) -> Iterator[Text]:
    yield Text(f"{'':>{_LABEL_CELLS}} └" + "─" * columns)
    most = columns // _CELLS_A_TICK
    step = next((s for s in _STEPS_DAYS if lines.last_day / s <= most), lines.last_day)
    marks = [" "] * (columns + _CELLS_A_TICK)
    for day in range(0, lines.last_day + 1, step):
        at = _column(lines, day, columns)
        marks[at : at + len(str(day))] = str(day)
    yield Text(f"{'':>{_LABEL_CELLS}}  " + "".join(marks).rstrip())
    known = "since" if lines.known else "noted_since"
    yield Text(f"{'':>{_LABEL_CELLS}}  " + words.say(f"diary.picture.days_{known}"))
