"""What is to be done with every part, small enough to be sent along with each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kedut.batch.part import key_of
from kedut.knowledge.knowledge_base import Knowledge

SHAPE = "1"  # of parts and tables; another one makes all parts be done anew
Loader = Callable[[], Knowledge]
Marker = Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked for.

    kind : `cases` or `recordings`
    load : gives the knowledge, in whatever process; known by its name
    mark : gives the mark of the knowledge of whatever process; where there is none, none is asked
    parts : folder for what is done
    patience_s, memory_bytes : for one recording, without a sign of progress and at most
    """

    kind: str
    load: Loader
    parts: str
    software_version: str
    knowledge_version: str
    knowledge_mark: str
    mark: Marker | None = None
    detail: str = "brief"
    lenient: bool = False
    language: str = ""
    modality: str = ""
    patience_s: float = 600.0
    memory_bytes: int = 4 << 30
    threads: int = 1

    def sealed(self) -> str:
        """Give a text that differs where any option differs that an answer depends on."""
        return key_of(
            SHAPE, self.kind, self.software_version, self.knowledge_version, self.knowledge_mark,
            self.detail, str(self.lenient), self.language if self.detail == "full" else "",
            self.modality,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a part; `cpu_s` with all processes that worked for it."""

    results: int
    errors: int
    cpu_s: float
    reused: bool = field(default=False)


Tables = dict[str, Any]  # of pyarrow, by name: results, events, errors
