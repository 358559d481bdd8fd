"""Every figure of the tables, and what the laid-out network looks like at each end of its range.

The tables are compiled anew with many figures moved at once, chosen so that none touches what
another changes: one row of each cause together, all backgrounds together. So what a moved figure
does is what the compiler says, and not a second opinion of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.entities import CALF_MOVEMENT, Link, Prior, Risk
from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade, Sourced
from kedut.reasoning.network import Network, network_of
from kedut.reasoning.priors import Priors, priors_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Row = TypeVar("Row", Link, Risk)

ENDS = ("low", "high")
_LEAST = 1e-6  # constant: no figure is moved to impossible or certain, as in the intervals
_LEAST_RATIO = 1e-3  # constant: the same for ratios
_NOBODY = -1  # the column of what no cause brings
_ALONE = ("leak", "attribute_leak", "state_leak", "gate_leak")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: where it stands, its range, how well it is founded."""

    table: str
    name: str
    value: float
    low: float
    high: float
    grade: Grade
    sources: tuple[str, ...] = ()
    ranged: bool = True

    @property
    def key(self) -> str:
        """Give its name among all tables."""
        return f"{self.table}:{self.name}"


class Cells(NamedTuple):
    """Numbers of one array that an end changes; columns are causes."""

    array: str
    rows: Ints
    columns: Ints
    old: Floats
    new: Floats

    def of(self, places: list[int]) -> Cells:
        """Give some of them alone."""
        rows, columns = self.rows[places], self.columns[places]
        return Cells(self.array, rows, columns, self.old[places], self.new[places])


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """What one end of a figure changes.

    cause : the one cause concerned, or -1
    factors : factor → by how much its presence and absence shift log-odds of causes (2, C)
    row, chance : a prior's row and its other chance
    priors : other priors altogether
    harm : the level whose threshold is another, and the other threshold
    """

    cause: int = _NOBODY
    cells: tuple[Cells, ...] = ()
    factors: dict[str, Floats] = field(default_factory=dict)
    row: Prior | None = None
    chance: float = 0.0
    priors: Priors | None = None
    harm: tuple[str, float] | None = None

    def __bool__(self) -> bool:
        return bool(self.cells or self.factors or self.row or self.priors or self.harm)


class Moved(NamedTuple):
    """A figure with its two patches."""

    figure: Figure
    patches: tuple[Patch, Patch]


def moved_figures(knowledge: Knowledge) -> Iterator[Moved]:
    """Give every figure that an urgency or a chance rests on, with what its ends change."""
    yield from _of_links(knowledge)
    yield from _of_risks(knowledge)
    yield from _of_backgrounds(knowledge)
    yield from _of_priors(knowledge)
    yield from _of_decisions(knowledge)


class _Layout:
    """A network as arrays, rows of findings by columns of causes."""

    def __init__(self, network: Network) -> None:
        names = list(network.variables)
        self.arrays: dict[str, Floats] = {
            "link": network.link.T,
            "gate": network.gate[None],
            "attribute": network.attribute.T,
            "state": np.concatenate([network.variables[name].T for name in names]),
            "leak": network.leak,
            "attribute_leak": network.attribute_leak,
            "state_leak": np.concatenate([network.variable_leak[name] for name in names]),
            "gate_leak": np.array([network.gate_leak]),
        }
        shape = (2, len(network.causes))
        self.factors: dict[str, Floats] = {}
        for name, factors in network.factors.items():
            shifts = self.factors[name] = np.zeros(shape)
            for factor in factors:
                shifts[0, factor.cause] += factor.present
                shifts[1, factor.cause] += factor.absent


def _patch_of_cause(before: _Layout, after: _Layout, cause: int) -> Patch:
    """Give what differs in one cause's column."""
    cells = []
    for array, old in before.arrays.items():
        if array in _ALONE:
            continue
        rows = np.flatnonzero(old[:, cause] != after.arrays[array][:, cause])
        if len(rows):
            column = np.full(len(rows), cause)
            new = after.arrays[array][rows, cause]
            cells.append(Cells(array, rows, column, old[rows, cause], new))
    factors = {}
    for name, shifts in before.factors.items():
        change = after.factors[name][:, cause] - shifts[:, cause]
        if change.any():
            factors[name] = np.zeros_like(shifts)
            factors[name][:, cause] = change
    return Patch(cause=cause, cells=tuple(cells), factors=factors)


