"""Everything about one identifier, and the lists of causes, findings and claims."""

from __future__ import annotations

from kedut.knowledge.entities import Cause, Claim, Finding, Kind
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.nearest import nearest
from kedut.knowledge.parse_rows import keys
from kedut.knowledge.row_keys import key_of
from kedut.knowledge.tables import Row
from kedut.report.knowledge_lookup import Lookup, cell_range
from kedut.report.knowledge_text import Block, Heading, Line, Pairs


def everything(knowledge: Knowledge, language: str) -> list[Block]:
    """Give every cause by family and every finding by kind, with its name."""
    look = Lookup(knowledge, language)
    blocks: list[Block] = []
    families = dict.fromkeys(cause.family for cause in knowledge.causes.values())
    for family in families:
        of_one = [c.id for c in knowledge.causes.values() if c.family == family]
        title = f"{look.say('causes')}: {look.words.say(f'family.{family}')} ({len(of_one)})"
        blocks += [Heading(title), Pairs(tuple((c, look.cause_name(c)) for c in sorted(of_one)))]
    for kind in Kind:
        ids = sorted(f.id for f in knowledge.findings.values() if f.kind is kind)
        if ids:
            title = f"{look.say('findings')}: {look.words.say(f'kind.{kind}')} ({len(ids)})"
            blocks += [Heading(title), Pairs(tuple((f, look.finding_name(f)) for f in ids))]
    return blocks


def claims(knowledge: Knowledge, language: str) -> list[Block]:
    """Give every statement of the article with its verdict, sources and what carries it."""
    teller = _Show(Lookup(knowledge, language))
    blocks = [block for claim in knowledge.claims for block in teller.claim(claim)]
    return [*blocks, *teller.look.sources(teller.keys)]


def show(knowledge: Knowledge, identifier: str, language: str) -> list[Block]:
    """Give everything about an identifier; where several things bear it, about each.

    Raises
    ------
    UnknownIdentifier
        Names the nearest identifiers of all kinds.
    """
    blocks = _Show(Lookup(knowledge, language)).anything(identifier)
    if not blocks:
        raise UnknownIdentifier(identifier, nearest(identifier, identifiers(knowledge)))
    return blocks


def identifiers(knowledge: Knowledge) -> list[str]:
    """Give every identifier that can be shown."""
    tables = ("causes", "findings", "rules", "treatments", "tests", "claims")
    return [
        *(row["id"] for table in tables for row in knowledge.tables[table]),
        *(row["test"] for row in knowledge.tables["tests"]),
        *(row["value"] for row in knowledge.tables["values"]),
        *knowledge.aliases,
        *knowledge.sources,
        *knowledge.words("en").table("topics"),
    ]


