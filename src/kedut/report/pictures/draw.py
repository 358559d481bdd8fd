"""Pictures by name: how it works inside, and tests to do oneself."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.environment import environment

FOLDER = Path(__file__).parent

_STRAIGHT = re.compile(r"M(-?[\d.]+) (-?[\d.]+)([lhv])(-?[\d.]+)(?:[ ]?(-?[\d.]+))?")
_HEAD_LENGTH, _HEAD_ANGLE = 6.5, 0.5


@cache
def names() -> tuple[str, ...]:
    """Give the names of all pictures."""
    return tuple(sorted(path.stem for path in (FOLDER / "drawings").glob("*.svg")))


def picture(name: str, words: Words, *, prefix: str = "pic") -> Markup:
    """Give a picture as SVG with its title and description in the language of the words.

    prefix : begins its ids; another one where the same picture stands twice on a page

    Raises
    ------
    LookupError
        There is no such picture.
    """
    if name not in names():
        raise LookupError(f"no picture {name!r}; there are {', '.join(names())}")
    template = environment(FOLDER).get_template(f"drawings/{name}.svg")
    return Markup(template.render(name=name, prefix=prefix, words=words, head=arrow_head))


def guided(name: str, words: Words, *, prefix: str = "pic") -> Markup:
    """Give a picture with its title, what it shows, and how to do it safely where that applies."""
    key = f"picture.{name}.safety"
    safety = words.say(key)
    template = environment(FOLDER).get_template("guided.html")
    return Markup(
        template.render(
            drawn=picture(name, words, prefix=prefix),
            title=words.say(f"picture.{name}.title"),
            text=words.say(f"picture.{name}.desc"),
            safety="" if safety == key else safety,
        )
    )


def pictures_of(knowledge: Knowledge, thing: str, identifier: str) -> tuple[str, ...]:
    """Give the pictures that belong to a `cause`, a `finding` or a `topic`."""
    return tuple(
        row["picture"]
        for row in knowledge.tables["pictures"]
        if (row["thing"], row["id"]) == (thing, identifier)
    )


def arrow_head(path: str) -> str:
    """Give the two strokes at the end of a straight path like `M10 20h12`, `M10 20l3 -4`."""
    found = _STRAIGHT.fullmatch(path)
    if found is None:
        raise ValueError(f"an arrow is a straight path like 'M10 20h12', got {path!r}")
    x, y, how, first, second = found.groups()
    dx = float(first) if how in "lh" else 0.0
    dy = float(first) if how == "v" else float(second or 0)
    end_x, end_y = float(x) + dx, float(y) + dy
    back = math.atan2(-dy, -dx)
    ends = [
        (
            end_x + _HEAD_LENGTH * math.cos(back + turn),
            end_y + _HEAD_LENGTH * math.sin(back + turn),
        )
        for turn in (_HEAD_ANGLE, -_HEAD_ANGLE)
    ]
    return (
        f"M{ends[0][0]:.1f} {ends[0][1]:.1f}L{end_x:g} {end_y:g}L{ends[1][0]:.1f} {ends[1][1]:.1f}"
    )
