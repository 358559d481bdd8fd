"""What the server counts for those who run it: how many, how fast, how it is; nothing of a person.

Of an address its pattern, of an answer its status and time. No finding, no level, no link, nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from starlette.types import Scope

import kedut
from kedut.web.health import not_ready
from kedut.web.logs import method_of, route_of
from kedut.web.render import knowledge_of

if TYPE_CHECKING:
    from prometheus_client import Metric

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the name prometheus_client reads when it is imported
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
_NONE = "-"  # no address of ours
_FAULT = 500

router = APIRouter(include_in_schema=False)


class Metrics:
    """The counts of one worker; where several share a folder, what is read is of all of them."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self._requests = Counter(
            "kedut_requests", "Requests answered", ("method", "route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "kedut_request_seconds", "From the head of a request to the end of its answer",
            ("route",), buckets=BUCKETS_S, registry=self.registry,
        )  # fmt: skip
        self._faults = Counter(
            "kedut_faults", "Answers that failed by a fault of ours", registry=self.registry
        )
        self._here = Gauge(
            "kedut_requests_in_flight", "Requests under way; recordings wait and are measured",
            ("kind",), multiprocess_mode="livesum", registry=self.registry,
        )  # fmt: skip

    @contextmanager
    def here(self, *, recording: bool) -> Iterator[None]:
        """Count a request as under way while the context lasts."""
        gauge = self._here.labels("recording" if recording else "other")
        gauge.inc()
        try:
            yield
        finally:
            gauge.dec()

    def answered(self, scope: Scope, status: int, taken_s: float) -> None:
        """Count an answer."""
        route = route_of(scope) or _NONE
        self._requests.labels(method_of(scope), route, str(status)).inc()
        self._seconds.labels(route).observe(taken_s)
        if status == _FAULT:
            self._faults.inc()


class _State:
    """What is looked up when somebody asks."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def collect(self) -> Iterator[Metric]:
        """Give whether the server is ready, and what it is."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        told = {
            "software_version": kedut.__version__,
            "knowledge_version": knowledge_of(self._request).version,
        }
        yield InfoMetricFamily("kedut", "Which versions run", told)
        ready = float(not_ready(self._request) is None)
        yield GaugeMetricFamily("kedut_ready", "1: it may get requests; as /ready says", ready)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Give the counts, in the form that Prometheus reads."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    ours: Metrics = request.app.state.metrics
    read: Any = CollectorRegistry()  # of this answer only
    folder = os.environ.get(FOLDER)
    if folder:
        _add_all(Path(folder), read)
    else:
        read.register(ours.registry)
    read.register(_State(request))
    encoder, kind = choose_encoder(request.headers.get("accept", ""))
    named = {"Content-Disposition": 'attachment; filename="metrics.txt"'}
    return Response(encoder(read), media_type=kind, headers=named)


def _add_all(folder: Path, registry: Any) -> None:
    """Add the counts of all workers; what was under way at one that was killed no longer is."""
    from prometheus_client.multiprocess import MultiProcessCollector

    for file in folder.glob("*.db"):
        with suppress(FileNotFoundError):
            unwritten = file.stat().st_size == 0  # killed before its first count
            passing = file.name.startswith("gauge_live")
            if (passing or unwritten) and not _lives(file.stem.rpartition("_")[2]):
                file.unlink()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call] # it has no types


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
