"""The reference pages of causes: one page a family, every figure with its grade and sources."""

from __future__ import annotations

from kedut.knowledge.entities import Cause
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import keys
from kedut.knowledge.row_keys import key_of, order
from kedut.knowledge.tables import Row
from kedut.report.knowledge_lookup import Lookup, cell_range, page_of_cause, page_of_finding
from kedut.report.markdown import Footnotes, code, escaped, page, table

LANGUAGE = "en"
_USED = frozenset({"finding", "measured", "risk", "amplifier"})
_GRADES = (
    "Grades: A counted in a study, B from a review or guideline, C a source says it in words, "
    "D judged without a source. A range stands in brackets."
)


def cause_pages(knowledge: Knowledge) -> dict[str, str]:
    """Give the index of causes and the page of each family, by file name."""
    look = Lookup(knowledge, LANGUAGE)
    families = sorted({cause.family for cause in knowledge.causes.values()})
    pages = {f"causes-{family}.md": _family(look, family) for family in families}
    return {"causes.md": _index(look, families), **pages}


def _of_family(knowledge: Knowledge, family: str) -> list[Cause]:
    causes = [cause for cause in knowledge.causes.values() if cause.family == family]
    return sorted(causes, key=lambda cause: cause.id)


def _index(look: Lookup, families: list[str]) -> str:
    parts = []
    for family in families:
        rows = [
            (
                f"[{cause.id}]({page_of_cause(cause)})",
                escaped(look.cause_name(cause.id)),
                str(cause.harm_level),
                "yes" if cause.grave else "",
                cause.icd10,
            )
            for cause in _of_family(look.knowledge, family)
        ]
        parts += [
            f"## {look.words.say(f'family.{family}').capitalize()}",
            table(("cause", "name", "urgency if it is this", "grave", "ICD-10"), rows),
        ]
    total = len(look.knowledge.causes)
    return page("Causes", f"The {total} causes kedut weighs, by family.", *parts)


def _family(look: Lookup, family: str) -> str:
    notes = Footnotes(look.knowledge)
    parts = [
        part
        for cause in _of_family(look.knowledge, family)
        for part in _CausePart(look, cause, notes).parts()
    ]
    title = f"Causes: {look.words.say(f'family.{family}')}"
    return page(title, _GRADES, *parts, notes.text())


