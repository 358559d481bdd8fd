"""Invented networks and evidence, from a random generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.bedside import Bedside, Bits, Evidence, Gate, Interval
from kedut.reasoning.network import Network

Floats = NDArray[np.float64]


def invented_network(
    draw: np.random.Generator,
    *,
    causes: int,
    findings: int,
    parents: int,
    attributes: int = 2,
    states: tuple[int, ...] = (4, 2),
) -> Network:
    """Give a network in which each finding has at most so many causes."""
    link = np.zeros((causes, findings))
    for f in range(findings):
        count = int(draw.integers(0, min(parents, causes) + 1))
        link[draw.choice(causes, count, replace=False), f] = draw.uniform(0.01, 0.99, count)
    names = tuple(f"c{c:02d}" for c in range(causes))
    gate = draw.random(causes) * (draw.random(causes) < 0.6)
    variables = {f"v{n}": draw.dirichlet(np.ones(s), causes) for n, s in enumerate(states)}
    return Network(
        causes=names,
        cause_index={name: c for c, name in enumerate(names)},
        findings=tuple(f"f{f:02d}" for f in range(findings)),
        finding_index={f"f{f:02d}": f for f in range(findings)},
        link=link,
        leak=10 ** draw.uniform(-4, -0.5, findings),
        gate=gate,
        gate_leak=float(draw.uniform(0.01, 0.2)),
        attributes={f"a{a}": a for a in range(attributes)},
        attribute=draw.uniform(0.01, 0.99, (causes, attributes)),
        attribute_leak=draw.uniform(0.01, 0.99, attributes),
        variables=variables,
        variable_leak={f"v{n}": draw.dirichlet(np.ones(s)) for n, s in enumerate(states)},
        factors={},
        total={},
        background={},
    )


def invented_prior(draw: np.random.Generator, network: Network) -> Floats:
    """Give chances (C,) from very rare to common."""
    prior: Floats = 10 ** draw.uniform(-5, -0.3, len(network.causes))
    return prior


def invented_evidence(
    draw: np.random.Generator,
    network: Network,
    *,
    present: int,
    absent: int,
    gated: bool | None = None,
) -> Evidence:
    """Give evidence; with a moving calf also attributes and runs of states."""
    order = [network.findings[f] for f in draw.permutation(len(network.findings))]
    moves = bool(draw.random() < 0.6) if gated is None else gated
    there, away = tuple(order[:present]), tuple(order[present : present + absent])
    if not moves:
        return Evidence(there, away, None if draw.random() < 0.5 else False)
    told = [(name, draw.random()) for name in network.attributes]
    states = tuple(
        (name, runs)
        for name, table in network.variables.items()
        if draw.random() < 0.7 and (runs := _runs(draw, table.shape[1]))
    )
    return Evidence(
        there,
        away,
        True,
        tuple(name for name, at in told if at < 0.4),
        tuple(name for name, at in told if at > 0.8),
        states,
    )


def _runs(draw: np.random.Generator, states: int) -> tuple[Interval, ...]:
    possible = [s for s in range(1, states + 1) if draw.random() < 0.5]
    if not possible or len(possible) == states:
        return ()
    runs: list[Interval] = []
    for s in possible:
        if runs and runs[-1][1] == s - 1:
            runs[-1] = (runs[-1][0], s)
        else:
            runs.append((s, s))
    return tuple(runs)


def small_bedside(draw: np.random.Generator) -> tuple[Floats, Bedside]:
    """Give a prior (C, 1) and evidence small enough to enumerate every set of causes."""
    causes, plain, attributes = (int(draw.integers(low, 5)) for low in (1, 0, 0))
    gated = plain == 0 or draw.random() < 0.6
    link = draw.random((causes, plain)) * (draw.random((causes, plain)) < 0.6)
    leak = draw.random(plain) * 0.3
    bits = _bits(link, 1 - link, leak, 1 - leak, draw.random(causes))
    if not gated:
        return draw.random((causes, 1)), Bedside(bits, (None,))
    explain, leak_explain = draw.random((causes, attributes)), draw.random(attributes)
    miss = (1 - explain) * draw.random((causes, attributes))
    leak_miss = (1 - leak_explain) * draw.random(attributes)
    gate = Gate(
        (draw.random(causes) * (draw.random(causes) < 0.8))[:, None],
        np.array([draw.random() * 0.2 + 0.01]),
        _bits(explain, miss, leak_explain, leak_miss, draw.random(causes)),
        np.array([draw.random()]),
    )
    return draw.random((causes, 1)), Bedside(bits, (gate,))


def _bits(
    explain: Floats, miss: Floats, leak_explain: Floats, leak_miss: Floats, weight: Floats
) -> Bits:
    return Bits(
        explain[..., None],
        miss[..., None],
        leak_explain[:, None],
        leak_miss[:, None],
        weight[:, None],
    )
