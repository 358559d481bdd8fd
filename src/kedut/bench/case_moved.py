"""One case's answer when a figure moves: exact, and reckoned anew only where it can matter.

What changes the odds of one cause alone (its prior, a factor, an absent finding) needs no new
computation: the posterior is a mixture of that with the cause and that without it. What else
changes is bounded first, by the cause's chance times the relative change of what it does; below
LEAST it counts as nothing, above it the posterior is computed with the changed numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.advice.urgency import triage_of
from kedut.assess.pipeline import is_adult
from kedut.bench.figures_moved import Cells, Moved, Patch
from kedut.case.case import Case
from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import Level, Prior
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import (
    case_prior,
    factor_bits,
    grave_places,
    names_rank,
    ranking,
    reasoner_of,
    without_worry,
)
from kedut.reasoning.network import network_of
from kedut.reasoning.priors import priors_of
from kedut.reasoning.sorter import sorter_of

Floats = NDArray[np.float64]

LEAST = 1e-3  # constant: a movement below 0.1 points of probability counts as none
_CERTAIN = 1 - 1e-9  # constant: stands for certain where 1 would lose the cause's odds
_NOTHING = Patch()
_HARM = (Level.EMERGENCY, Level.URGENT, Level.SOON)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person would notice: chances (C,), the leading cause, the urgency."""

    at_work: Floats
    leading: int
    level: Level


