"""Probabilities by name: the thin layer between findings and arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.bedside import Evidence, lay_out, point_tables, sorter_of
from kedut.reasoning.exact import Posterior, posterior
from kedut.reasoning.network import network_of
from kedut.reasoning.priors import priors_of

Floats = NDArray[np.float64]

# Widest table taken on: 2 to this many sets of positive findings. Beyond, the findings that tell
# least are left out of the probabilities (never out of the rules) and named.
MOST_BITS = 16


@dataclass(frozen=True, slots=True)
class Inference:
    """What findings leave of each cause; arrays (C,) in the order of `causes`."""

    causes: tuple[str, ...]
    prior: Floats
    prevalent: Floats
    at_work: Floats
    log_evidence: float
    evidence: Evidence
    set_aside: tuple[str, ...]

    def ranked(self) -> list[int]:
        """Give the causes' places by falling chance to be at work."""
        order = sorted(
            range(len(self.causes)),
            key=lambda c: (-self.at_work[c], -self.prevalent[c], self.causes[c]),
        )
        return order


def case_prior(knowledge: Knowledge, findings: Findings) -> Floats:
    """Give the chance of each cause (C,) before symptoms, after age, sex and known factors."""
    priors = priors_of(knowledge)
    space = finding_space(knowledge)
    factors = priors.network.factors
    known = space.mask(name for name in factors)
    chances = priors.chances(findings.age, findings.sex)
    return priors.shifted(
        chances,
        frozenset(space.names(findings.present & known)),
        frozenset(space.names(findings.absent & known)),
    )


def infer(knowledge: Knowledge, findings: Findings) -> Inference:
    """Give the posterior of every cause.

    Nothing present: nothing is at work, and `prevalent` follows from what is absent.
    """
    evidence, aside = limit_evidence(knowledge, sorter_of(knowledge).sort(findings))
    prior = case_prior(knowledge, findings)
    network = network_of(knowledge)
    bedside = lay_out(evidence, point_tables(network, evidence))
    found: Posterior = posterior(prior[:, None], bedside)
    at_work = found.at_work[:, 0]
    if not evidence.present and not evidence.gate:
        at_work = np.zeros_like(at_work)
    return Inference(
        network.causes,
        prior,
        found.prevalent[:, 0],
        at_work,
        float(found.log_evidence[0]),
        evidence,
        aside,
    )


def limit_evidence(knowledge: Knowledge, evidence: Evidence) -> tuple[Evidence, tuple[str, ...]]:
    """Give the evidence with at most MOST_BITS positive findings, and those set aside."""
    network = network_of(knowledge)
    room = MOST_BITS - (1 + len(evidence.shown) + len(evidence.states) if evidence.gate else 0)
    if len(evidence.present) <= room:
        return evidence, ()
    telling = sorted(
        evidence.present,
        key=lambda name: (
            -float(
                np.max(network.link[:, network.finding_index[name]])
                / network.leak[network.finding_index[name]]
            ),
            name,
        ),
    )
    kept = set(telling[: max(room, 0)])
    return (
        Evidence(
            tuple(name for name in evidence.present if name in kept),
            evidence.absent,
            evidence.gate,
            evidence.shown,
            evidence.not_shown,
            evidence.states,
        ),
        tuple(name for name in telling if name not in kept),
    )
