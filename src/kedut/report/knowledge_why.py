"""Why a figure is what it is: its row, its sources, what becomes of it and where it counts."""

from __future__ import annotations

from math import log, log2

from kedut.knowledge.entities import CALF_MOVEMENT, Cause, Finding, Prior
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import keys
from kedut.knowledge.tables import Row
from kedut.reasoning.network import Factor, Network, network_of
from kedut.reasoning.priors import priors_of
from kedut.report.knowledge_lookup import Lookup, cell_range, figure
from kedut.report.knowledge_text import Block, Grid, Heading, Line, Pairs

_USED_LINKS = frozenset({"finding", "measured"})
_USED_RISKS = frozenset({"risk", "amplifier"})
DAYS_A_YEAR = 365.25  # constant: calendar
_AGES = (25, 45, 65, 80)
_SEXES = ("female", "male")


def why(knowledge: Knowledge, wanted: str, language: str) -> list[Block]:
    """Give all there is to say about CAUSE/FINDING, CAUSE/FACTOR or CAUSE.

    Raises
    ------
    UnknownIdentifier
        Names the nearest causes or findings.
    """
    name, _, other = wanted.partition("/")
    look = Lookup(knowledge, language)
    try:
        cause = look.cause(name)
    except UnknownIdentifier:
        if other in knowledge.causes:  # FINDING/CAUSE, the wrong way round
            return why(knowledge, f"{other}/{name}", language)
        raise
    return _Why(look, cause).of_finding(other) if other else _Why(look, cause).of_prior()