class _CausePart:
    """What a family page says of one cause."""

    def __init__(self, look: Lookup, cause: Cause, notes: Footnotes) -> None:
        self.look = look
        self.cause = cause
        self.notes = notes

    def parts(self) -> list[str]:
        cause = self.cause
        texts = self.look.words.table("causes").get(cause.id, {})
        codes = (("ICD-10", cause.icd10), ("ICD-11", cause.icd11))
        facts = [
            f"Right urgency if it is this: {cause.harm_level}.",
            "Grave if missed." if cause.grave else "",
            *(f"{system} {name}." for system, name in codes if name),
            f"To be reviewed by {cause.review_by}." if cause.review_by else "",
            f"Merged into `{cause.replaced_by}`." if cause.replaced_by else "",
            self.notes.marks(cause.sources),
        ]
        return [
            f"## {cause.id}",
            f"**{escaped(self.look.cause_name(cause.id))}**. {escaped(texts.get('summary', ''))}",
            " ".join(fact for fact in facts if fact),
            escaped(cause.note),
            *self._prior(),
            *self._figures("links", "finding", "p", "Findings in people with it"),
            *self._figures("risks", "factor", "value", "What makes it likelier or less likely"),
            *self._tests(),
            *self._treatments(),
            *self._course(),
        ]

    def _rows(self, name: str) -> list[Row]:
        rows = self.look.rows(name, cause=self.cause.id)
        return sorted(rows, key=lambda row: order(key_of(name, row)))

    def _grade(self, row: Row) -> str:
        return f"{row['grade'] or 'D'}{self.notes.marks(keys(row))}"

    def _prior(self) -> list[str]:
        header = ("sex", "ages", "measure", "figure", "window, days", "factor", "grade", "note")
        rows = [
            (
                row["sex"] or "both",
                f"{row['age_from'] or '18'} to {row['age_to'] or '120'}",
                row["measure"],
                cell_range(row, "value"),
                row["window_d"],
                row["factor"] or "1",
                self._grade(row),
                escaped(row["note"]),
            )
            for row in self._rows("priors")
        ]
        return _titled("Prior: how often it is at work", table(header, rows))

    def _figures(self, name: str, column: str, value: str, title: str) -> list[str]:
        """Give used figures with sources as a table, judged ones and unused ones as text."""
        rows = self._rows(name)
        used = [row for row in rows if row["role"] in _USED]
        founded = [row for row in used if keys(row)]
        judged = [row for row in used if not keys(row)]
        kept = [row for row in rows if row["role"] not in _USED]
        header = (column, "figure", "of", "grade", "note")
        cells = [
            (
                self._finding(row[column]),
                self._value(row, value),
                f"{row['k']} of {row['n']}" if row["k"] else row["n"],
                self._grade(row) + (f" ({row['role']})" if row["role"] == "amplifier" else ""),
                escaped(row["note"]),
            )
            for row in founded
        ]
        return [
            *_titled(title, table(header, cells)),
            *_titled(
                f"{title}, judged (D)" if cells else title, self._listed(judged, column, value)
            ),
            *_titled("Kept, not used", self._listed(kept, column, value, why=True)),
        ]

    def _listed(self, rows: list[Row], column: str, value: str, *, why: bool = False) -> str:
        """Give figures in a line: what, value, and of those not used the reason."""
        items = [
            f"{code(row[column])} {self._value(row, value)}"
            + (f" {row['role']}{self.notes.marks(keys(row))}" if why else "")
            for row in rows
        ]
        return "; ".join(items) + "." if items else ""

    @staticmethod
    def _value(row: Row, value: str) -> str:
        return " ".join(filter(None, (escaped(row["measure"]), cell_range(row, value))))

    def _finding(self, name: str) -> str:
        knowledge = self.look.knowledge
        found = knowledge.findings.get(knowledge.aliases.get(name, name))
        return f"[{name}]({page_of_finding(found)})" if found is not None else code(name)

    def _tests(self) -> list[str]:
        header = ("test", "sets", "sensitivity", "specificity", "where", "grade", "note")
        rows = [
            (
                escaped(self.look.words.of("tests", row["test"], "name")),
                self._finding(row["finding"]) if row["finding"] else "",
                row["sensitivity"],
                row["specificity"],
                row["where"],
                self._grade(row),
                escaped(row["note"]),
            )
            for row in self._rows("tests")
        ]
        return _titled("Tests", table(header, rows))

    def _treatments(self) -> list[str]:
        header = ("who", "what", "strength", "evidence", "limits", "grade")
        texts = self.look.words.table("treatments")
        rows = []
        for row in self._rows("treatments"):
            words = texts.get(row["id"], {})
            conditions = [
                f"{said} {code(row[column])}."
                for said, column in (("Only when", "only_when"), ("Not when", "not_when"))
                if row[column]
            ]
            rows.append(
                (
                    row["who"],
                    escaped(words.get("text", row["id"])),
                    row["strength"],
                    escaped(words.get("evidence", "")),
                    " ".join((escaped(words.get("limits", "")), *conditions)).strip(),
                    self._grade(row),
                )
            )
        return _titled("What helps", table(header, rows))

    def _course(self) -> list[str]:
        header = ("measure", "day", "figure", "unit", "for", "grade", "note")
        rows = [
            (
                escaped(row["measure"]),
                row["day"],
                cell_range(row, "value"),
                escaped(row["unit"]),
                row["audience"],
                self._grade(row),
                escaped(row["note"]),
            )
            for row in self._rows("course")
        ]
        return _titled("Course", table(header, rows))


def _titled(title: str, text: str) -> list[str]:
    return [f"**{title}**", text] if text else []
