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
_LEAVES = "this server was asked to end; it finishes what is under way"


@router.get("/health")
async def health(request: Request) -> dict[str, str]:
    """Say that the process answers, and which versions it runs."""
    return {"status": "ok", **_versions(request)}


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """Say whether it may get requests: it is not about to end, and something could be kept.

    Nothing is made for that; a database of an older kedut is brought to our schema.
    """
    why = not_ready(request)
    if why is None:
        return JSONResponse({"status": "ready", **_versions(request)})
    status, what = why
    return JSONResponse(
        {"status": status, "what": what, **_versions(request)},
        status_code=503,
        headers={"Retry-After": str(_TRY_AGAIN_AFTER_S)},
    )


def not_ready(request: Request) -> tuple[str, str] | None:
    """Give why it should get no requests, in a word and in a sentence; None where it may."""
    if request.app.state.leaving.now:
        return "leaving", _LEAVES
    try:
        store_of(request).answers()
    except (StoreUnavailable, BadAddress, BadKey) as error:
        # the store's own sentence names files and addresses: for those who run the server only
        _LOG.warning("%s", json.dumps({"event": "store", "what": str(error)}))
        return "unavailable", _WHAT
    return None


def _versions(request: Request) -> dict[str, str]:
    return {
        "software_version": kedut.__version__,
        "knowledge_version": knowledge_of(request).version,
    }
