"""Figures for a clinician: percent and likelihood ratios with no more digits than they bear."""

from __future__ import annotations

import math

_FINE_FROM, _COARSE_FROM = 0.01, 0.10
_COARSE_PERCENT = 5
_LEAST, _MOST = 0.001, 0.99
_WIDEST_RATIO = 100.0
_LEAST_RATIO_THAT_TELLS = 1.25
_WHOLE_FROM, _HALVES_FROM, _TENS_FROM = 3.0, 1.0, 10.0


def percent(chance: float, language: str) -> str:
    """Give a chance as percent: in steps of 5 from 10 %, of 1 from 1 %, else one digit."""
    if chance < _LEAST:
        return f"< {number(100 * _LEAST, language)} %"
    if chance > _MOST:
        return f"> {100 * _MOST:.0f} %"
    if chance < _FINE_FROM:
        return f"{number(100 * chance, language, digits=1)} %"
    step = _COARSE_PERCENT if chance >= _COARSE_FROM else 1
    return f"{step * round(100 * chance / step)} %"


def interval(low: float, high: float) -> str:
    """Give a range in percent, each end rounded outward by the same steps."""
    low_step = _COARSE_PERCENT if low >= _COARSE_FROM else 1
    high_step = _COARSE_PERCENT if high >= _COARSE_FROM else 1
    start = low_step * math.floor(100 * low / low_step)
    end = min(100, high_step * math.ceil(100 * high / high_step))
    return f"{start}\N{EN DASH}{end}"


def ratio(bits: float, language: str) -> str | None:
    """Give a weight of evidence as a likelihood ratio, 2^bits; nothing where it hardly tells."""
    if abs(bits) < math.log2(_LEAST_RATIO_THAT_TELLS):
        return None
    factor = 2.0**bits
    if factor > _WIDEST_RATIO:
        return f"> {_WIDEST_RATIO:.0f}"
    if factor < 1 / _WIDEST_RATIO:
        return f"< {number(1 / _WIDEST_RATIO, language)}"
    if _HALVES_FROM <= factor < _WHOLE_FROM:
        return number(round(2 * factor) / 2, language)
    return number(factor, language, digits=1)


def number(value: float, language: str, digits: int = 6) -> str:
    """Give a number in the language's way of writing; digits are significant ones."""
    text = f"{float(f'{value:.{digits}g}'):.12g}"
    return text.replace(".", ",") if language == "id" else text
