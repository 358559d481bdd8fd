"""Which schema this kedut brings a database to, said without loading what speaks to one."""

from __future__ import annotations

from pathlib import Path

_STEPS = Path(__file__).parent / "migrations" / "versions"


def newest_schema() -> str:
    """Give the number of the newest migration, by the names of their files."""
    numbers = [int(file.stem.removeprefix("schema_")) for file in _STEPS.glob("schema_*.py")]
    return str(max(numbers))