class Tools:
    """What all cases share."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.network = network_of(knowledge)
        self.priors = priors_of(knowledge)
        self.space = finding_space(knowledge)
        self.triage = triage_of(knowledge)
        self.sorter = sorter_of(knowledge)
        reasoner = reasoner_of(knowledge)
        if not reasoner.quicken() or reasoner.fast is None:
            raise RuntimeError("numba is missing; install it with pip install 'kedut[fast]'")
        self.reasoner, self.fast = reasoner, reasoner.fast
        self.numbers = reasoner.fast.numbers
        self.known = factor_bits(knowledge)
        self.grave = grave_places(knowledge)
        self.names = names_rank(self.network.causes)
        ranks = np.array([knowledge.causes[n].harm_level.rank for n in self.network.causes])
        self.needing = {level: np.flatnonzero(ranks >= level.rank) for level in _HARM}


class Scene:
    """One set of findings: what it leaves of each cause, and what a moved figure makes of that."""

    def __init__(self, tools: Tools, findings: Findings) -> None:
        self.tools = tools
        self.findings = findings
        self.evidence, _ = tools.reasoner.limited(tools.sorter.sort(findings))
        self.seen = tools.fast.seen(self.evidence)
        self.prior = case_prior(tools.knowledge, findings)
        self.told = bool(self.evidence.present or self.evidence.gate)
        self.there = frozenset(tools.space.names(findings.present & tools.known))
        self.away = frozenset(tools.space.names(findings.absent & tools.known))
        ways = self.seen.ways
        self.states = frozenset(
            s for way in ways for low, _, last in way.tolist() for s in range(low, last + 1)
        ) | frozenset(
            tools.fast.first_state[name] + place
            for name, _ in self.evidence.states
            for place in range(tools.network.variables[name].shape[1])
        )
        self.rows = {
            "link": frozenset(self.seen.present.tolist() + self.seen.absent.tolist()),
            "leak": frozenset(self.seen.present.tolist()),
            "gate": frozenset({0} if self.seen.moves >= 0 else ()),
            "gate_leak": frozenset({0} if self.seen.moves > 0 else ()),
            "attribute": frozenset(self.seen.shown.tolist() + self.seen.hidden.tolist()),
            "state": self.states,
        }
        self.rows["attribute_leak"] = self.rows["attribute"]
        self.rows["state_leak"] = self.states
        self.away_rows = {
            "link": frozenset(self.seen.absent.tolist()),
            "gate": frozenset({0} if self.seen.moves == 0 else ()),
        }
        self.prevalent, self.at_work = self._run(self.prior)
        self._given: dict[int, tuple[Floats, Floats]] = {}

    def _run(self, prior: Floats) -> tuple[Floats, Floats]:
        prevalent, at_work, _ = self.tools.fast.run(prior, self.seen)
        return prevalent, at_work if self.told else np.zeros_like(at_work)

    def moved(self, patch: Patch) -> Floats:
        """Give each cause's chance to be at work (C,) after a patch; its own where unmoved."""
        if not self.told:
            return self.at_work
        prior = self._prior(patch)
        cells = self._touched(patch)
        if prior is self.prior and not cells:
            return self.at_work
        if self._odds_alone(patch, prior, cells):
            return self._by_odds(patch.cause, prior, cells)
        if self._bound(prior, cells) < LEAST:
            return self.at_work
        return self._anew(prior, cells)

    def _prior(self, patch: Patch) -> Floats:
        """Give the prior (C,) after a patch; the same array where it stays."""
        priors, findings = self.tools.priors, self.findings
        chances = None
        if patch.row is not None:
            chances = priors.were(patch.row, patch.chance, findings.age, findings.sex)
        elif patch.priors is not None:
            chances = patch.priors.chances(findings.age, findings.sex)
        shift = np.zeros(len(self.prior))
        for name, shifts in patch.factors.items():
            if name in self.there:
                shift += shifts[0]
            elif name in self.away:
                shift += shifts[1]
        if chances is None and not shift.any():
            return self.prior
        if chances is None:
            chances = priors.chances(findings.age, findings.sex)
        odds = chances / (1 - chances) * np.exp(shift)
        return priors.shifted(odds / (1 + odds), self.there, self.away)

    def _touched(self, patch: Patch) -> list[Cells]:
        """Give the cells of a patch that this evidence looks at."""
        found = []
        for cells in patch.cells:
            rows = self.rows[cells.array]
            some = [place for place, row in enumerate(cells.rows.tolist()) if row in rows]
            if some and (self.seen.moves > 0 or cells.array in ("link", "leak", "gate")):
                found.append(cells.of(some))
        return found

    def _odds_alone(self, patch: Patch, prior: Floats, cells: list[Cells]) -> bool:
        """Say whether a patch does no more than to change the odds of its cause."""
        if patch.cause < 0:
            return False
        for one in cells:
            rows = self.away_rows.get(one.array, frozenset())
            if not all(row in rows for row in one.rows.tolist()):
                return False
        if prior is self.prior:
            return True
        others = np.arange(len(prior)) != patch.cause
        apart = np.abs(prior[others] - self.prior[others])
        return bool(apart.sum() < LEAST * self.prior[others].sum())

    def _by_odds(self, cause: int, prior: Floats, cells: list[Cells]) -> Floats:
        ratio = _odds(prior[cause]) / _odds(self.prior[cause])
        for one in cells:
            ratio *= float(np.prod((1 - one.new) / (1 - one.old)))
        chance = self.prevalent[cause]
        if chance * abs(ratio - 1) < LEAST:
            return self.at_work
        if cause not in self._given:
            self._given[cause] = (self._fixed(cause, _CERTAIN), self._fixed(cause, 0.0))
        there, gone = self._given[cause]
        share = chance * ratio / (chance * ratio + 1 - chance)
        mixed: Floats = share * there + (1 - share) * gone
        return mixed

    def _fixed(self, cause: int, chance: float) -> Floats:
        prior = self.prior.copy()
        prior[cause] = chance
        return self._run(prior)[1]

    def _bound(self, prior: Floats, cells: list[Cells]) -> float:
        """Give how far all chances together can move at most, to first order."""
        bound = 0.0
        if prior is not self.prior:
            ratios = np.abs(_odds(prior) / _odds(self.prior) - 1)
            bound += float((self.prevalent * ratios).sum())
        for one in cells:
            change = np.abs(one.new - one.old)
            if one.array in ("leak", "gate_leak", "attribute_leak", "state_leak"):
                bound += float((change / np.minimum(one.old, 1 - one.old)).sum())
                continue
            chance = self.prevalent[one.columns]
            away = self.away_rows.get(one.array, frozenset())
            absent = np.array([row in away for row in one.rows.tolist()])
            leak = self.tools.numbers.leak[one.rows] if one.array == "link" else 0.0
            if one.array == "gate":
                leak = self.tools.numbers.gate_leak
            least = one.old + leak * (1 - one.old)
            if one.array == "attribute":
                least = np.minimum(one.old, 1 - one.old)
            relative = change / np.where(absent, 1 - one.old, np.maximum(least, 1e-12))
            bound += float((chance * relative).sum())
        return bound

    def _anew(self, prior: Floats, cells: list[Cells]) -> Floats:
        """Compute with the changed numbers, then put them back."""
        numbers = self.tools.fast.numbers
        try:
            for one in cells:
                self._put(one, one.new)
            return self._run(prior)[1]
        finally:
            self.tools.fast.numbers = numbers
            for one in cells:
                if one.array != "gate_leak":
                    self._put(one, one.old)

    def _put(self, cells: Cells, values: Floats) -> None:
        fast = self.tools.fast
        if cells.array == "gate_leak":
            fast.numbers = fast.numbers._replace(gate_leak=float(values[0]))
            return
        array = getattr(fast.numbers, cells.array)
        if cells.array == "gate":
            array[cells.columns] = values
        elif array.ndim == 1:
            array[cells.rows] = values
        else:
            array[cells.rows, cells.columns] = values
        if cells.array == "link":
            fast.numbers.stay[cells.rows, cells.columns] = 1 - values


