"""Limits of a process that opens files which may hang it or fill the memory."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
_FILES = 128


def bound(*, memory_bytes: int, file_bytes: int, cpu_s: int | None = None) -> None:
    """Set limits that nothing read later can lift; the process ends with the one that started it.

    Parameters
    ----------
    memory_bytes : of addresses; libraries reserve far more than they touch
    file_bytes : of any file it writes
    cpu_s : none: as long as it takes
    """
    limits = [
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CORE, 0),
    ]
    if cpu_s is not None:
        limits.append((resource.RLIMIT_CPU, cpu_s))
    for what, limit in limits:
        _, hard = resource.getrlimit(what)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (most, most))
    die_with_parent()


def die_with_parent() -> None:
    """Let the system end this process when the thread that started it ends, where it can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
