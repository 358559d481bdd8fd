"""A diary drawn: how much it twitched, and the course beside the one expected, as one SVG.

No script, no style attribute: colours are attributes that a page's sheet may override by class.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from kedut.diary.entry import Said
from kedut.knowledge.words import Words
from kedut.report.diary_lines import Expected, Lines, Rate

_WIDTH, _LEFT, _RIGHT = 360, 62, 348
_TOP_RATE, _BOTTOM_RATE = 30, 128
_NOTED_AT = 146
_GRADE_STEP = 40
_TOP_GONE, _BOTTOM_GONE = 196, 318
_LEGEND_AT, _LEGEND_STEP, _LEGEND_SIGNS = 354, 16, 54
_PAPER, _INK, _SOFT, _RULE = "#fffdf9", "#23211e", "#635c52", "#e3d9c9"
_YOURS, _BAND = "#27406b", "#b9c6dd"
_OF_CAUSE = (("#9a5a23", ""), ("#2f6b4f", "7 4"), ("#7a3f6d", "2 4"))
_MOST, _LEAST = 4.0, 1 / 16  # of the rate against the start: above and below, the picture ends
_RATES = ((4.0, "four"), (1.0, "one"), (0.25, "quarter"))
_SHARES = (0, 50, 100)
_STEPS_DAYS = (1, 2, 5, 7, 14, 30, 90, 180, 365, 730, 1825)
_MOST_TICKS = 7


def picture(
    lines: Lines, names: Sequence[str], told: Sequence[str], words: Words, *, prefix: str = "diary"
) -> Markup:
    """Give the picture.

    Parameters
    ----------
    names : of the expected causes, in their order
    told : the sentences that say the same, for those who cannot see it
    prefix : begins its ids; another one where the picture stands twice on a page
    """
    keys = list(_keys(lines, names, words))
    height = _LEGEND_AT + _LEGEND_STEP * sum(len(key[-1]) for key in keys) - 4
    parts = [
        f'<svg class="diary-picture" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" xmlns="http://www.w3.org/2000/svg" '
        'font-family="\'Plus Jakarta Sans\', sans-serif" font-size="11">',
        f'<title id="{prefix}-title">{escape(words.say("diary.picture.title"))}</title>',
        f'<desc id="{prefix}-desc">{escape(" ".join(told))}</desc>',
        *_rate_panel(lines, words),
        *_gone_panel(lines, words),
        *_legend(keys),
        "</svg>",
    ]
    return Markup("".join(parts))


def _x(lines: Lines, day: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * day / lines.last_day


def _rate_y(rate: float) -> float:
    share = math.log(min(max(rate, _LEAST), _MOST) / _LEAST) / math.log(_MOST / _LEAST)
    return _BOTTOM_RATE - (_BOTTOM_RATE - _TOP_RATE) * share


def _gone_y(share: float) -> float:
    return _BOTTOM_GONE - (_BOTTOM_GONE - _TOP_GONE) * share


def _rate_panel(lines: Lines, words: Words) -> Iterator[str]:
    if not lines.rates:
        yield from _grades_panel(lines, words)
        return
    yield _text(4, 14, words.say("diary.picture.rate"), strong=True)
    for rate, label in _RATES:
        yield _rule(_rate_y(rate))
        yield _text(_LEFT - 6, _rate_y(rate) + 4, words.say(f"diary.picture.{label}"), end=True)
    yield _rule(_BOTTOM_RATE)
    yield _text(_LEFT - 6, _BOTTOM_RATE + 4, words.say("diary.picture.gone"), end=True)
    rates = [one for one in lines.rates if one.day >= 0]
    for row in _together(rates):
        upper = [(_x(lines, one.day), _rate_y(one.high)) for one in row]
        lower = [(_x(lines, one.day), _rate_y(one.low)) for one in reversed(row)]
        yield f'<polygon class="diary-band" fill="{_BAND}" points="{_points([*upper, *lower])}"/>'
        middle = [(_x(lines, one.day), _rate_y(one.rate)) for one in row]
        yield (
            f'<polyline class="diary-yours" fill="none" stroke="{_YOURS}" stroke-width="2.5" '
            f'stroke-linejoin="round" points="{_points(middle)}"/>'
        )
    for day, said in lines.noted:
        yield _note(_x(lines, day), _NOTED_AT, said)
    yield _text(4, _NOTED_AT + 4, words.say("diary.picture.noted"))


def _grades_panel(lines: Lines, words: Words) -> Iterator[str]:
    """Draw what was noted at its own height; there is no number to draw a line of."""
    yield _text(4, 14, words.say("diary.picture.grades"), strong=True)
    heights = {
        said: _TOP_RATE + 12 + place * _GRADE_STEP for place, said in enumerate(reversed(Said))
    }
    for said, y in heights.items():
        yield _rule(y)
        yield _text(_LEFT - 6, y + 4, words.say(f"diary.picture.{said}"), end=True)
    for day, said in lines.noted:
        yield _note(_x(lines, day), heights[said], said)


def _together(rates: Sequence[Rate]) -> Iterator[Sequence[Rate]]:
    if len(rates) == 1:  # one day alone is drawn as wide as a day
        yield [rates[0], rates[0]]
    elif rates:
        yield rates


def _note(x: float, y: float, said: Said) -> str:
    """Draw what was noted: hollow for none, half and whole for some and a lot."""
    ring = f'<circle class="diary-note" cx="{x:.1f}" cy="{y}" r="3" stroke="{_YOURS}" '
    if said is Said.NONE:
        return f'{ring}fill="{_PAPER}"/>'
    if said is Said.A_LOT:
        return f'{ring}fill="{_YOURS}"/>'
    half = f"M{x - 3:.1f} {y}a3 3 0 0 0 6 0z"
    return f'{ring}fill="{_PAPER}"/><path class="diary-note-half" d="{half}" fill="{_YOURS}"/>'


def _gone_panel(lines: Lines, words: Words) -> Iterator[str]:
    yield _text(4, _TOP_GONE - 16, words.say("diary.picture.share"), strong=True)
    for share in _SHARES:
        yield _rule(_gone_y(share / 100))
        yield _text(_LEFT - 6, _gone_y(share / 100) + 4, str(share), end=True)
    for place, one in enumerate(lines.expected):
        yield from _expected(lines, one, place)
    corners = [(_x(lines, day), _gone_y(share)) for day, share in lines.yours if day >= 0]
    yield (
        f'<polyline class="diary-yours" fill="none" stroke="{_YOURS}" stroke-width="3.5" '
        f'stroke-linejoin="round" stroke-linecap="round" points="{_points(corners)}"/>'
    )
    if corners:
        x, y = corners[-1]
        yield f'<circle class="diary-now" cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{_YOURS}"/>'
    for day in _ticks(lines.last_day):
        yield _text(_x(lines, day), _BOTTOM_GONE + 15, str(day), middle=True)
    known = "since" if lines.known else "noted_since"
    yield _text(_RIGHT, _BOTTOM_GONE + 29, words.say(f"diary.picture.days_{known}"), end=True)


def _expected(lines: Lines, one: Expected, place: int) -> Iterator[str]:
    colour, dashes = _OF_CAUSE[place]
    curve = [(_x(lines, day), _gone_y(share)) for day, _, share, _ in one.points]
    if not place:  # the range of the likeliest alone, or they would hide each other
        upper = [(_x(lines, day), _gone_y(high)) for day, _, _, high in one.points]
        lower = [(_x(lines, day), _gone_y(low)) for day, low, _, _ in reversed(one.points)]
        yield (
            f'<polygon class="diary-range" fill="{colour}" fill-opacity="0.13" '
            f'points="{_points([*upper, *lower])}"/>'
        )
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    yield (
        f'<polyline class="diary-cause-{place}" fill="none" stroke="{colour}" stroke-width="2"'
        f'{dashed} points="{_points(curve)}"/>'
    )


def _keys(
    lines: Lines, names: Sequence[str], words: Words
) -> Iterator[tuple[str, str, float, str, list[str]]]:
    """Give for each line its colour, dashes, width, name, and what it is, in lines of text."""
    said = words.say("diary.picture.yours")
    yield _YOURS, "", 3.5, "yours", textwrap.wrap(said, _LEGEND_SIGNS)
    for place, name in enumerate(names[: len(lines.expected)]):
        colour, dashes = _OF_CAUSE[place]
        said = words.say("diary.picture.expected", cause=name)
        yield colour, dashes, 2, f"cause-{place}", textwrap.wrap(said, _LEGEND_SIGNS)


def _legend(keys: Iterable[tuple[str, str, float, str, list[str]]]) -> Iterator[str]:
    y = _LEGEND_AT
    for colour, dashes, width, name, texts in keys:
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield (
            f'<line class="diary-{name}" x1="4" x2="34" y1="{y}" y2="{y}" stroke="{colour}" '
            f'stroke-width="{width}"{dashed}/>'
        )
        for text in texts:
            yield _text(42, y + 4, text)
            y += _LEGEND_STEP


def _ticks(last: int) -> Iterable[int]:
    step = next((s for s in _STEPS_DAYS if last / s <= _MOST_TICKS), last)
    return range(0, last + 1, step)


def _rule(y: float) -> str:
    return (
        f'<line class="diary-rule" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
        f'stroke="{_RULE}"/>'
    )


def _text(
    x: float, y: float, text: str, *, strong: bool = False, end: bool = False, middle: bool = False
) -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    weight = f' font-weight="600" fill="{_INK}"' if strong else f' fill="{_SOFT}"'
    kind = "diary-strong" if strong else "diary-soft"
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{anchor}{weight}>{escape(text)}</text>'


def _points(corners: Iterable[tuple[float, float]]) -> str:
    kept: list[tuple[float, float]] = []
    for corner in corners:
        if not kept or corner != kept[-1]:
            kept.append(corner)
    if len(kept) == 1:
        kept = [(kept[0][0] - 4, kept[0][1]), (kept[0][0] + 4, kept[0][1])]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in kept)
