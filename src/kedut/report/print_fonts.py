"""Our font in the weights that print needs, made from the variable one; nothing else is fetched.

The library would cut the weights itself, and write the time of day into them: made here, the same
note gives the same bytes.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

FONTS = Path(__file__).parent / "fonts"
_NAME = re.compile(r"(plus-jakarta-sans-[a-z-]+)-([4-7]00)\.ttf")
WEIGHTS = {"plus-jakarta-sans-latin": (400, 600, 700), "plus-jakarta-sans-latin-ext": (400,)}
ADDRESS = "kedut-fonts:///"


@lru_cache(maxsize=8)
def cut(name: str) -> bytes:
    """Give the font of a name like `plus-jakarta-sans-latin-700.ttf`.

    Raises
    ------
    LookupError
        It is none of ours.
    """
    found = _NAME.fullmatch(name)
    if not found or int(found[2]) not in WEIGHTS.get(found[1], ()):
        raise LookupError(f"{name!r} is none of our fonts")
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    with TTFont(FONTS / f"{found[1]}-wght-normal.woff2", recalcTimestamp=False) as whole:
        one = instantiateVariableFont(whole, {"wght": float(found[2])})
        one.flavor = None
        out = io.BytesIO()
        one.save(out)
    return out.getvalue()


def only_our_fonts() -> URLFetcher:
    """Give a fetcher that knows our fonts and refuses every other address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyOurFonts(URLFetcher):  # type: ignore[misc] # the library has no types
        """Reads from a fixed list, never from disk by path and never from a network."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002 (the base class's)
            """Give one of our fonts."""
            if not url.startswith(ADDRESS):
                raise LookupError(f"nothing but our fonts is read, not {url}")
            return URLFetcherResponse(
                url, cut(url.removeprefix(ADDRESS)), {"Content-Type": "font/ttf"}
            )

    return OnlyOurFonts()
