"""How pictures of a measurement look: colours, type, frame; and how they are written."""

from __future__ import annotations

import atexit
import io
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, CARD, INK, SOFT, LINE = "#fbf7f0", "#fffdf9", "#23211e", "#635c52", "#e3d9c9"
NILA, SOGA, DAUN = "#27406b", "#9a5a23", "#2f6b4f"
# One colour a source, the busiest first; they differ in lightness too, for print without colour.
SOURCES = (NILA, SOGA, DAUN, "#8a3b6e", "#2f8f9d", "#b8912b", "#5b5b8f", "#c0604f")
NO_SOURCE = "#8b8174"
GROUPED = "#a3160f"
SHADE = "#d9cdb8"
TRACE = "#4d5a6f"
WIDTH_IN = 7.6
HALF_IN = 4.9
_FAMILY = "kedut"
_PATH = re.compile(r' d="[^"]*"')
_ABOUT = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_DIGITS = re.compile(r"(\.\d\d)\d+")
_SALT = "kedut"  # constant: names inside an SVG are made from it, so that it is the same each time


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: drawn, titled, and told in words for who cannot see it."""

    name: str
    title: str
    caption: str
    alt: str
    figure: Figure

    def svg(self) -> str:
        """Give it as SVG, letters as shapes: it looks the same everywhere."""
        out = io.StringIO()
        with settings():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        text = out.getvalue()
        return _PATH.sub(_rounded, _ABOUT.sub("", text[text.index("<svg") :]))

    def png(self, dpi: int = 150) -> bytes:
        """Give it as PNG."""
        out = io.BytesIO()
        with settings():
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
        return out.getvalue()


def colour(place: int) -> str:
    """Give the colour of a source by its place, busiest first; -1 where there is none."""
    return NO_SOURCE if place < 0 else SOURCES[place % len(SOURCES)]


def _rounded(path: re.Match[str]) -> str:
    """Give a path to a hundredth of a point: nobody sees less, and it is half as long."""
    return _DIGITS.sub(r"\1", path[0])


def settings() -> Any:
    """Give a context in which figures are drawn and written our way."""
    import matplotlib as mpl

    return mpl.rc_context(cast(Any, _rc()))


def _rc() -> dict[str, Any]:
    return {
        "font.family": [_type(), "DejaVu Sans"],
        "font.size": 9.5,
        "text.color": INK,
        "axes.edgecolor": LINE,
        "axes.labelcolor": SOFT,
        "axes.facecolor": CARD,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.unicode_minus": True,
        "axes.grid": False,
        "figure.facecolor": CARD,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "svg.hashsalt": _SALT,
        "svg.fonttype": "path",
        "path.simplify": True,
        "hatch.linewidth": 0.6,
        "hatch.color": NO_SOURCE,
    }


@cache
def _type() -> str:
    """Make our typeface known, in two weights; where it cannot be cut, the library's own."""
    from matplotlib.font_manager import FontEntry, fontManager

    from kedut.report.print_fonts import cut

    try:
        fonts = {weight: cut(f"plus-jakarta-sans-latin-{weight}.ttf") for weight in (400, 700)}
    except ImportError:  # what unpacks our typeface comes with the packages for PDF
        return "DejaVu Sans"
    folder = Path(tempfile.mkdtemp(prefix="kedut-type-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for weight, font in fonts.items():
        file = folder / f"{weight}.ttf"
        _named(font, f"kedut-{weight}", file)
        fontManager.ttflist.append(
            FontEntry(fname=str(file), name=_FAMILY, style="normal", weight=weight)
        )
    return _FAMILY


def _named(font: bytes, name: str, file: Path) -> None:
    """Write a font under a name of its own: in an SVG a letter's shape goes by the font's name."""
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(font), recalcTimestamp=False) as whole:
        whole["name"].setName(name, 6, 3, 1, 0x409)
        whole["name"].removeNames(nameID=6, platformID=1)
        whole.save(file)


def draw(
    rows: int = 1,
    *,
    height_in: float = 2.4,
    width_in: float = WIDTH_IN,
    columns: int = 1,
    heights: Sequence[float] | None = None,
    share_x: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Give an empty figure with its axes, row by row; nothing global is touched."""
    from matplotlib.figure import Figure

    with settings():
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        axes = figure.subplots(
            rows,
            columns,
            squeeze=False,
            sharex="all" if share_x else "none",
            height_ratios=heights,
        )
        found = [one for row in axes for one in row]
        for one in found:
            for side in ("top", "right"):
                one.spines[side].set_visible(False)
            one.tick_params(length=3, width=0.6)
    return figure, found


def decimal(axes: Axes, language: str, which: str = "both") -> None:
    """Write the ticks of linear axes as the language writes numbers."""
    from matplotlib.ticker import FuncFormatter

    from kedut.report.measure_numbers import figure

    told = FuncFormatter(
        lambda value, _place: figure(value, language, 7).replace("-", "\N{MINUS SIGN}")
    )
    if which in ("both", "x"):
        axes.xaxis.set_major_formatter(told)
    if which in ("both", "y"):
        axes.yaxis.set_major_formatter(told)
