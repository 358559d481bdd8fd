"""How well founded answers are: figures per grade, counted and by how far they move answers.

The weight of a figure is the bits it moves in one typical person who asks, before anything is
known of age, sex or findings. With c the chance that the cause is at work in such a person:

- prior: c times the bits from there to certainty, -log2 c, shared among the cause's rows;
- link: c times the mean size of the step it makes in the cause's log-odds when the question is
  answered: p·|log2 p/b| + (1 - p)·|log2 (1 - p)/(1 - b)|, with b the background;
- risk: c times the mean size of its shift, over people with the factor and without;
- background: the sum over the links that are held against it.

So a figure of a common cause weighs more than one of a rare cause. That is what moves most
answers, not what matters most: the grave causes are summed up apart, where each counts alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import log, log2

from kedut.knowledge.coverage import Figure, figures, used_links
from kedut.knowledge.entities import CALF_MOVEMENT
from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade
from kedut.reasoning.network import network_of
from kedut.reasoning.priors import priors_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """How the figures of one table spread over the grades: counts, and shares of weight."""

    table: str
    counts: dict[Grade, int]
    weight: dict[Grade, float]
    grave: dict[Grade, float]


def founding(knowledge: Knowledge) -> tuple[Founding, ...]:
    """Give the spread over grades of each table of figures, and of all of them as `all`."""
    weigh = _Weights(knowledge)
    counts: dict[str, Counter[Grade]] = {}
    weight: dict[str, dict[Grade, float]] = {}
    grave: dict[str, dict[Grade, float]] = {}
    for figure in figures(knowledge):
        for table in (figure.table, "all"):
            counts.setdefault(table, Counter())[figure.grade] += 1
            bits = weigh.bits(figure)
            by_use = weight.setdefault(table, dict.fromkeys(Grade, 0.0))
            by_use[figure.grade] += bits * weigh.chance(figure)
            by_harm = grave.setdefault(table, dict.fromkeys(Grade, 0.0))
            by_harm[figure.grade] += bits * weigh.is_grave(figure)
    return tuple(
        Founding(
            table=table,
            counts={grade: counts[table][grade] for grade in Grade},
            weight=_shares(weight[table]),
            grave=_shares(grave[table]),
        )
        for table in sorted(counts, key=lambda table: table == "all")
    )


def heaviest_judgements(knowledge: Knowledge, count: int) -> list[tuple[Figure, float]]:
    """Give the grade D figures that move answers most: the first to look for a source for."""
    weigh = _Weights(knowledge)
    judged = [
        (figure, weigh.bits(figure) * weigh.chance(figure))
        for figure in figures(knowledge)
        if figure.grade is Grade.JUDGEMENT
    ]
    return sorted(judged, key=lambda pair: (-pair[1], pair[0].table, pair[0].key))[:count]


def _shares(weight: dict[Grade, float]) -> dict[Grade, float]:
    total = sum(weight.values())
    return {grade: weight[grade] / total if total else 0.0 for grade in Grade}


class _Weights:
    """The bits a figure moves, and the chance of its cause; background figures carry both."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        network = network_of(knowledge)
        chances = priors_of(knowledge).chances(None, None)
        self.chances = {c: float(chances[i]) for c, i in network.cause_index.items()}
        self.rows = Counter(prior.cause for prior in knowledge.priors)
        self.steps = {
            (factor.figure[0], name): (factor.present, factor.absent)
            for name, factors in network.factors.items()
            for factor in factors
        }
        self.links = {(k.cause, k.finding): k.p.value for k in used_links(knowledge)}
        self.background: defaultdict[str, float] = defaultdict(float)
        self.grave_background: defaultdict[str, float] = defaultdict(float)
        for cause, finding in self.links:
            bits = self._of_link(cause, finding)
            self.background[finding] += bits * self.chances.get(cause, 0.0)
            self.grave_background[finding] += bits * self._grave(cause)

    def bits(self, figure: Figure) -> float:
        """Give the bits a figure moves when its cause is at work."""
        if figure.table == "priors":
            chance = self.chances.get(figure.key[0], 0.0)
            return -log2(chance) / self.rows[figure.key[0]] if chance > 0 else 0.0
        if figure.table == "links":
            return self._of_link(*figure.key)
        if figure.table == "risks":
            return self._of_risk(*figure.key)
        return 1.0 if figure.table == "background" else 0.0

    def chance(self, figure: Figure) -> float:
        """Give the chance of a figure's cause; for a background, its summed weight."""
        if figure.table == "background":
            return self.background[figure.key[0]]
        return self.chances.get(figure.key[0], 0.0)

    def is_grave(self, figure: Figure) -> float:
        """Give 1 for a figure of a grave cause; for a background, its weight in those."""
        if figure.table == "background":
            return self.grave_background[figure.key[0]]
        return self._grave(figure.key[0])

    def _grave(self, cause: str) -> float:
        found = self.knowledge.causes.get(cause)
        return 1.0 if found is not None and found.grave else 0.0

    def _of_link(self, cause: str, finding: str) -> float:
        p = self.links.get((cause, finding))
        background = self.knowledge.background.get(finding)
        if p is None or background is None:
            return 0.0
        b = background.p.value
        if p <= b and not self._gated(finding):
            return 0.0
        return p * abs(log2(p / b)) + (1 - p) * abs(log2((1 - p) / (1 - b)))

    def _gated(self, finding: str) -> bool:
        found = self.knowledge.findings.get(finding)
        return finding != CALF_MOVEMENT and found is not None and found.gated

    def _of_risk(self, cause: str, factor: str) -> float:
        name = self.knowledge.resolve(factor)
        step = self.steps.get((cause, name))
        background = self.knowledge.background.get(name)
        if step is None or background is None:
            return 0.0
        present, absent = step
        f = background.p.value
        return (f * abs(present) + (1 - f) * abs(absent)) / log(2)
