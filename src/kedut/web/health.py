"""Whether the server lives, and whether it can do its work."""

from __future__ import annotations

import json
import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

import kedut
from kedut.storage.errors import BadAddress, BadKey, StoreUnavailable
from kedut.web.kept_store import store_of
from kedut.web.render import knowledge_of

router = APIRouter(include_in_schema=False)
_LOG = logging.getLogger(__name__)
_TRY_AGAIN_AFTER_S = 5
_WHAT = "the database does not answer; the log of the server says why"


@router.get("/health")
async def health(request: Request) -> dict[str, str]:
    """Say that the process answers, and which versions it runs."""
    return {"status": "ok", **_versions(request)}


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """Say whether the knowledge is there and something could be kept; nothing is made for that."""
    try:
        store_of(request).answers()
    except (StoreUnavailable, BadAddress, BadKey) as error:
        # the store's own sentence names files and addresses: for those who run the server only
        _LOG.warning("%s", json.dumps({"event": "store", "what": str(error)}))
        return JSONResponse(
            {"status": "unavailable", "what": _WHAT, **_versions(request)},
            status_code=503,
            headers={"Retry-After": str(_TRY_AGAIN_AFTER_S)},
        )
    return JSONResponse({"status": "ready", **_versions(request)})


def _versions(request: Request) -> dict[str, str]:
    return {
        "software_version": kedut.__version__,
        "knowledge_version": knowledge_of(request).version,
    }
