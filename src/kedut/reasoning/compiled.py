"""A typed decorator for functions compiled by numba; imported only where numba is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function on first use and keep the machine code on disk."""
    # Sums may be taken in another order (for vector instructions); infinities stay infinities.
    flags = {"reassoc", "contract", "nsz", "arcp"}
    return cast(F, njit(cache=True, fastmath=flags, error_model="numpy")(function))
