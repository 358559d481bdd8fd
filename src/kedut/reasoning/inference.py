"""Probabilities by name: the thin layer between findings and arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning import exact_fast
from kedut.reasoning.bedside import Evidence, OwnStates, lay_out, point_tables
from kedut.reasoning.exact import Posterior, posterior
from kedut.reasoning.network import Network, network_of
from kedut.reasoning.priors import priors_of
from kedut.reasoning.sorter import sorter_of

if TYPE_CHECKING:
    from kedut.reasoning.exact_fast import FastExact

Floats = NDArray[np.float64]

# Most positive findings taken on: 2 to this many sets of them. Beyond, the findings that tell least
# are left out of the probabilities (never out of the rules) and named.
MOST_BITS = 16
# With the quick version it is the sum of its tables that is limited: 2 to this many numbers of
# eight bytes each. Findings that do not hang together hardly count.
MOST_ROOM = 20
_MOST_PLAIN = 30  # constant: sets of plain findings are bits of one number


class Reasoner:
    """How posteriors of a knowledge base are reckoned: clear, or compiled once `quicken` is called.

    Both give the same to 1e-12. The clear version starts at once; the quick one needs half a second
    to load and is worth it in a process that stays, or for some fifty cases.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.network = network_of(knowledge)
        self.fast: FastExact | None = None

    def quicken(self) -> bool:
        """Use the compiled version from now on, where numba is installed; say whether it is."""
        if self.fast is None and exact_fast.available():
            self.fast = exact_fast.FastExact(self.network)
        return self.fast is not None

    def posterior(self, prior: Floats, evidence: Evidence) -> Posterior:
        """Give the posterior (C, 1) of every cause from its prior (C,)."""
        if self.fast is not None:
            return self.fast.posterior(prior, evidence)
        return posterior(prior[:, None], lay_out(evidence, point_tables(self.network, evidence)))

    def limited(self, evidence: Evidence) -> tuple[Evidence, tuple[str, ...]]:
        """Give the evidence that can be taken on at once, and the findings set aside."""
        if bits(evidence) <= MOST_BITS:
            return evidence, ()
        if not self.quicken() or self.fast is None:
            return limit_evidence(self.network, evidence, bits(evidence) - MOST_BITS)
        fewer = max(0, len(evidence.present) - _MOST_PLAIN)
        limited, aside = limit_evidence(self.network, evidence, fewer)
        while self.fast.room_for(limited) > 1 << MOST_ROOM:
            fewer += 1
            limited, aside = limit_evidence(self.network, evidence, fewer)
        return limited, aside


@lru_cache(maxsize=8)
def reasoner_of(knowledge: Knowledge) -> Reasoner:
    """Give the reasoner of a knowledge base, built once."""
    return Reasoner(knowledge)


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
        return ranking(self.at_work, self.prevalent, names_rank(self.causes))


def ranking(at_work: Floats, prevalent: Floats, names: NDArray[np.int64]) -> list[int]:
    """Give places by falling chance to be at work, then to be there, then by name.

    Chances that agree in the six digits that are shown are taken as the same.
    """
    order: list[int] = np.lexsort((names, -six_digits(prevalent), -six_digits(at_work))).tolist()
    return order


@lru_cache(maxsize=8)
def names_rank(causes: tuple[str, ...]) -> NDArray[np.int64]:
    """Give for each cause (C,) its place in alphabetical order."""
    rank = np.empty(len(causes), np.int64)
    rank[sorted(range(len(causes)), key=causes.__getitem__)] = np.arange(len(causes))
    return rank


def six_digits(chances: Floats) -> Floats:
    """Round to six significant digits."""
    scale = 10.0 ** (5 - np.floor(np.log10(np.maximum(chances, 1e-280))))
    rounded: Floats = np.rint(chances * scale) / scale
    return rounded


def case_prior(knowledge: Knowledge, findings: Findings) -> Floats:
    """Give the chance of each cause (C,) before symptoms, after age, sex and known factors."""
    priors = priors_of(knowledge)
    space = finding_space(knowledge)
    known = factor_bits(knowledge)
    chances = priors.chances(findings.age, findings.sex)
    return priors.shifted(
        chances,
        frozenset(space.names(findings.present & known)),
        frozenset(space.names(findings.absent & known)),
    )


