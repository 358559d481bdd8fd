"""The knowledge as plain arrays: causes by findings, made once per knowledge base.

Two layers: causes, then findings, joined by noisy-OR with a leak (the background). Attributes of a
moving calf hang on a gate: a cause first makes the calf move, and only then shapes how (ADR 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.entities import CALF_MOVEMENT, Background, Kind, Link
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import ODDS_MEASURES
from kedut.quantity.sourced import Sourced

Floats = NDArray[np.float64]

# Where nothing is said of a finding at all, its background is this rare; `check` lists each.
SILENT_BACKGROUND = 0.01  # constant: only reached by a knowledge folder that fails its check
_USED = ("finding", "measured")
_EVIDENCE = (Kind.SYMPTOM, Kind.SELF_SIGN, Kind.CLINICIAN_SIGN, Kind.TEST, Kind.MEASURED)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as used: where it stands, its value, and the share by which it is scaled."""

    p: Sourced
    key: tuple[str, str]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Factor:
    """How the presence and the absence of a factor shift the log-odds of a cause."""

    cause: int
    present: float
    absent: float
    figure: tuple[str, str]
    amplifier: bool


@dataclass(frozen=True, eq=False)
class Network:
    """Causes (C,), evidence findings (F,), and everything between them.

    link : (C, F), P(cause alone brings the finding); 0 where none is known
    leak : (F,), P(finding | no cause at work)
    gate : (C,), P(calf moves | cause at work); gate_leak the same for no cause
    attribute : (C, A) P(attribute | the cause moves the calf); attribute_leak (A,)
    variables : name → (C, S) distribution over states given the cause moves the calf, rows sum
        to 1; variable_leak the same (S,) for no cause
    """

    causes: tuple[str, ...]
    cause_index: dict[str, int]
    findings: tuple[str, ...]
    finding_index: dict[str, int]
    link: Floats
    leak: Floats
    gate: Floats
    gate_leak: float
    attributes: dict[str, int]
    attribute: Floats
    attribute_leak: Floats
    variables: dict[str, Floats]
    variable_leak: dict[str, Floats]
    factors: dict[str, tuple[Factor, ...]]
    total: dict[tuple[str, str], Figure]
    background: dict[str, Sourced]


@lru_cache(maxsize=8)
def network_of(knowledge: Knowledge) -> Network:
    """Compile a knowledge base, once."""
    return _Compiler(knowledge).network()


