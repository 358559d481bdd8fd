"""The same network in pyAgrum, to compare answers and speed with lazy propagation.

Noisy-OR nodes come from `addNoisyORNet`. A finding that many causes bring is built in steps, each
node taking up a few causes and the node before (parent divorcing): the same distribution, without a
table over all parents. Absent findings are absorbed into the priors, as ours absorbs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.bedside import Evidence
from kedut.reasoning.network import Network

Floats = NDArray[np.float64]

_PARENTS_AT_ONCE = 1


class Agrum:
    """A Bayesian network in pyAgrum for one prior and some evidence, with that evidence."""

    def __init__(
        self,
        network: Network,
        prior: Floats,
        evidence: Evidence,
        order: Sequence[int] | None = None,
    ) -> None:
        import pyagrum

        self._module: Any = pyagrum
        self.net: Any = self._module.BayesNet()
        self.evidence: dict[str, Any] = {}
        self.network = network
        self.given = evidence
        self.prior = absorbed(network, prior, evidence)
        for c, name in enumerate(network.causes):
            self._binary(f"cause {name}", float(self.prior[c]))
        for name in evidence.present:
            f = network.finding_index[name]
            parents = {
                f"cause {network.causes[c]}": float(network.link[c, f])
                for c in (range(len(network.causes)) if order is None else order)
                if network.link[c, f] > 0
            }
            self._noisy_or(f"finding {name}", float(network.leak[f]), parents)
        if evidence.gate:
            self._gate()

    def posterior(self) -> Floats:
        """Give P(cause is there | findings) (C,) by lazy propagation."""
        inference = self._module.LazyPropagation(self.net)
        inference.setEvidence(self.evidence)
        names = [f"cause {name}" for name in self.network.causes]
        inference.setTargets(set(names))
        inference.makeInference()
        return np.array([inference.posterior(name)[1] for name in names])

    def _binary(self, name: str, chance: float) -> None:
        self.net.add(self._module.LabelizedVariable(name, "", 2))
        self.net.cpt(name).fillWith([1 - chance, chance])

    def _noisy_or(self, name: str, leak: float, parents: dict[str, float]) -> None:
        """Add a finding and its evidence: present."""
        todo = list(parents.items())
        before, step = None, 0
        while True:
            some, todo = todo[:_PARENTS_AT_ONCE], todo[_PARENTS_AT_ONCE:]
            node = name if not todo else f"{name} step {step}"
            variable = self._module.LabelizedVariable(node, "", 2)
            self.net.addNoisyORNet(variable, leak if before is None else 0.0)
            if before is not None:
                self.net.addWeightedArc(before, node, 1.0)
            for parent, weight in some:
                self.net.addWeightedArc(parent, node, weight)
            before, step = node, step + 1
            if not todo:
                break
        self.evidence[name] = 1

    def _gate(self) -> None:
        """Add what moves the calf, and how each movement looks."""
        network, given = self.network, self.given
        moving = {"": float(network.gate_leak)}
        self._binary("moved ", moving[""])
        for c in np.flatnonzero(network.gate):
            name = network.causes[c]
            moving[name] = float(network.gate[c])
            self.net.add(self._module.LabelizedVariable(f"moved {name}", "", 2))
            self.net.addArc(f"cause {name}", f"moved {name}")
            self.net.cpt(f"moved {name}").fillWith([1, 0, 1 - moving[name], moving[name]])
        self._noisy_or("moves", 0.0, {f"moved {name}": 1.0 for name in moving})
        rows = [network.cause_index.get(name, -1) for name in moving]
        for name in (*given.shown, *given.not_shown):
            a = network.attributes[name]
            weights = [
                network.attribute[c, a] if c >= 0 else network.attribute_leak[a] for c in rows
            ]
            parents = {f"moved {m}": float(w) for m, w in zip(moving, weights, strict=True)}
            self._noisy_or(f"attribute {name}", 0.0, parents)
            self.evidence[f"attribute {name}"] = int(name in given.shown)
        for variable, runs in given.states:
            table, leak = network.variables[variable], network.variable_leak[variable]
            self._greatest(
                variable,
                {m: table[c] if c >= 0 else leak for m, c in zip(moving, rows, strict=True)},
            )
            states = {s for first, last in runs for s in range(first, last + 1)}
            self.evidence[f"variable {variable}"] = [
                float(s in states) for s in range(len(leak) + 1)
            ]

    def _greatest(self, variable: str, tables: dict[str, Floats]) -> None:
        """Add an exclusive variable: the greatest state of all movements; 0 stands for none."""
        names, before = list(tables), ""
        for name in names:
            states = len(tables[name]) + 1
            own = f"state {variable} of {name}"
            self.net.add(self._module.LabelizedVariable(own, "", states))
            self.net.addArc(f"moved {name}", own)
            still = [1.0] + [0.0] * (states - 1)
            self.net.cpt(own).fillWith([*still, 0.0, *map(float, tables[name])])
            last = name == names[-1]
            node = f"variable {variable}" if last else f"greatest {variable} to {name}"
            self.net.add(self._module.LabelizedVariable(node, "", states))
            self.net.addArc(own, node)
            if before:
                self.net.addArc(before, node)
            for mine in range(states):
                for theirs in range(states) if before else (0,):
                    given = {own: mine} | ({before: theirs} if before else {})
                    at = max(mine, theirs)
                    self.net.cpt(node)[given] = [float(s == at) for s in range(states)]
            before = node


def absorbed(network: Network, prior: Floats, evidence: Evidence) -> Floats:
    """Give the priors (C,) after the absent findings, each cause by itself."""
    away = [network.finding_index[name] for name in evidence.absent]
    weight = np.prod(1 - network.link[:, away], axis=1)
    if evidence.gate is False:
        weight = weight * (1 - network.gate)
    after: Floats = prior * weight / (1 - prior + prior * weight)
    return after
