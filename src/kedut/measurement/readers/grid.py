"""Places of electrodes become columns and rows, where they lie on an even grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from kedut.measurement.readers.offered import Offered

_MILLIMETRES: Final = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
_OFF: Final = 0.15  # constant: of the spacing, by which an electrode may lie off its place
_LEAST: Final = 4  # constant: electrodes of a grid; three and fewer are single leads
Rows = list[dict[str, str]]


def placed(
    offered: list[Offered],
    channels: Rows,
    electrodes: Rows,
    units: dict[str, str],
    notes: list[str],
) -> list[Offered]:
    """Give the channels with their places; several grids stand apart, one after the other."""
    if not electrodes:
        return offered
    by_name = {row.get("name", ""): row for row in channels}
    spots: dict[str, dict[int, tuple[float, float]]] = {}
    for at, one in enumerate(offered):
        row = by_name.get(one.name, {})
        spot = _electrode(row.get("signal_electrode") or one.name, row.get("group", ""), electrodes)
        if spot is not None and one.kind != "other":
            group, x, y = spot
            spots.setdefault(group, {})[at] = (x, y)
    out, shift, grids = list(offered), 0, 0
    for group, places in spots.items():
        grid = _grid(places)
        if grid is None:
            continue
        cells, spacing = grid
        by = _MILLIMETRES.get(units.get(group, units.get("", "mm")), None)
        for at, (column, row_at) in cells.items():
            out[at] = replace(
                out[at],
                column=column + shift,
                row=row_at,
                spacing_mm=None if by is None else spacing * by,
            )
        shift += max(column for column, _ in cells.values()) + 2
        grids += 1
    if grids > 1:
        notes.append(f"{grids} grids: set side by side with an empty column between them")
    return out


def _electrode(name: str, group: str, electrodes: Rows) -> tuple[str, float, float] | None:
    for row in electrodes:
        if row.get("name") == name and group in {"", row.get("group", group)}:
            try:
                x, y = float(row["x"]), float(row["y"])
            except (KeyError, ValueError):
                return None
            if np.isfinite([x, y]).all() and max(abs(x), abs(y)) < 1e6:
                return row.get("coordinate_system") or row.get("group") or "", x, y
            return None
    return None


def _grid(
    places: dict[int, tuple[float, float]],
) -> tuple[dict[int, tuple[int, int]], float] | None:
    """Give columns and rows, and the spacing; none where they lie on no even grid."""
    if len(places) < _LEAST:
        return None
    spots = np.array(list(places.values()))
    steps = [np.diff(np.unique(np.round(spots[:, axis], 6))) for axis in (0, 1)]
    every = np.concatenate(steps)
    if not len(every):
        return None
    spacing = float(every.min())
    cells = (spots - spots.min(axis=0)) / spacing
    whole = np.round(cells).astype(int)
    if np.abs(cells - whole).max() > _OFF or len({tuple(one) for one in whole}) < len(whole):
        return None
    if (whole.max(axis=0) + 1).prod() > 4 * len(whole):  # mostly empty: single leads on a limb
        return None
    return {at: (int(x), int(y)) for at, (x, y) in zip(places, whole, strict=True)}, spacing
