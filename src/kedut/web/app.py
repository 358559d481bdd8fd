"""The web application: which address leads to which page."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.datastructures import State

import kedut
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.storage.errors import BadAddress, BadKey, StoreUnavailable
from kedut.storage.store import Store
from kedut.web import (
    api,
    diary,
    doctor,
    fhir_door,
    health,
    interview,
    keep,
    library,
    measure,
    metrics,
    result,
    start,
)
from kedut.web.api_cases import desk_of
from kedut.web.failures import add_failures
from kedut.web.kept_store import store_in
from kedut.web.leaving import Leaving, heed_signals
from kedut.web.measure_folder import sweep
from kedut.web.measure_queue import Queue
from kedut.web.metrics import Metrics
from kedut.web.security import add_security
from kedut.web.settings import Settings, settings_from
from kedut.web.turns import step_back


def create_app(settings: Settings | None = None, knowledge: Knowledge | None = None) -> FastAPI:
    """Give the application; without settings, those of the environment.

    Raises
    ------
    BadSetting
        The environment holds a setting that cannot be.
    """
    app = FastAPI(
        title="kedut",
        version=kedut.__version__,
        lifespan=_life,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would send people to whatever host a request names
        openapi_url="/api/v1/openapi.json",
    )
    app.state.settings = settings or settings_from()
    app.state.knowledge = knowledge or ours()
    app.state.measuring = Queue()
    app.state.leaving = Leaving(app.state.settings.drain_s)
    app.state.metrics = Metrics() if app.state.settings.metrics else None
    if app.state.metrics:
        app.include_router(metrics.router)
    for door in (health, api, fhir_door, start, interview, result, doctor, keep, library, measure):
        app.include_router(door.router)
    app.include_router(diary.router)
    add_failures(app)
    add_security(app)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Make the reasoning fast: in the background where one person waits for the first page.

    Until then it is right, and slower. Behind a proxy others answer meanwhile, so nothing is taken
    before it is fast; the first start of a release may compile for half a minute.
    """
    heed_signals(app.state.leaving)
    warming = threading.Thread(target=_warm, args=(app.state.knowledge,), daemon=True)
    warming.start()
    if app.state.settings.proxies:
        await asyncio.to_thread(warming.join)
    threading.Thread(target=_bring_up, args=(app.state,), daemon=True).start()
    sweep()
    yield
    store: Store | None = getattr(app.state, "store", None)
    if store is not None:
        store.close()


def _bring_up(state: State) -> None:
    """Bring a database of an older kedut to our schema; where that cannot be, /ready says why."""
    with suppress(StoreUnavailable, BadAddress, BadKey):
        store_in(state).answers()


def _warm(knowledge: Knowledge) -> None:
    """Build what is built once, then let no search for garbage look through it again.

    Searching hundreds of thousands of rows that stay would stop a worker for half a second.
    """
    step_back()
    desk_of(knowledge).warm()
    gc.collect()
    gc.freeze()
