"""Loading a knowledge folder whole: every fault is found and reported at once."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from kedut.knowledge import bodymap, parse_measured
from kedut.knowledge import parse_rows as parse
from kedut.knowledge.entities import CALF_MOVEMENT, CoursePoint
from kedut.knowledge.errors import BadKnowledge, Fault
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.nearest import nearest
from kedut.knowledge.row_keys import order
from kedut.knowledge.tables import Row, Table, read_table

OURS = Path(__file__).parent
T = TypeVar("T")
P = TypeVar("P", bodymap.Place, bodymap.Territory)

COLUMNS: dict[str, str] = {
    "aliases": "alias,id",
    "background": "finding,p,low,high,grade,source_keys,note",
    "bodymap": "region,sensation,sides,finding,position",
    "causes": "id,family,harm_level,icd10,grave,review_by,source_keys,note",
    "claims": "id,section,verdict,carried_by,source_keys,note",
    "course": "cause,measure,day,value,low,high,audience,grade,source_keys,note",
    "decisions": "key,value,grade,source_keys,note",
    "findings": "id,kind,variable,states,gate,asked,seconds,review_by",
    "implications": "finding,implies,share",
    "lasting": "finding,note",
    "links": "cause,finding,p,low,high,n,grade,role,source_keys,note",
    "local": "country,key,value,checked",
    "measured": "finding,feature,low,high,modalities,absent_in,muscle,least_s,grade,source_keys",
    "opening": "group,finding,position",
    "pictures": "picture,thing,id",
    "priors": "cause,sex,age_from,age_to,measure,value,low,high,window_d,factor,grade,source_keys",
    "private": "finding,kind,note",
    "rates": "id,muscle,people,measure,value,low,high,grade,source_keys",
    "review": "item,outcome,where,note",
    "risks": "cause,factor,measure,value,low,high,grade,role,source_keys,note",
    "rules": "id,when,level,within_days,kind,source_keys,review_by,note",
    "screen": "group,finding",
    "source-aliases": "alias,key",
    "sources": "key,authors,year,title,venue,doi,pmid,url,kind,accessed_as",
    "terms": "term,language,region,findings,ask,note",
    "territories": "id,kind,sides,core,regions,findings,position,grade,source_keys",
    "tests": "id,cause,test,finding,sensitivity,specificity,where,grade,source_keys",
    "treatments": "id,cause,who,strength,only_when,not_when,grade,source_keys",
    "values": "value,unit,low,high,finding,op,threshold,source_keys",
}
# Tables that came later: a folder without them is older, not faulty.
OPTIONAL = frozenset(
    {
        "bodymap",
        "lasting",
        "measured",
        "opening",
        "pictures",
        "private",
        "rates",
        "review",
        "terms",
        "territories",
    }
)


@cache
def ours() -> Knowledge:
    """Load the knowledge that comes with the software, once.

    Every row is read and must parse. That its names and sources resolve was checked when it was
    made (`make check`), and is not checked again at every start.
    """
    collecting = gc.isenabled()
    gc.disable()  # tens of thousands of rows, none of them garbage
    try:
        return load(OURS, crossed=True)
    finally:
        if collecting:
            gc.enable()


def load(folder: Path, *, crossed: bool = False) -> Knowledge:
    """Load and check a knowledge folder (`tables/`, `words/`, `VERSION`).

    crossed : that rows agree with each other is known already

    Raises
    ------
    BadKnowledge
        Lists every fault with file and line.
    """
    knowledge, faults = read(folder, crossed=crossed)
    if knowledge is None or faults:
        raise BadKnowledge(tuple(faults))
    return knowledge


def read(folder: Path, *, crossed: bool = False) -> tuple[Knowledge | None, list[Fault]]:
    """Read a knowledge folder as far as it can be read, with the list of its faults."""
    faults: list[Fault] = []
    if not (folder / "tables").is_dir():
        return None, [Fault(file=str(folder), line=0, what="no folder 'tables' in it")]
    tables = {
        name: _table(folder / "tables", name, tuple(columns.split(",")), faults)
        for name, columns in COLUMNS.items()
    }
    knowledge = _assemble(folder, _version(folder / "VERSION", faults), tables, faults)
    if not crossed:
        _cross_check(knowledge, faults)
    return knowledge, faults


def _table(folder: Path, name: str, columns: tuple[str, ...], faults: list[Fault]) -> Table:
    if name in OPTIONAL and not any(folder.glob(f"{name}*.csv")):
        return Table(name, columns)
    return read_table(folder, name, columns, faults)


def _version(path: Path, faults: list[Fault]) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        faults.append(Fault(file="VERSION", line=0, what="the file is missing"))
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(file="VERSION", line=0, what=f"cannot be read: {error}"))
    return "unknown"


def _rows(table: Table, make: Callable[[Row], T], faults: list[Fault]) -> list[T]:
    made = []
    for row in table:
        try:
            made.append(make(row))
        except ValueError as error:
            faults.append(row.fault(str(error)))
        except RecursionError:
            faults.append(row.fault("a condition has too many parentheses in each other"))
    return made


def _assemble(
    folder: Path, version: str, tables: dict[str, Table], faults: list[Fault]
) -> Knowledge:
    findings = {f.id: f for f in _rows(tables["findings"], parse.finding, faults)}
    aliases = {row["alias"]: row["id"] for row in tables["aliases"]}

    def rename(identifier: str) -> str:
        return aliases.get(identifier, identifier)

    course: dict[str, list[CoursePoint]] = {}
    for point in _rows(tables["course"], parse.course_point, faults):
        if point is not None:
            course.setdefault(point.cause, []).append(point)

    def groups(table: Table) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for row in sorted(table, key=lambda row: order((row["position"],))):
            found.setdefault(row["group"], []).append(rename(row["finding"]))
        return {group: tuple(members) for group, members in found.items()}

    return Knowledge(
        version=version,
        folder=folder,
        findings=findings,
        causes={c.id: c for c in _rows(tables["causes"], parse.cause, faults)},
        aliases=aliases,
        priors=tuple(_rows(tables["priors"], parse.prior, faults)),
        links=tuple(_rows(tables["links"], parse.link, faults)),
        risks=tuple(_rows(tables["risks"], parse.risk, faults)),
        background={b.finding: b for b in _rows(tables["background"], parse.background, faults)},
        implications=tuple(_rows(tables["implications"], parse.implication, faults)),
        thresholds=tuple(_rows(tables["values"], parse.threshold, faults)),
        measured=tuple(_rows(tables["measured"], parse_measured.limit, faults)),
        rates=tuple(_rows(tables["rates"], parse_measured.rate, faults)),
        rules=tuple(
            r for r in _rows(tables["rules"], lambda row: parse.rule(row, rename), faults) if r
        ),
        screen=groups(tables["screen"]),
        opening=groups(tables["opening"]),
        treatments=tuple(
            _rows(tables["treatments"], lambda row: parse.treatment(row, rename), faults)
        ),
        tests=tuple(_rows(tables["tests"], parse.test, faults)),
        course={c: tuple(sorted(ps, key=lambda p: p.day)) for c, ps in course.items()},
        claims=tuple(_rows(tables["claims"], parse.claim, faults)),
        private=_private(tables["private"], rename, faults),
        lasting=frozenset(rename(row["finding"]) for row in tables["lasting"]),
        local={(row["country"], row["key"]): row["value"] for row in tables["local"]},
        places=tuple(_placed(_rows(tables["bodymap"], bodymap.place, faults))),
        territories=tuple(_placed(_rows(tables["territories"], bodymap.territory, faults))),
        decisions=dict(_rows(tables["decisions"], parse.decision, faults)),
        tables=tables,
    )


def _placed(things: list[P]) -> list[P]:
    return sorted(things, key=lambda thing: thing.position)


def _private(
    table: Table, rename: Callable[[str], str], faults: list[Fault]
) -> dict[str, frozenset[str]]:
    kinds: dict[str, set[str]] = {}
    for name, kind in _rows(table, parse.private, faults):
        kinds.setdefault(kind, set()).add(rename(name))
    return {kind: frozenset(names) for kind, names in kinds.items()}


# Which column of which table names what.
_REFERS: tuple[tuple[str, str, str], ...] = (
    ("aliases", "id", "finding"),
    ("background", "finding", "finding"),
    ("bodymap", "finding", "finding"),
    ("course", "cause", "cause"),
    ("implications", "finding", "finding"),
    ("implications", "implies", "finding"),
    ("lasting", "finding", "finding"),
    ("links", "cause", "cause"),
    ("links", "finding", "finding"),
    ("measured", "finding", "finding"),
    ("priors", "cause", "cause"),
    ("private", "finding", "finding"),
    ("risks", "cause", "cause"),
    ("risks", "factor", "finding"),
    ("opening", "finding", "finding"),
    ("screen", "finding", "finding"),
    ("tests", "cause", "cause"),
    ("tests", "finding", "finding"),
    ("treatments", "cause", "cause"),
    ("values", "finding", "finding"),
)

_UNIQUE: dict[str, tuple[str, ...]] = {
    "aliases": ("alias",),
    "background": ("finding",),
    "bodymap": ("region", "sensation", "sides", "finding"),
    "causes": ("id",),
    "claims": ("id",),
    "decisions": ("key",),
    "findings": ("id",),
    "implications": ("finding", "implies"),
    "lasting": ("finding",),
    "links": ("cause", "finding"),
    "measured": ("finding", "feature"),
    "pictures": ("picture", "thing", "id"),
    "private": ("finding",),
    "rates": ("id",),
    "risks": ("cause", "factor", "measure"),
    "rules": ("id",),
    "sources": ("key",),
    "territories": ("id",),
    "tests": ("id",),
    "treatments": ("id",),
}


def _cross_check(knowledge: Knowledge, faults: list[Fault]) -> None:
    ids = {t: {row["id"] for row in knowledge.tables[t]} for t in ("findings", "causes")}
    known = {
        "finding": {*ids["findings"], *knowledge.aliases, CALF_MOVEMENT},
        "cause": ids["causes"],  # a row that is there but wrong is told once, at its own place
    }
    for table, column, thing in _REFERS:
        for row in knowledge.tables[table]:
            name = row.cells.get(column, "")
            if name and name not in known[thing]:
                hint = ", ".join(repr(n) for n in nearest(name, known[thing], 1))
                home = "findings.csv" if thing == "finding" else "causes.csv"
                faults.append(
                    row.fault(
                        f"{thing} {name!r} is not in {home}"
                        + (f"; nearest: {hint}" if hint else "")
                    )
                )
    for table, key in _UNIQUE.items():
        keys = [tuple([row[c] for c in key]) for row in knowledge.tables[table]]
        counts = Counter(keys)
        if len(counts) < len(keys):
            faults.extend(
                row.fault(f"{' '.join(own)} stands more than once")
                for row, own in zip(knowledge.tables[table], keys, strict=True)
                if counts[own] > 1
            )
    sources = {
        *(row["key"] for row in knowledge.tables["sources"]),
        *(row["alias"] for row in knowledge.tables["source-aliases"]),
    }
    faults.extend(
        row.fault(f"source {source!r} is not in sources.csv")
        for rows in knowledge.tables.values()
        for row in rows
        for source in parse.keys(row)
        if source not in sources
    )
    _check_conditions(knowledge, faults, known["finding"])


def _check_conditions(knowledge: Knowledge, faults: list[Fault], known: set[str]) -> None:
    for table, columns in (("rules", ("when",)), ("treatments", ("only_when", "not_when"))):
        for row in knowledge.tables[table]:
            for column in columns:
                for name in parse.identifiers(row[column]):
                    if name not in known:
                        hint = ", ".join(repr(n) for n in nearest(name, known, 1))
                        faults.append(
                            row.fault(
                                f"{column} names {name!r}, which nobody can be asked"
                                + (f"; nearest: {hint}" if hint else "")
                            )
                        )
