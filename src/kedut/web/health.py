"""Whether the server lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

import kedut
from kedut.storage.errors import StoreUnavailable
from kedut.web.render import knowledge_of

router = APIRouter(include_in_schema=False)
_TRY_AGAIN_AFTER_S = 5


@router.get("/health")
async def health(request: Request) -> dict[str, str]:
    """Say that the process answers, and which versions it runs."""
    return {"status": "ok", **_versions(request)}


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """Say whether the knowledge is there and the database, where one is in use, answers."""
    store: Any = getattr(request.app.state, "store", None)
    if store is not None:
        try:
            store.ready()
        except StoreUnavailable as error:
            return JSONResponse(
                {"status": "unavailable", "what": str(error), **_versions(request)},
                status_code=503,
                headers={"Retry-After": str(_TRY_AGAIN_AFTER_S)},
            )
    return JSONResponse({"status": "ready", **_versions(request)})


def _versions(request: Request) -> dict[str, str]:
    return {
        "software_version": kedut.__version__,
        "knowledge_version": knowledge_of(request).version,
    }