def _patch_of_rows(
    before: _Layout, after: _Layout, rows: dict[str, list[int]], factor: str = ""
) -> Patch:
    """Give what differs in some rows of some arrays."""
    cells = []
    for array, wanted in rows.items():
        old, new = before.arrays[array][wanted], after.arrays[array][wanted]
        found = np.nonzero(old != new)
        if len(found[0]):
            columns = found[1] if old.ndim > 1 else np.full(len(found[0]), _NOBODY)
            cells.append(Cells(array, np.array(wanted)[found[0]], columns, old[found], new[found]))
    factors = {}
    if factor in before.factors:
        change = after.factors[factor] - before.factors[factor]
        if change.any():
            factors[factor] = change
    return Patch(cells=tuple(cells), factors=factors)


def _at(figure: Sourced, end: str) -> Sourced:
    """Give a figure moved to an end; its range stays."""
    value = min(max(getattr(figure, end), _LEAST), 1 - _LEAST)
    low, high = min(figure.low, value), max(figure.high, value)
    return replace(figure, value=value, low=low, high=high)


def _in_turn(keys: Iterable[int]) -> list[int]:
    """Give for each row which one of its cause it is."""
    count: dict[int, int] = {}
    turns = []
    for key in keys:
        turns.append(count.get(key, 0))
        count[key] = turns[-1] + 1
    return turns


def _of_links(knowledge: Knowledge) -> Iterator[Moved]:
    network = network_of(knowledge)

    def cause(row: Link) -> int:
        used = row.role in ("finding", "measured")
        return network.cause_index.get(row.cause, _NOBODY) if used else _NOBODY

    def compiled(rows: tuple[Link, ...]) -> Network:
        return network_of(replace(knowledge, links=rows))

    def moved(row: Link, end: str) -> Link:
        return replace(row, p=_at(row.p, end))

    patches = _by_turns(network, knowledge.links, cause, moved, compiled)
    for place, both in patches.items():
        row = knowledge.links[place]
        yield Moved(_sourced("links", f"{row.cause}/{row.finding}", row.p), both)


def _of_risks(knowledge: Knowledge) -> Iterator[Moved]:
    network = network_of(knowledge)

    def cause(row: Risk) -> int:
        used = row.role in ("risk", "amplifier")
        return network.cause_index.get(row.cause, _NOBODY) if used else _NOBODY

    def compiled(rows: tuple[Risk, ...]) -> Network:
        return network_of(replace(knowledge, risks=rows))

    def moved(row: Risk, end: str) -> Risk:
        most = np.inf if row.measure in ("OR", "RR", "HR") else 1 - _LEAST_RATIO
        return replace(row, value=float(np.clip(getattr(row, end), _LEAST_RATIO, most)))

    patches = _by_turns(network, knowledge.risks, cause, moved, compiled)
    for place, both in patches.items():
        row = knowledge.risks[place]
        yield Moved(
            Figure(
                table="risks",
                name=f"{row.cause}/{row.factor}",
                value=row.value,
                low=row.low,
                high=row.high,
                grade=row.grade,
                sources=row.sources,
            ),
            both,
        )


def _by_turns(
    network: Network,
    rows: tuple[Row, ...],
    cause: Callable[[Row], int],
    moved: Callable[[Row, str], Row],
    compiled: Callable[[tuple[Row, ...]], Network],
) -> dict[int, tuple[Patch, Patch]]:
    """Give the patches of rows by place; one row of each cause is moved at a time."""
    before = _Layout(network)
    causes = [cause(row) for row in rows]
    turns = _in_turn(causes)
    found: dict[int, list[Patch]] = {p: [] for p, c in enumerate(causes) if c != _NOBODY}
    for turn in range(1 + max((turns[place] for place in found), default=-1)):
        now = {place for place in found if turns[place] == turn}
        for end in ENDS:
            other = tuple(moved(row, end) if p in now else row for p, row in enumerate(rows))
            after = _Layout(compiled(other))
            for place in now:
                found[place].append(_patch_of_cause(before, after, causes[place]))
    return {place: (both[0], both[1]) for place, both in found.items()}


