"""Assessments as one self-contained page: no script, no address, prints well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kedut.assess.assessment import Assessment
from kedut.case.errors import BadCase
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.course import SHOWN_DAYS
from kedut.report.environment import environment
from kedut.report.sentences import Teller
from kedut.report.whole_numbers import in_words

_TEMPLATES = Path(__file__).parent / "templates"
_CHART_WIDTH, _CHART_HEIGHT = 320, 120
ICONS = {
    Level.EMERGENCY: "‼",
    Level.URGENT: "!",
    Level.SOON: "▸",
    Level.ROUTINE: "○",
    Level.SELF_CARE: "✓",
}


def page(
    assessments: Sequence[Assessment],
    errors: Sequence[BadCase],
    knowledge: Knowledge,
    language: str,
) -> str:
    """Give one HTML page with all assessments, and what could not be assessed."""
    words = knowledge.words(language)
    tellers = [Teller(found, knowledge, language) for found in assessments]
    return (
        environment(_TEMPLATES)
        .get_template("assessment.html")
        .render(
            tellers=tellers,
            errors=errors,
            words=words,
            say=words.say,
            language=language,
            knowledge=knowledge,
            icons=ICONS,
            in_words=in_words,
            curve=curve,
            days=SHOWN_DAYS,
        )
    )


def curve(shares: Sequence[tuple[int, float]]) -> str:
    """Give the points of a resolved-by-day curve, days evenly spaced, for an SVG polyline."""
    step = _CHART_WIDTH / max(1, len(shares) - 1)
    return " ".join(
        f"{place * step:.1f},{_CHART_HEIGHT * (1 - share):.1f}"
        for place, (_, share) in enumerate(shares)
    )


def band(low: Sequence[tuple[int, float]], high: Sequence[tuple[int, float]]) -> str:
    """Give the points of the range around a curve, for an SVG polygon."""
    back = " ".join(reversed(curve(high).split()))
    return f"{curve(low)} {back}"
