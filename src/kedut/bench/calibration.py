"""Whether the probabilities and intervals mean what they say, on invented persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.case.finding_space import finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import infer
from kedut.reasoning.intervals import intervals
from kedut.simulate.persons import Person, Simulator

Floats = NDArray[np.float64]

_BINS = 10
_FROM = 0.05


@dataclass(frozen=True, slots=True)
class Calibration:
    """Predictions of at least 0.05 against the truth."""

    predicted: Floats
    true: NDArray[np.bool_]
    family: NDArray[np.str_]

    def error(self, family: str = "") -> float:
        """Give the expected calibration error over ten bins, of all or of one family."""
        chosen = self.family == family if family else np.ones(len(self.predicted), bool)
        return expected_error(self.predicted[chosen], self.true[chosen])

    def curve(self) -> list[tuple[float, float, int]]:
        """Give for each bin the mean prediction, the true share and the count."""
        places = _place(self.predicted)
        return [
            (float(self.predicted[places == b].mean()), float(self.true[places == b].mean()), n)
            for b in range(_BINS)
            if (n := int((places == b).sum()))
        ]


def expected_error(predicted: Floats, true: NDArray[np.bool_]) -> float:
    """Give the mean distance of prediction and true share over bins, weighed by their size."""
    if not len(predicted):
        return 0.0
    places = _place(predicted)
    total = 0.0
    for b in range(_BINS):
        inside = places == b
        if inside.any():
            total += inside.mean() * abs(predicted[inside].mean() - true[inside].mean())
    return float(total)


def _place(predicted: Floats) -> NDArray[np.int64]:
    places: NDArray[np.int64] = np.minimum((predicted * _BINS).astype(np.int64), _BINS - 1)
    return places


def calibrate(knowledge: Knowledge, persons: Sequence[Person]) -> Calibration:
    """Compare each person's probabilities with what is true of them."""
    predicted, true, family = [], [], []
    space = finding_space(knowledge)
    for person in persons:
        found = infer(knowledge, space.close(person.case))
        for cause, chance in zip(found.causes, found.at_work.tolist(), strict=True):
            if chance >= _FROM:
                predicted.append(chance)
                true.append(cause in person.at_work)
                family.append(knowledge.causes[cause].family)
    return Calibration(np.array(predicted), np.array(true, bool), np.array(family, str))


def coverage(knowledge: Knowledge, seed: int, count: int) -> tuple[int, int]:
    """Give how often the 90 % interval holds the probability under other figures, and of how many.

    The truth is the exact probability of the same answers when every figure is drawn anew with a
    seed the intervals never saw.
    """
    from kedut.reasoning.draws import Draws
    from kedut.reasoning.intervals import at_work_draws, prior_draws

    space = finding_space(knowledge)
    persons = Simulator(knowledge, seed)
    other = Draws(knowledge, count=1, seed=seed + 2)
    inside = total = 0
    for _ in range(count):
        findings = space.close(persons.person().case)
        found = infer(knowledge, findings)
        low, high = intervals(knowledge, findings, found)
        truth = at_work_draws(
            knowledge, found, other, prior_draws(knowledge, findings, found, other)
        )[:, 0]
        shown = found.at_work >= _FROM
        inside += int(((truth >= low) & (truth <= high))[shown].sum())
        total += int(shown.sum())
        other = Draws(knowledge, count=1, seed=seed + 3 + total)
    return inside, total
