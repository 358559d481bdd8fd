"""The body map: figures to tap, the same as a list, and the nerve areas that fit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kedut.case.bodymap import Fit, Mark, marks_of, offered, sides_of, territories_of_map
from kedut.knowledge.bodymap import MIDDLE, SENSATIONS, SIDES
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.environment import environment

FOLDER = Path(__file__).parent

LEG_FIGURES = ("legs_front", "legs_back", "feet_top", "feet_sole")
UPPER_FIGURES = ("upper_front", "upper_back", "face")
UPPER = frozenset(
    {
        "head",
        "eyelid",
        "face",
        "mouth",
        "tongue",
        "neck",
        "upper_back",
        "chest",
        "belly",
        "arm",
        "hand",
    }
)


def name_of(words: Words, region: str, side: str) -> str:
    """Give a place in words: left calf."""
    place = words.say(f"bodymap.region.{region}")
    return words.say(f"bodymap.side.{side}", place=place)


def said(words: Words, mark: Mark) -> str:
    """Give a mark in words: left calf: twitching."""
    sensation = words.say(f"bodymap.sensation.{mark.sensation}").lower()
    return f"{name_of(words, mark.region, mark.side)}: {sensation}"


def bodymap(knowledge: Knowledge, words: Words, chosen: Iterable[str] = ()) -> Markup:
    """Give the body map as part of a form; each mark is posted as `map=region:side:sensation`.

    chosen : the marks made so far (`calf:left:twitches`)
    """
    given = _given(knowledge, words, chosen)
    template = environment(FOLDER).get_template("bodymap.html")
    return Markup(template.render(**given, prefix="bm", tappable=True))


def marked_figures(
    knowledge: Knowledge, words: Words, chosen: Iterable[str], *, prefix: str = "seen"
) -> Markup:
    """Give the marks on the figures that carry any, to look at; nothing if there are none."""
    given = _given(knowledge, words, chosen)
    if not given["marks"]:
        return Markup("")
    template = environment(FOLDER).get_template("marked.html")
    return Markup(template.render(**given, prefix=prefix, tappable=False))


def territories(
    knowledge: Knowledge, words: Words, chosen: Iterable[str], *, prefix: str = "nerve"
) -> Markup:
    """Give the nerve areas that fit the marks, each drawn and said; nothing if none fits."""
    fits = territories_of_map(knowledge, chosen)
    if not fits:
        return Markup("")
    given = _given(knowledge, words, ())
    drawn = [{"fit": fit, "lit": _lit((fit,)), "figures": _figures_of(fit)} for fit in fits]
    template = environment(FOLDER).get_template("territories.html")
    return Markup(template.render(**{**given, "drawn": drawn}, prefix=prefix, tappable=False))


def _given(knowledge: Knowledge, words: Words, chosen: Iterable[str]) -> dict[str, Any]:
    marks = marks_of(knowledge, chosen)
    marked: dict[tuple[str, str], list[str]] = {}
    for mark in marks:
        marked.setdefault((mark.region, mark.side), []).append(mark.sensation)
    sides = sides_of(knowledge)
    fits = territories_of_map(knowledge, map(str, marks))
    upper = any(mark.region in UPPER for mark in marks)
    return {
        "knowledge": knowledge,
        "words": words,
        "say": words.say,
        "sensations": SENSATIONS,
        "offered": {sensation: _by_region(one) for sensation, one in offered(knowledge).items()},
        "upper_regions": UPPER,
        "leg_figures": LEG_FIGURES,
        "upper_figures": UPPER_FIGURES,
        "sides": sides,
        "called": {
            (region, side): name_of(words, region, side)
            for region, own in sides.items()
            for side in own
        },
        "marks": marks,
        "said": [said(words, mark) for mark in marks],
        "chosen": {str(mark) for mark in marks},
        "marked": marked,
        "used": [one for one in SENSATIONS if any(m.sensation == one for m in marks)],
        "lit": _lit(fits),
        "fitting": {one.territory.id: _sides_fitting(fits, one) for one in fits},
        "shows_upper": upper,
        "shows_legs": any(mark.region not in UPPER for mark in marks),
    }


def _by_region(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    rows: dict[str, list[Mark]] = {}
    for mark in marks:
        rows.setdefault(mark.region, []).append(mark)
    return rows


def _lit(fits: Iterable[Fit]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (region, side)
        for fit in fits
        for region in fit.territory.regions
        for side in (SIDES if fit.side == "both" else (fit.side,))
        if side != MIDDLE or fit.territory.sides == MIDDLE
    )


def _sides_fitting(fits: Iterable[Fit], one: Fit) -> list[str]:
    return [fit.side for fit in fits if fit.territory.id == one.territory.id]


_ON_FEET = {"foot_top": "feet_top", "foot_outer": "feet_top", "sole": "feet_sole"}
_BEHIND = frozenset({"buttock", "thigh_back", "calf", "heel", "saddle"})
_BEFORE = frozenset({"shin_inner", "shin_outer", "knee", "thigh_front"})


def _figures_of(fit: Fit) -> list[str]:
    """Give the figures on which an area is seen."""
    regions = set(fit.territory.regions)
    seen = {_ON_FEET[region] for region in regions if region in _ON_FEET}
    if regions & _BEHIND:
        seen.add("legs_back")
    if regions & _BEFORE:
        seen.add("legs_front")
    return [figure for figure in LEG_FIGURES if figure in seen]
