"""The tables of the knowledge base for programs: as CSV, or as JSON where that is asked for."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from functools import lru_cache

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.row_keys import columns_of, sorted_rows

CSV = "text/csv"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Written:
    """One table in one form, and the tag that changes when it does."""

    body: bytes
    tag: str
    kind: str


@lru_cache(maxsize=64)
def written(knowledge: Knowledge, name: str, kind: str) -> Written:
    """Give a table as `kedut knowledge table` writes it, or as a list of objects."""
    table = knowledge.tables[name]
    columns = columns_of(table)
    rows = [[row[column] for column in columns] for row in sorted_rows(table)]
    if kind == JSON:
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        text = json.dumps(objects, ensure_ascii=False, separators=(",", ":"))
    else:
        page = io.StringIO()
        writer = csv.writer(page, lineterminator="\n")
        writer.writerows([columns, *rows])
        text = page.getvalue()
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Written(body, f'"{knowledge.version}-{digest}"', kind)


def kind_wanted(accept: str) -> str:
    """Give JSON where a header `Accept` prefers it to CSV."""
    weights = {CSV: 0.0, JSON: 0.0}
    for part in accept.split(","):
        name, _, rest = part.strip().lower().partition(";")
        if name.strip() in weights:
            weights[name.strip()] = max(weights[name.strip()], _weight(rest))
    return JSON if weights[JSON] > weights[CSV] else CSV


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def known_already(if_none_match: str, tag: str) -> bool:
    """Say whether a header `If-None-Match` names the tag."""
    named = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag in named or "*" in named
