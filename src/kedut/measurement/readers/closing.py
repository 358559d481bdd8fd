"""Files that are let go of: when they are done with, and when what is done with them fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TypeVar


class _Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closable)


@contextmanager
def closed_on_failure(thing: C) -> Iterator[C]:
    """Give something open; it is closed when what is done with it fails, and left open else."""
    try:
        yield thing
    except BaseException:
        thing.close()
        raise


class Closes:
    """What may be used as a context, and is closed at its end."""

    def close(self) -> None:
        """Let go of the file."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
