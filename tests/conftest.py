"""How many tests run side by side: half of their time they wait for servers and browsers."""

from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """Give three for two cores."""
    return max(2, 3 * (os.cpu_count() or 1) // 2)
