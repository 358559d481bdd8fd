"""How long the posterior of all causes takes: ours, compiled and clear, and pyAgrum's."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from kedut.bench.agrum import Agrum
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.bedside import Evidence, lay_out, point_tables
from kedut.reasoning.exact import posterior
from kedut.reasoning.exact_fast import FastExact
from kedut.reasoning.network import Network, network_of
from kedut.reasoning.priors import priors_of

Floats = NDArray[np.float64]

ABSENT = 25
FEW_CAUSES = 12
_AGE_YEARS = 45
_SAMPLES = 7
_REPEATS = 5
_AGRUM_SAMPLES = 3
AGRUM_MOST_S = 20
AGRUM_MOST_GB = 6


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds over several sets of findings: the best of repeats each, then their spread."""

    each_ms: tuple[float, ...]

    @property
    def median(self) -> float:
        """Give the median."""
        return statistics.median(self.each_ms)

    @property
    def least(self) -> float:
        """Give the smallest."""
        return min(self.each_ms)


@dataclass(frozen=True, slots=True)
class Contest:
    """Times for one kind of findings; `agrum` holds None for each set it did not finish."""

    label: str
    quick: Timed
    clear: Timed | None
    agrum: tuple[float | None, ...]
    agrum_ratios: tuple[float, ...]
    largest_difference: float


def contests(knowledge: Knowledge) -> Iterator[Contest]:
    """Time one kind of findings after another."""
    network = network_of(knowledge)
    arena = _Arena(network, priors_of(knowledge).chances(_AGE_YEARS, "male"))
    brought = (network.link > 0).sum(axis=0)
    few = np.flatnonzero((brought > 1) & (brought <= FEW_CAUSES))
    anything = np.flatnonzero(brought)
    yield arena.contest(
        f"12 present, {ABSENT} absent; findings that at most {FEW_CAUSES} causes bring",
        partial(_of_these, few, 12),
        clear=True,
        agrum=True,
    )
    yield arena.contest(
        f"12 present, {ABSENT} absent; any findings",
        partial(_of_these, anything, 12),
        clear=True,
        agrum=True,
    )
    for count in (12, 20):
        if count > 12:
            yield arena.contest(
                f"{count} present, {ABSENT} absent; any findings",
                partial(_of_these, anything, count),
            )
        yield arena.contest(
            f"{count} present, {ABSENT} absent; all of one cause",
            partial(_of_one_cause, network, count),
            clear=count == 12,
        )


def _of_these(
    findings: NDArray[np.intp], count: int, draw: np.random.Generator
) -> NDArray[np.intp]:
    chosen: NDArray[np.intp] = draw.choice(findings, count, replace=False)
    return chosen


def _of_one_cause(network: Network, count: int, draw: np.random.Generator) -> NDArray[np.intp]:
    able = np.flatnonzero((network.link > 0).sum(axis=1) >= count)
    links = network.link[draw.choice(able)]
    chosen: NDArray[np.intp] = draw.choice(len(links), count, replace=False, p=links / links.sum())
    return chosen


class _Arena:
    def __init__(self, network: Network, prior: Floats) -> None:
        self.network, self.prior = network, prior
        self.fast = FastExact(network)

    def contest(
        self,
        label: str,
        pick: Callable[[np.random.Generator], NDArray[np.intp]],
        *,
        clear: bool = False,
        agrum: bool = False,
    ) -> Contest:
        draw = np.random.default_rng(len(label))
        quick, slow, others, ratios, difference = [], [], [], [], 0.0
        for sample in range(_SAMPLES):
            evidence = self._evidence(draw, pick(draw))
            ours = best_ms(partial(self.fast.posterior, self.prior, evidence), _REPEATS)
            quick.append(ours)
            if clear and sample < _AGRUM_SAMPLES:
                slow.append(best_ms(partial(self._clear, evidence), 1))
            if agrum and sample < _AGRUM_SAMPLES:
                took, theirs = in_agrum(self.network, self.prior, evidence)
                others.append(took)
                ratios.append((AGRUM_MOST_S * 1000 if took is None else took) / ours)
                if theirs is not None:
                    mine = self.fast.posterior(self.prior, evidence).prevalent[:, 0]
                    difference = max(difference, float(np.abs(mine - theirs).max()))
        return Contest(
            label,
            Timed(tuple(quick)),
            Timed(tuple(slow)) if slow else None,
            tuple(others),
            tuple(ratios),
            difference,
        )

    def _evidence(self, draw: np.random.Generator, present: NDArray[np.intp]) -> Evidence:
        names = self.network.findings
        others = draw.permutation(np.setdiff1d(np.arange(len(names)), present))[:ABSENT]
        return Evidence(
            tuple(names[f] for f in present), tuple(names[f] for f in others), gate=None
        )

    def _clear(self, evidence: Evidence) -> None:
        posterior(self.prior[:, None], lay_out(evidence, point_tables(self.network, evidence)))


def best_ms(work: Callable[[], object], repeats: int) -> float:
    """Give the milliseconds of the best of some repeats, after one to warm up."""
    work()
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def in_agrum(
    network: Network, prior: Floats, evidence: Evidence
) -> tuple[float | None, Floats | None]:
    """Give pyAgrum's milliseconds and answer; None where time or memory did not suffice.

    It runs in a process of its own, with limits: its tables can outgrow any memory.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_infer, args=(theirs, network, prior, evidence))
    process.start()
    theirs.close()
    result: tuple[float | None, Floats | None] = (None, None)
    try:
        if ours.poll(AGRUM_MOST_S):
            result = ours.recv()
    except EOFError:  # it ended without an answer
        pass
    process.kill()
    process.join()
    return result


def _infer(answer: Connection, network: Network, prior: Floats, evidence: Evidence) -> None:
    most = AGRUM_MOST_GB << 30
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        net = Agrum(network, prior, evidence, order=_order(network, evidence))
        start = time.perf_counter()
        found = net.posterior()
        answer.send(((time.perf_counter() - start) * 1000, found))
    except BaseException:  # noqa: BLE001 - pyAgrum tells lack of memory by several types
        answer.close()


def _order(network: Network, evidence: Evidence) -> list[int]:
    """Give pyAgrum the causes in the order that keeps our own tables small."""
    from kedut.reasoning.exact_order import plan_steps

    columns = [network.finding_index[name] for name in evidence.present]
    masks = ((network.link[:, columns] > 0) << np.arange(len(columns))).sum(axis=1)
    own = np.flatnonzero(masks)
    order, enters, leaves = (np.zeros(len(own), np.int64) for _ in range(3))
    plan_steps(masks.astype(np.int64), own.astype(np.int64), order, enters, leaves)
    return [int(c) for c in order]