class _Show:
    """Tells of one thing after the other; the sources come at the end."""

    def __init__(self, look: Lookup) -> None:
        self.look = look
        self.say = look.say
        self.words = look.words
        self.knowledge = look.knowledge
        self.keys: list[str] = []

    def anything(self, identifier: str) -> list[Block]:
        knowledge = self.knowledge
        blocks: list[Block] = []
        if identifier in knowledge.causes:
            blocks += self.cause(knowledge.causes[identifier])
        if identifier in knowledge.aliases:
            title = f"{identifier}: {self.say('alias_of')} {knowledge.aliases[identifier]}"
            blocks.append(Heading(title))
        finding = knowledge.findings.get(knowledge.aliases.get(identifier, identifier))
        if finding is not None:
            blocks += self.finding(finding)
        for table, columns, tell in (
            ("rules", ("id",), self.rule),
            ("treatments", ("id",), self.treatment),
            ("tests", ("id", "test"), self.test),
            ("values", ("value",), self.threshold),
        ):
            for row in knowledge.tables[table]:
                if identifier in (row[column] for column in columns):
                    self.keys += keys(row)
                    blocks += [Heading(f"{self.say(_ONE[table])} {identifier}"), tell(row)]
        for claim in knowledge.claims:
            if claim.id == identifier:
                blocks += self.claim(claim)
        if identifier in self.words.table("topics"):
            texts = self.words.table("topics")[identifier]
            blocks += [Heading(texts["title"]), Line(texts["body"]), Line(texts["links"])]
        if identifier in knowledge.sources:
            blocks += self.source(identifier)
        return [*blocks, *self.look.sources(self.keys)]

    def _pairs(self, *rows: tuple[str, str]) -> Pairs:
        return Pairs(tuple((self.say(label), text) for label, text in rows if text))

    def _yes(self, holds: bool) -> str:
        return self.say("yes" if holds else "no")

    def _rows(self, table: str, left: str, figure_in: str, **cells: str) -> Pairs:
        """Give the figures of some rows: what, figure, grade, role, sources; largest first."""
        rows = self.look.rows(table, **cells)
        if figure_in == "p":
            rows.sort(key=lambda row: (-_number(row["p"]), row[left]))
        lines = []
        for row in rows:
            self.keys += keys(row)
            label = " ".join(filter(None, (row[c] for c in left.split())))
            parts = (
                cell_range(row, figure_in),
                row["measure"] if table in ("risks", "priors") else "",
                row["grade"] or "D",
                row["role"] if row["role"] not in ("finding", "risk") else "",
                f"[{'; '.join(keys(row))}]" if keys(row) else "",
            )
            lines.append((label or "*", "  ".join(filter(None, parts))))
        return Pairs(tuple(lines))

    def cause(self, cause: Cause) -> list[Block]:
        texts = self.words.table("causes").get(cause.id, {})
        self.keys += cause.sources
        codes = (("ICD-10", cause.icd10), ("ICD-11", cause.icd11))
        blocks: list[Block] = [
            Heading(f"{self.say('cause')} {cause.id}: {self.look.cause_name(cause.id)}"),
            Line(texts.get("summary", "")),
            self._pairs(
                ("fear", texts.get("fear", "")),
                ("family", self.words.say(f"family.{cause.family}")),
                ("harm_level", self.words.say(f"level.{cause.harm_level}")),
                ("grave", self._yes(cause.grave)),
                ("codes", ", ".join(f"{system} {code}" for system, code in codes if code)),
                ("review_by", cause.review_by),
                ("note", cause.note),
            ),
        ]
        for label, table, left, column in (
            ("prior", "priors", "sex age_from age_to", "value"),
            ("links", "links", "finding", "p"),
            ("risks", "risks", "factor", "value"),
            ("course", "course", "measure day", "value"),
        ):
            found = self._rows(table, left, column, cause=cause.id)
            blocks += [Heading(self.say(label)), found] if found.rows else []
        for table, tell in (("tests", self.test), ("treatments", self.treatment)):
            rows = self.look.rows(table, cause=cause.id)
            blocks += [Heading(self.say(table))] if rows else []
            for row in rows:
                self.keys += keys(row)
                blocks += [Line(row["id"]), tell(row)]
        return [*blocks, Heading(self.say("used_by")), self.look.uses_of_cause(cause)]

    def finding(self, finding: Finding) -> list[Block]:
        texts = self.words.table("findings").get(finding.id, {})
        name = finding.id
        codes = (("HPO", finding.hpo), ("LOINC", finding.loinc))
        state = f"{finding.variable} {', '.join(map(str, finding.states))}".strip()
        aliases = [alias for alias, target in self.knowledge.aliases.items() if target == name]
        implied = [f"{wider} ({share:g})" for wider, share in self.knowledge.implied.get(name, ())]
        blocks: list[Block] = [
            Heading(f"{self.say('finding')} {name}: {self.look.finding_name(name)}"),
            self._pairs(
                ("question", texts.get("question", "")),
                ("help", texts.get("help", "")),
                ("kind", self.words.say(f"kind.{finding.kind}")),
                ("asked", self._yes(finding.asked)),
                ("state", state),
                ("gate", self._yes(True) if finding.gated else ""),
                ("aliases", ", ".join(aliases)),
                ("implies", ", ".join(implied)),
                ("implied_by", ", ".join(self.knowledge.implied_by.get(name, ()))),
                ("codes", ", ".join(f"{system} {code}" for system, code in codes if code)),
                ("review_by", finding.review_by),
                ("note", finding.note),
            ),
        ]
        for label, table, left, column, cells in (
            ("background", "background", "finding", "p", {"finding": name}),
            ("causes", "links", "cause", "p", {"finding": name}),
            ("risks", "risks", "cause", "value", {"factor": name}),
        ):
            found = self._rows(table, left, column, **cells)
            blocks += [Heading(self.say(label)), found] if found.rows else []
        return [*blocks, Heading(self.say("used_by")), self.look.uses_of_finding(name)]

    def rule(self, row: Row) -> Pairs:
        texts = self.words.table("rules").get(row["id"], {})
        merged = row["kind"] == "merged"
        return self._pairs(
            ("level", "" if merged else self.words.say(f"level.{row['level']}")),
            ("within_days", row["within_days"]),
            ("when", row["when"]),
            ("kind", row["kind"]),
            ("asks_first", row["asks_first"].replace(";", ", ")),
            *((f"rule_{part}", texts.get(part, "")) for part in ("reason", "action", "avoid")),
            ("review_by", row["review_by"]),
            ("note", row["note"]),
            ("row", f"{row.file}:{row.line}" + (f" ({self.say('merged_rule')})" * merged)),
        )

    def treatment(self, row: Row) -> Pairs:
        texts = self.words.table("treatments").get(row["id"], {})
        return self._pairs(
            ("treatment", texts.get("text", "")),
            ("who", self.words.say(f"who.{row['who']}")),
            ("strength", row["strength"]),
            ("evidence", texts.get("evidence", "")),
            ("limits", texts.get("limits", "")),
            ("only_when", row["only_when"]),
            ("not_when", row["not_when"]),
            ("effect", row["effect"]),
            ("grade", row["grade"]),
            ("source", "; ".join(keys(row))),
            ("note", row["note"]),
        )

    def test(self, row: Row) -> Pairs:
        return self._pairs(
            ("test", self.words.of("tests", row["test"], "name")),
            ("cause", row["cause"]),
            ("sets", row["finding"]),
            ("sensitivity", row["sensitivity"]),
            ("specificity", row["specificity"]),
            ("where", self.words.say(f"where.{row['where']}") if row["where"] else ""),
            ("grade", row["grade"]),
            ("source", "; ".join(keys(row))),
            ("note", row["note"]),
        )

    def threshold(self, row: Row) -> Pairs:
        return self._pairs(
            ("sets", row["finding"]),
            ("when", f"{row['op']} {row['threshold']} {row['unit']}".strip()),
            ("range", f"{row['low']} - {row['high']} {row['unit']}".strip()),
            ("grade", row["grade"]),
            ("source", "; ".join(keys(row))),
            ("note", row["note"]),
        )

    def claim(self, claim: Claim) -> list[Block]:
        self.keys += claim.sources
        texts = self.words.table("claims").get(claim.id, {})
        return [
            Heading(f"{claim.id}: {texts.get('statement', '')}"),
            self._pairs(
                ("verdict", self.words.say(f"verdict.{claim.verdict}")),
                ("comment", texts.get("comment", "")),
                ("carried_by", ", ".join(claim.carried_by)),
                ("source", "; ".join(claim.sources)),
                ("note", claim.note),
            ),
        ]

    def source(self, key: str) -> list[Block]:
        source = self.knowledge.sources[key]
        uses: dict[str, list[str]] = {}
        same = {k for k, other in self.knowledge.sources.items() if other is source}
        for name, table in self.knowledge.tables.items():
            for row in table:
                if same & set(keys(row)):
                    uses.setdefault(name, []).append("/".join(filter(None, key_of(name, row))))
        return [
            Heading(f"{self.say('source')} {key}"),
            Line(source.citation),
            self._pairs(
                ("aliases", ", ".join(sorted(same - {key}))),
                ("pmid", source.pmid),
                ("doi", source.doi),
                ("address", source.url),
                ("kind", source.kind),
                ("accessed_as", source.accessed_as),
            ),
            Heading(self.say("used_by")),
            Pairs(tuple((name, ", ".join(found)) for name, found in uses.items())),
        ]


_ONE = {"rules": "rule", "treatments": "treatment", "tests": "test", "values": "value"}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
