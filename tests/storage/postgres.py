"""PostgreSQL for the tests: a server of their own, thrown away; left out loudly where it is not."""

from __future__ import annotations

from kedut.bench.postgres import PostgresServer, binaries

__all__ = ["HOW", "PostgresServer", "binaries"]

HOW = (
    "PostgreSQL is not installed, so its half of the storage tests is left out; "
    "install it with `apt-get install postgresql`"
)