def _of_backgrounds(knowledge: Knowledge) -> Iterator[Moved]:
    """Give backgrounds: all together, but the states of one variable each alone."""
    network = network_of(knowledge)
    before = _Layout(network)
    states = {
        finding: variable
        for variable, members in knowledge.variables.items()
        for finding, its in members.items()
        if len(its) == 1
    }
    first: dict[str, int] = {}
    for name in network.variables:
        first[name] = sum(network.variables[other].shape[1] for other in first)
    together = [name for name in knowledge.background if name not in states]

    def laid_out(names: Iterable[str], end: str) -> _Layout:
        wanted = set(names)
        background = {
            name: replace(row, p=_at(row.p, end)) if name in wanted else row
            for name, row in knowledge.background.items()
        }
        return _Layout(network_of(replace(knowledge, background=background)))

    all_moved = [laid_out(together, end) for end in ENDS]
    for name, row in knowledge.background.items():
        if name in states:
            after = [laid_out([name], end) for end in ENDS]
            start = first[states[name]]
            its = list(range(start, start + network.variables[states[name]].shape[1]))
            rows = {"state": its, "state_leak": its}
        else:
            after, rows = all_moved, _rows_of(network, name)
        low, high = (_patch_of_rows(before, other, rows, name) for other in after)
        yield Moved(_sourced("background", name, row.p), (low, high))


def _rows_of(network: Network, name: str) -> dict[str, list[int]]:
    """Give the rows that hang on the background of a finding."""
    if name == CALF_MOVEMENT:
        return {"gate_leak": [0]}
    if name in network.finding_index:
        place = [network.finding_index[name]]
        return {"link": place, "leak": place}
    if name in network.attributes:
        place = [network.attributes[name]]
        return {"attribute": place, "attribute_leak": place}
    return {}


def _of_priors(knowledge: Knowledge) -> Iterator[Moved]:
    network = network_of(knowledge)
    for row in knowledge.priors:
        if row.cause not in network.cause_index:
            continue
        cause = network.cause_index[row.cause]
        low, high = (Patch(cause=cause, row=row, chance=_at(row.chance, end).value) for end in ENDS)
        group = f"{row.age_from:g}-{row.age_to:g} {row.sex}".strip()
        yield Moved(_sourced("priors", f"{row.cause}/{group}", row.chance), (low, high))


def _of_decisions(knowledge: Knowledge) -> Iterator[Moved]:
    """Give the decisions that no study ranges: who asks, and when expected harm counts.

    They are halved and doubled.
    """
    for row in knowledge.tables["decisions"]:
        key, value = row["key"], knowledge.decisions[row["key"]]
        if not key.startswith(("ask.", "harm.")):
            continue
        most = np.inf if key == "ask.causes_per_person" else 1 - _LEAST_RATIO
        low, high = value / 2, float(min(2 * value, most))
        both = tuple(_decided(knowledge, key, end) for end in (low, high))
        yield Moved(
            Figure(
                table="decisions",
                name=key,
                value=value,
                low=low,
                high=high,
                grade=Grade(row["grade"]),
                sources=tuple(k for k in row["source_keys"].split(";") if k),
                ranged=False,
            ),
            (both[0], both[1]),
        )


def _decided(knowledge: Knowledge, key: str, value: float) -> Patch:
    if key.startswith("harm."):
        return Patch(harm=(key.removeprefix("harm."), value))
    other = replace(knowledge, decisions={**knowledge.decisions, key: value})
    return Patch(priors=priors_of(other))


def _sourced(table: str, name: str, p: Sourced) -> Figure:
    return Figure(
        table=table,
        name=name,
        value=p.value,
        low=p.low,
        high=p.high,
        grade=p.grade,
        sources=p.sources,
    )