def _odds(chance: Floats) -> Floats:
    odds: Floats = chance / (1 - chance)
    return odds


class Moving:
    """One adult's case and what figures do to its answer."""

    def __init__(self, tools: Tools, case: Case) -> None:
        if not is_adult(case):
            raise ValueError(f"case {case.id!r}: under 18 no figure is used")
        self.tools = tools
        findings = tools.space.close(case)
        self._known: dict[Findings, Scene] = {}
        self.told = self._with_and_without_worry(findings)
        self.by_rules = tools.triage.judge(findings, None).level
        unflagged = tools.triage.unflagged(findings)
        self.harm: tuple[Scene, ...] = ()
        if self.by_rules is not Level.EMERGENCY and unflagged.present & tools.space.symptoms:
            self.harm = self._with_and_without_worry(unflagged)
        denied = tools.space.names(tools.triage.flags_denied(findings))
        index = tools.network.finding_index
        self.denied = frozenset(index[name] for name in denied if name in index)
        self.denial: Floats = np.prod(1 - tools.numbers.link[sorted(self.denied)], axis=0)
        self._unmoved = self._chances(self.told, _NOTHING)
        self._harm_unmoved = self._chances(self.harm, _NOTHING) if self.harm else self._unmoved
        self._calm = self._harm_level(self._harm_unmoved, self.denial, _NOTHING)
        self.answer = self._answer(self._unmoved, self._calm)

    def _with_and_without_worry(self, findings: Findings) -> tuple[Scene, ...]:
        calmer = without_worry(self.tools.knowledge, findings)
        wanted = [findings] if calmer is None else [findings, calmer]
        for one in wanted:
            if one not in self._known:
                self._known[one] = Scene(self.tools, one)
        return tuple(self._known[one] for one in wanted)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Give every set of findings that is reckoned with."""
        return tuple(self._known.values())

    def after(self, patch: Patch) -> Answer:
        """Give the answer after a patch; the very same one where nothing moves."""
        at_work, harm = self._chances(self.told, patch), self._calm
        if self.harm:
            harm = self._harm_after(patch)
        if at_work is self._unmoved and harm is self._calm:
            return self.answer
        return self._answer(at_work, harm)

    def _answer(self, at_work: Floats, harm: Level) -> Answer:
        leading = ranking(at_work, self.told[0].prevalent, self.tools.names)[0]
        return Answer(at_work, leading, max(self.by_rules, harm, key=lambda one: one.rank))

    def _chances(self, scenes: tuple[Scene, ...], patch: Patch) -> Floats:
        moved = [scene.moved(patch) for scene in scenes]
        if patch is not _NOTHING and all(
            one is scene.at_work for one, scene in zip(moved, scenes, strict=True)
        ):
            return self._unmoved if scenes is self.told else self._harm_unmoved
        if len(moved) == 1:
            return moved[0]
        kept, grave = moved[0].copy(), self.tools.grave
        kept[grave] = np.maximum(kept[grave], moved[1][grave])
        return kept

    def _harm_after(self, patch: Patch) -> Level:
        chances, denial = self._chances(self.harm, patch), self.denial
        for one in patch.cells:
            if one.array != "link":
                continue
            here = [place for place, row in enumerate(one.rows.tolist()) if row in self.denied]
            if here:
                denial = denial.copy()
                change = (1 - one.new[here]) / (1 - one.old[here])
                np.multiply.at(denial, one.columns[here], change)
        if chances is self._harm_unmoved and denial is self.denial and patch.harm is None:
            return self._calm
        return self._harm_level(chances, denial, patch)

    def _harm_level(self, chances: Floats, denial: Floats, patch: Patch) -> Level:
        """Give the level that the likely causes ask for; self-care where none is asked for."""
        if not self.harm:
            return Level.SELF_CARE
        for level in _HARM:
            threshold = self.tools.knowledge.decisions[f"harm.{level}"]
            if patch.harm is not None and patch.harm[0] == level:
                threshold = patch.harm[1]
            needing = self.tools.needing[level]
            if 1 - np.prod(1 - (chances * denial)[needing]) >= threshold:
                return level
        return Level.SELF_CARE


class Index:
    """Finds the figures that a case looks at."""

    def __init__(self, tools: Tools, moved: Sequence[Moved]) -> None:
        self.tools = tools
        self._at: dict[tuple[str, object], set[int]] = {}
        self._priors: list[tuple[int, Prior]] = []
        self._always: set[int] = set()
        for place, (_, patches) in enumerate(moved):
            for patch in patches:
                self._note(place, patch)

    def _note(self, place: int, patch: Patch) -> None:
        for cells in patch.cells:
            for row in cells.rows.tolist():
                self._at.setdefault((cells.array, row), set()).add(place)
        for name in patch.factors:
            self._at.setdefault(("factor", name), set()).add(place)
        if patch.row is not None:
            all_move = self.tools.priors.were(patch.row, patch.chance, None, None)
            others = self.tools.priors.chances(None, None)
            ratio = all_move[patch.cause - 1] / others[patch.cause - 1]
            if abs(ratio - 1) >= LEAST:
                self._always.add(place)
            else:
                self._priors.append((place, patch.row))
        if patch.priors is not None or patch.harm is not None:
            self._always.add(place)

    def of(self, case: Moving) -> list[int]:
        """Give the places of the figures that can move a case, in order."""
        found = set(self._always)
        for scene in case.scenes:
            for array, rows in scene.rows.items():
                for row in rows:
                    found |= self._at.get((array, row), frozenset())
            for name in scene.there | scene.away:
                found |= self._at.get(("factor", name), frozenset())
        for row in case.denied:
            found |= self._at.get(("link", row), frozenset())
        findings = case.told[0].findings
        found |= {place for place, row in self._priors if _holds(row, findings)}
        return sorted(found)


def _holds(row: Prior, findings: Findings) -> bool:
    """Say whether a row of the priors may hold for a person."""
    if findings.sex and row.sex not in ("", findings.sex):
        return False
    return findings.age is None or row.age_from <= findings.age < row.age_to + 1
