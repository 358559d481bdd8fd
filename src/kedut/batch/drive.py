"""Parts are handed to an engine, some at a time, until each is done."""

from __future__ import annotations

import errno
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

from kedut.batch.engines import Engine, Lost
from kedut.batch.errors import Stopped
from kedut.batch.job import Job, Outcome
from kedut.batch.part import Part

_STRIKES = 5  # times a part may be lost
_FULL = {errno.ENOSPC, errno.EDQUOT}


def each(
    engine: Engine, job: Job, parts: Iterable[Part], check: Callable[[], None]
) -> Iterator[tuple[Part, Outcome]]:
    """Give each part with what came of it, in the order in which they end.

    Parameters
    ----------
    check : called now and then; what it raises ends the run

    Raises
    ------
    Stopped
        The disk is full, or a part ends every worker that takes it.
    """
    waiting = deque(parts)
    strikes: Counter[str] = Counter()
    under_way = 0
    while waiting or under_way:
        check()
        while waiting and under_way < engine.room():
            part = waiting.popleft()
            try:
                engine.submit(job, part)
                under_way += 1
            except Lost:
                waiting.appendleft(part)
                break
        for part, came in engine.ended():
            under_way -= 1
            if isinstance(came, Outcome):
                yield part, came
                continue
            strikes[part.key] += 1
            if not isinstance(came, Lost | OSError) or _is_full(came):
                raise _stopped(part, came)
            if strikes[part.key] >= _STRIKES:
                raise _stopped(part, came)
            waiting.appendleft(part)


def _is_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _FULL


def _stopped(part: Part, error: BaseException) -> Stopped:
    """Say why a run stops, as far as it can be told."""
    if isinstance(error, Stopped):
        return error
    name = str(getattr(part.source, "name", ""))
    again = "run the same again: what is done is kept"
    if isinstance(error, OSError):
        where = str(error.filename or name)
        remedy = f"make room, then {again}" if _is_full(error) else again
        return Stopped(where, error.strerror or str(error), remedy)
    if isinstance(error, Lost):
        return Stopped(name, f"its worker was ended {_STRIKES} times ({error})", again)
    raise error