class _Compiler:
    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.causes = tuple(c.id for c in knowledge.causes.values() if not c.replaced_by)
        self.cause_index = {name: place for place, name in enumerate(self.causes)}
        self.links = self._links()

    def _links(self) -> dict[str, dict[str, Link]]:
        links: dict[str, dict[str, Link]] = {name: {} for name in self.causes}
        for link in self.knowledge.links:
            if link.role in _USED and link.cause in links:
                name = link.finding
                if name != CALF_MOVEMENT:
                    name = self.knowledge.resolve(name)
                links[link.cause].setdefault(name, link)
        return links

    def network(self) -> Network:
        knowledge = self.knowledge
        evidence = [f for f in knowledge.findings.values() if f.kind in _EVIDENCE]
        plain = tuple(f.id for f in evidence if not f.gated)
        gated = tuple(f.id for f in evidence if f.gated and not f.variable)
        tells: dict[str, list[str]] = {}
        for finding in (*plain, *gated):
            for name in self._told_by(finding):
                tells.setdefault(name, []).append(finding)
        total = {
            (cause, finding): figure
            for cause in self.causes
            for finding in dict.fromkeys(
                f for name in self.links[cause] for f in tells.get(name, ())
            )
            if (figure := self._figure(cause, finding)) is not None
        }
        leak = np.array([self._background(f) for f in plain])
        link = np.zeros((len(self.causes), len(plain)))
        places = {name: place for place, name in enumerate(plain)}
        for (cause, finding), figure in total.items():
            if finding in places:
                b = leak[places[finding]]
                p = figure.p.value * figure.share
                link[self.cause_index[cause], places[finding]] = max(0.0, (p - b) / (1 - b))
        gate = np.zeros(len(self.causes))
        for row, cause in enumerate(self.causes):
            if CALF_MOVEMENT in self.links[cause]:
                gate[row] = self.links[cause][CALF_MOVEMENT].p.value
        attribute_leak = np.array([self._background(f) for f in gated])
        attribute = np.tile(attribute_leak, (len(self.causes), 1))
        for column, finding in enumerate(gated):
            for row, cause in enumerate(self.causes):
                if finding in self.links[cause]:
                    attribute[row, column] = self.links[cause][finding].p.value
        variables, variable_leak = self._variables()
        return Network(
            causes=self.causes,
            cause_index=self.cause_index,
            findings=plain,
            finding_index=places,
            link=link,
            leak=leak,
            gate=gate,
            gate_leak=self._background(CALF_MOVEMENT),
            attributes={name: place for place, name in enumerate(gated)},
            attribute=attribute,
            attribute_leak=attribute_leak,
            variables=variables,
            variable_leak=variable_leak,
            factors=self._factors(),
            total=total,
            background={name: b.p for name, b in knowledge.background.items()},
        )

    def _background(self, finding: str) -> float:
        row: Background | None = self.knowledge.background.get(finding)
        return row.p.value if row else SILENT_BACKGROUND

    def _told_by(self, finding: str) -> set[str]:
        """Give the findings whose figures may stand for that of a finding (see `_figure`)."""
        telling = {finding, *self.knowledge.implied_by.get(finding, ())}
        for wider, _ in self.knowledge.implied.get(finding, ()):
            telling |= self._told_by(wider)
        return telling

    def _figure(self, cause: str, finding: str) -> Figure | None:
        """Give the frequency of a finding in a cause: its own, or that of a wider finding.

        Whoever has a special finding has the wider one, so a wider one is at least as frequent.
        """
        links = self.links[cause]
        own = [Figure(links[finding].p, (cause, finding))] if finding in links else []
        for narrower in self.knowledge.implied_by.get(finding, ()):
            gated = self.knowledge.findings[narrower].gated
            if narrower in links and not gated:
                own.append(Figure(links[narrower].p, (cause, narrower)))
        if own:
            return max(own, key=_value)
        wider = [
            Figure(found.p, found.key, found.share * share)
            for name, share in self.knowledge.implied.get(finding, ())
            if (found := self._figure(cause, name)) is not None
        ]
        return max(wider, key=_value, default=None)

    def _variables(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        variables: dict[str, Floats] = {}
        leaks: dict[str, Floats] = {}
        for name, members in self.knowledge.variables.items():
            single = {f: s[0] - 1 for f, s in members.items() if len(s) == 1}
            leak = np.zeros(len(single))
            for finding, place in single.items():
                leak[place] = self._background(finding)
            leak /= leak.sum()
            table = np.tile(leak, (len(self.causes), 1))
            for row, cause in enumerate(self.causes):
                own = {
                    s: self.links[cause][f].p.value
                    for f, s in single.items()
                    if f in self.links[cause]
                }
                table[row] = spread(own, leak)
            variables[name], leaks[name] = table, leak
        return variables, leaks

    def _factors(self) -> dict[str, tuple[Factor, ...]]:
        """Give for each factor how it shifts the causes; one row per pair, risks first."""
        found: dict[tuple[str, str], Factor] = {}
        for risk in self.knowledge.risks:
            if risk.role not in ("risk", "amplifier") or risk.cause not in self.cause_index:
                continue
            factor = self.knowledge.resolve(risk.factor)
            frequency = self._background(factor)
            if risk.measure in ODDS_MEASURES:
                present, absent = odds_shift(risk.value, frequency)
            else:
                present, absent = frequency_shift(risk.value, frequency)
            found.setdefault(
                (factor, risk.cause),
                Factor(
                    self.cause_index[risk.cause],
                    present,
                    absent,
                    (risk.cause, factor),
                    risk.role == "amplifier",
                ),
            )
        for cause, links in self.links.items():
            for finding, link in links.items():
                if finding == CALF_MOVEMENT or (finding, cause) in found:
                    continue
                if self.knowledge.findings[finding].kind is Kind.RISK_FACTOR:
                    shift = frequency_shift(link.p.value, self._background(finding))
                    found[finding, cause] = Factor(
                        self.cause_index[cause], *shift, (cause, finding), amplifier=False
                    )
        factors: dict[str, list[Factor]] = {}
        for (factor, _), row in found.items():
            factors.setdefault(factor, []).append(row)
        return {name: tuple(rows) for name, rows in factors.items()}


def _value(figure: Figure) -> float:
    return figure.p.value * figure.share


def spread(own: dict[int, float], leak: Floats) -> Floats:
    """Fill a distribution over states: known states keep their share, the rest follows `leak`."""
    if not own:
        return leak
    row = np.zeros(len(leak))
    for place, p in own.items():
        row[place] = p
    rest = [place for place in range(len(leak)) if place not in own]
    left = 1 - row.sum()
    if rest and left > 0:
        row[rest] = left * leak[rest] / leak[rest].sum()
    floor = 1e-4 * leak  # constant: no state is impossible, so that no answer is
    row = np.maximum(row, floor)
    normal: Floats = row / row.sum()
    return normal


def odds_shift(ratio: float, frequency: float) -> tuple[float, float]:
    """Give the shift of log-odds by a factor present and absent that leaves a small mean as it is.

    With f the factor's frequency, the mean odds over people stays: f·r·o + (1 - f)·o = mean.
    """
    base = 1 / (1 - frequency + frequency * ratio)
    return float(np.log(ratio * base)), float(np.log(base))


def frequency_shift(among_cause: float, frequency: float) -> tuple[float, float]:
    """Give the shift of log-odds from the factor's frequency with and without the cause."""
    return (
        float(np.log(among_cause / frequency)),
        float(np.log((1 - among_cause) / (1 - frequency))),
    )
