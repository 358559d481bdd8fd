"""Memory that is free, given back to the system before other things are made."""

from __future__ import annotations

import ctypes


def give_back() -> bool:
    """Let the system have what arrays have left; gives whether there is a way to do so.

    The C library keeps freed arrays for the next ones, and Python's own objects, the twitches of a
    day, cannot take their place. Only the C library of GNU offers this; elsewhere nothing happens.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return False
    trim(ctypes.c_size_t(0))
    return True