@lru_cache(maxsize=8)
def factor_bits(knowledge: Knowledge) -> int:
    """Give the bits of findings that shift a prior."""
    return finding_space(knowledge).mask(network_of(knowledge).factors)


def infer(knowledge: Knowledge, findings: Findings, own: OwnStates | None = None) -> Inference:
    """Give the posterior of every cause.

    Nothing present: nothing is at work, and `prevalent` follows from what is absent. Worry, health
    work and the like never lower a grave cause: it keeps the chance it has without them (ADR 5).
    What a diary tells finer lowers none either: it keeps what the findings alone give it.

    Parameters
    ----------
    own : a variable told finer for this person than the findings do
    """
    found = _infer(knowledge, findings, own)
    calmer = without_worry(knowledge, findings)
    others = [_infer(knowledge, calmer, own)] if calmer is not None else []
    others += [infer(knowledge, findings)] if own is not None else []
    if not others:
        return found
    grave = grave_places(knowledge)
    prevalent, at_work = found.prevalent.copy(), found.at_work.copy()
    for other in others:
        prevalent[grave] = np.maximum(prevalent[grave], other.prevalent[grave])
        at_work[grave] = np.maximum(at_work[grave], other.at_work[grave])
    return replace(found, prevalent=prevalent, at_work=at_work)


def absence_factor(knowledge: Knowledge, absent: int) -> Floats:
    """Give for each cause (C,) the chance that, at work, it brings none of some absent findings."""
    network = network_of(knowledge)
    names = finding_space(knowledge).names(absent)
    columns = [network.finding_index[n] for n in names if n in network.finding_index]
    factor: Floats = np.prod(1 - network.link[:, columns], axis=1)
    return factor


def without_worry(knowledge: Knowledge, findings: Findings) -> Findings | None:
    """Give the evidence without signs of worry that are present; nothing where there are none."""
    worry = findings.present & worry_bits(knowledge)
    if not worry:
        return None
    return Findings(findings.present & ~worry, findings.absent, findings.age, findings.sex)


@lru_cache(maxsize=8)
def worry_bits(knowledge: Knowledge) -> int:
    """Give the bits of findings that speak of worry, or of who seeks help."""
    return finding_space(knowledge).mask(f.id for f in knowledge.findings.values() if f.worry)


@lru_cache(maxsize=8)
def grave_places(knowledge: Knowledge) -> NDArray[np.int64]:
    """Give the places of the grave causes among all causes."""
    causes = network_of(knowledge).causes
    return np.array([p for p, name in enumerate(causes) if knowledge.causes[name].grave], np.int64)


def log_chance(knowledge: Knowledge, findings: Findings, own: OwnStates) -> float:
    """Give the log of the chance of all that is told, in nats; compare two that differ in `own`."""
    return _infer(knowledge, findings, own).log_evidence


def _infer(knowledge: Knowledge, findings: Findings, own: OwnStates | None = None) -> Inference:
    reasoner = reasoner_of(knowledge)
    sorted_out = sorter_of(knowledge).sort(findings)
    told = sorted_out if own is None else sorted_out.told_finer(own)
    evidence, aside = reasoner.limited(told)
    prior = case_prior(knowledge, findings)
    found = reasoner.posterior(prior, evidence)
    at_work = found.at_work[:, 0]
    if not evidence.present and not evidence.gate:
        at_work = np.zeros_like(at_work)
    return Inference(
        reasoner.network.causes,
        prior,
        found.prevalent[:, 0],
        at_work,
        float(found.log_evidence[0]),
        evidence,
        aside,
    )


def bits(evidence: Evidence) -> int:
    """Give how many positive findings the evidence counts, the moving calf as one."""
    gated = 1 + len(evidence.shown) + len(evidence.states) if evidence.gate else 0
    return len(evidence.present) + gated


def limit_evidence(
    network: Network, evidence: Evidence, fewer: int
) -> tuple[Evidence, tuple[str, ...]]:
    """Give the evidence without those plain findings present that tell least, and these."""
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
    kept = set(telling[: max(len(telling) - fewer, 0)])
    return (
        replace(evidence, present=tuple(name for name in evidence.present if name in kept)),
        tuple(name for name in telling if name not in kept),
    )