class _Why:
    def __init__(self, look: Lookup, cause: Cause) -> None:
        self.look = look
        self.say = look.say
        self.cause = cause
        self.knowledge = look.knowledge
        self.network: Network = network_of(look.knowledge)
        self.keys: list[str] = []

    def of_prior(self) -> list[Block]:
        priors = priors_of(self.knowledge)
        place = self.network.cause_index[self.cause.id]
        blocks: list[Block] = [
            Heading(f"{self.cause.id}: {self.look.cause_name(self.cause.id)}"),
            Line(self.say("prior")),
        ]
        rows = self.look.rows("priors", cause=self.cause.id)
        typed = [prior for prior in self.knowledge.priors if prior.cause == self.cause.id]
        told: Row | None = None
        for row, prior in zip(rows, typed, strict=True):
            self.keys += keys(row)
            whom = f"{row['sex'] or 'female, male'}, {prior.age_from:g}-{prior.age_to:g}"
            blocks += [Heading(whom), self._prior_row(row, prior, told)]
            told = row
        header = ("", *(f"{sex} {age}" for sex in _SEXES for age in _AGES))
        large = [priors.figure(self.cause.id, a, s).value for s in _SEXES for a in _AGES]
        asking = [float(priors.chances(a, s)[place]) for s in _SEXES for a in _AGES]
        return [
            *blocks,
            Heading(self.say("at_work_in_asker")),
            Pairs(((self.say("share_who_ask"), f"{priors.asking[place]:.3g}"),)),
            Grid(
                header,
                (
                    (self.say("chance"), *(f"{chance:.2g}" for chance in large)),
                    (self.say("at_work_in_asker"), *(f"{chance:.2g}" for chance in asking)),
                ),
            ),
            Heading(self.say("used_by")),
            self.look.uses_of_cause(self.cause),
            *self.look.sources(self.keys),
        ]

    def _prior_row(self, row: Row, prior: Prior, told: Row | None) -> Pairs:
        """Tell a row; what the row before has said already is not said again."""
        steps = [f"{row['measure']} {cell_range(row, 'value')}"]
        if row["measure"] == "incidence":
            factor = float(row["factor"] or 1)
            days = DAYS_A_YEAR * prior.chance.value / float(row["value"]) / factor
            steps.append(f"x {days:.0f} d / {DAYS_A_YEAR} d")
        if row["factor"]:
            steps.append(f"x {row['factor']}")
        return self._pairs(
            ("figure", cell_range(row, "value")),
            ("grade", self.look.grade(row["grade"] or "D")),
            ("conversion", " ".join(steps)),
            ("chance", figure(prior.chance)),
            ("source", _new("source_keys", row, told)),
            ("note", _new("note", row, told)),
            ("row", f"{row.file}:{row.line}"),
        )

    def of_finding(self, wanted: str) -> list[Block]:
        finding = self.look.finding(wanted)
        name = CALF_MOVEMENT if finding is None else finding.id
        blocks: list[Block] = [
            Heading(f"{self.cause.id}/{name}"),
            Line(f"{self.look.cause_name(self.cause.id)} / {self.look.finding_name(name)}"),
        ]
        if name != wanted:
            blocks.append(Line(f"{wanted}: {self.say('alias_of')} {name}", quiet=True))
        rows = self.look.rows("links", cause=self.cause.id, finding=name)
        risks = self.look.rows("risks", cause=self.cause.id, factor=name)
        for row in rows:
            blocks += self._link_row(row)
        for row in risks:
            blocks += self._risk_row(row)
        blocks += self._result(name, finding)
        blocks += self._background(name)
        if finding is not None:
            blocks += [Heading(self.say("used_by")), self.look.uses_of_finding(name)]
        return [*blocks, *self.look.sources(self.keys)]

    def _pairs(self, *rows: tuple[str, str]) -> Pairs:
        return Pairs(tuple((self.say(label), text) for label, text in rows if text))

    def _link_row(self, row: Row) -> list[Block]:
        self.keys += keys(row)
        counts = f"{row['k']} / {row['n']}" if row["k"] else (f"n = {row['n']}" if row["n"] else "")
        blocks: list[Block] = [
            self._pairs(
                ("figure", cell_range(row, "p")),
                ("grade", self.look.grade(row["grade"] or "D")),
                ("counted", counts),
                ("source", "; ".join(keys(row))),
                ("note", row["note"]),
                ("row", f"{row.file}:{row.line}"),
            )
        ]
        if row["role"] not in _USED_LINKS:
            blocks.append(Line(self.say("not_used", role=row["role"])))
        return blocks

    def _risk_row(self, row: Row) -> list[Block]:
        self.keys += keys(row)
        blocks: list[Block] = [
            self._pairs(
                ("figure", f"{row['measure']} {cell_range(row, 'value')}"),
                ("grade", self.look.grade(row["grade"] or "D")),
                ("source", "; ".join(keys(row))),
                ("note", row["note"]),
                ("row", f"{row.file}:{row.line}"),
            )
        ]
        if row["role"] not in _USED_RISKS:
            blocks.append(Line(self.say("not_used", role=row["role"])))
        if row["role"] == "amplifier":
            blocks.append(Line(self.say("amplifier")))
        return blocks

    def _result(self, name: str, finding: Finding | None) -> list[Block]:
        """Give what reasoning makes of the figure: a link, a step of the gate, or a shift."""
        place = self.network.cause_index[self.cause.id]
        for factor in self.network.factors.get(name, ()):
            if factor.cause == place:
                return [self._shift(factor)]
        if finding is None:
            return self._link(float(self.network.gate[place]), self.network.gate_leak)
        if finding.variable and len(finding.states) == 1:
            state = finding.states[0] - 1
            p = float(self.network.variables[finding.variable][place, state])
            b = float(self.network.variable_leak[finding.variable][state])
            return [Line(self.say("conditional")), self._steps(p, b)]
        if name in self.network.attributes:
            column = self.network.attributes[name]
            p = float(self.network.attribute[place, column])
            b = float(self.network.attribute_leak[column])
            return [Line(self.say("conditional")), self._steps(p, b)]
        total = self.network.total.get((self.cause.id, name))
        if total is None:
            return [Line(self.say("no_figure"))]
        blocks: list[Block] = []
        if total.key[1] != name:
            blocks += self._inherited(total.key[1], total.share)
        b = float(self.network.leak[self.network.finding_index[name]])
        return [*blocks, *self._link(total.p.value * total.share, b)]

    def _inherited(self, origin: str, share: float) -> list[Block]:
        text = f"{self.cause.id}/{origin}"
        if share != 1:
            text += f", {self.say('inherited_share', share=f'{share:.3g}')}"
        blocks: list[Block] = [self._pairs(("inherited", text))]
        for row in self.look.rows("links", cause=self.cause.id, finding=origin):
            blocks += self._link_row(row)
        return blocks

    def _steps(self, p: float, b: float) -> Pairs:
        """Give the steps that yes and no make in the odds of the cause."""
        return self._pairs(
            ("present_bits", self._step(log2(p / b))),
            ("absent_bits", self._step(log2((1 - p) / (1 - b)))),
        )

    def _link(self, p: float, b: float) -> list[Block]:
        """Give the link (p - b)/(1 - b), and the steps where there is one."""
        if p <= b:
            return [self._pairs(("link", self.say("link_none")))]
        chance = self.say("link_value", p=f"{(p - b) / (1 - b):.3g}")
        return [self._pairs(("link", chance)), self._steps(p, b)]

    def _step(self, bits: float) -> str:
        return f"{self.say('odds')} x {2**bits:.3g} ({bits:+.2f} bit)"

    def _shift(self, factor: Factor) -> Pairs:
        return self._pairs(
            ("present_bits", self._step(factor.present / log(2))),
            ("absent_bits", self._step(factor.absent / log(2))),
        )

    def _background(self, name: str) -> list[Block]:
        blocks: list[Block] = []
        for row in self.look.rows("background", finding=name):
            self.keys += keys(row)
            blocks += [
                Heading(self.say("background")),
                self._pairs(
                    ("figure", cell_range(row, "p")),
                    ("grade", self.look.grade(row["grade"] or "D")),
                    ("source", "; ".join(keys(row))),
                    ("note", row["note"]),
                    ("row", f"{row.file}:{row.line}"),
                ),
            ]
        return blocks


def _new(column: str, row: Row, told: Row | None) -> str:
    text = row[column].strip()
    return "" if told is not None and told[column].strip() == text else text
