"""The store of one worker: opened at the first use, found again when its database comes back."""

from __future__ import annotations

import threading

from fastapi import Request
from starlette.datastructures import State

from kedut.storage.keys import Keys
from kedut.storage.place import default_url
from kedut.storage.store import Store, open_store

_OPENING = threading.Lock()


def store_of(request: Request) -> Store:
    """Give the store; the database itself is asked only when the store is used.

    Raises
    ------
    BadAddress, BadKey
        The server was started with an address or a key that cannot be.
    """
    return store_in(request.app.state)


def store_in(state: State) -> Store:
    """Give the store of an application by its state."""
    store: Store | None = getattr(state, "store", None)
    if store is not None:
        return store
    with _OPENING:
        store = getattr(state, "store", None)
        if store is None:
            keys = Keys.parse(",".join(state.settings.keys))
            address = state.settings.database or default_url()
            store = state.store = open_store(address, keys=keys, at_once=False)
    return store
