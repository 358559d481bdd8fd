"""A typed decorator for functions compiled by numba; imported only where numba is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])

# Sums may be taken in another order (for vector instructions); infinities stay infinities.
_FLAGS = {"reassoc", "contract", "nsz", "arcp"}


def compiled(function: F) -> F:
    """Compile a function on first use and keep the machine code on disk."""
    return cast(F, njit(cache=True, fastmath=_FLAGS, error_model="numpy")(function))


def compiled_to_the_bit(function: F) -> F:
    """Compile a function so that every sum, product and quotient is rounded as Python rounds it."""
    return cast(F, njit(cache=True, error_model="numpy")(function))
