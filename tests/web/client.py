"""A browser without a screen."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():  # starlette would rather have httpx's successor; both do
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["TestClient"]
