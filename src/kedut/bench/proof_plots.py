"""The plots of the proof as SVG: a curve against the diagonal, and bars."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

_PAPER, _INK, _SOFT, _LINE = "#fbf7f0", "#23211e", "#635c52", "#e3d9c9"
_NILA, _SOGA = "#27406b", "#9a5a23"
_SIDE, _LEFT, _TOP = 260, 60, 40
_POINT = re.compile(r"predicted ([\d.]+), true ([\d.]+) \((\d+)\)")
_BAR, _ROW, _NAMES, _WIDE = 16, 26, 220, 300


def calibration(figures: Mapping[str, str]) -> list[tuple[float, float, int]]:
    """Give what was predicted, what was true, and of how many, from the lines of a bench."""
    found = []
    for label, value in figures.items():
        match = _POINT.search(f"{label}, {value}")
        if match:
            found.append((float(match[1]), float(match[2]), int(match[3])))
    return found


def curve(title: str, points: Sequence[tuple[float, float, int]]) -> str:
    """Draw what was true against what was predicted."""
    most = max((count for _, _, count in points), default=1)
    right, bottom = _LEFT + _SIDE, _TOP + _SIDE
    parts = [
        f'<path d="M{_LEFT} {bottom}L{right} {_TOP}" stroke="{_SOFT}" stroke-dasharray="4 4"/>'
    ]
    for tenth in range(0, 11, 2):
        x, y = _LEFT + tenth * _SIDE / 10, bottom - tenth * _SIDE / 10
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="{_LINE}"/>')
        parts.append(_text(x, bottom + 18, f"{tenth * 10}", "middle"))
        parts.append(_text(_LEFT - 8, y + 4, f"{tenth * 10}", "end"))
    places = [(_LEFT + p * _SIDE, bottom - t * _SIDE, n) for p, t, n in points]
    if places:
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in places)
        parts.append(f'<path d="M{way}" stroke="{_NILA}" stroke-width="2" fill="none"/>')
    for x, y, n in places:
        radius = 3 + 5 * (n / most) ** 0.5
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{_NILA}"/>')
    parts.append(_text(_LEFT + _SIDE / 2, bottom + 38, "predicted, %", "middle"))
    parts.append(_text(_LEFT, _TOP - 6, "true, %", "start"))
    return _picture(right + 30, bottom + 50, title, parts)


def bars(title: str, rows: Sequence[tuple[str, float]], *, digits: int = 2) -> str:
    """Draw a bar for each name; the first is ours."""
    most = max((value for _, value in rows), default=1.0) or 1.0
    parts = []
    for place, (name, value) in enumerate(rows):
        y = _TOP + place * _ROW
        colour = _SOGA if place == 0 else _NILA
        wide = _WIDE * value / most
        parts.append(_text(_NAMES - 8, y + _BAR - 3, name, "end"))
        parts.append(
            f'<rect x="{_NAMES}" y="{y}" width="{wide:.1f}" height="{_BAR}" rx="2" '
            f'fill="{colour}"/>'
        )
        parts.append(_text(_NAMES + wide + 6, y + _BAR - 3, f"{value:.{digits}f}", "start"))
    return _picture(_NAMES + _WIDE + 70, _TOP + len(rows) * _ROW + 10, title, parts)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(text)}</text>'
    )


def _picture(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{escape(title)}" '
        f'font-family="sans-serif" font-size="12">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>\n'
        f'<text x="12" y="20" font-weight="bold" fill="{_INK}">{escape(title)}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
