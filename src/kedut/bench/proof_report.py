"""The report of the proof: every claim with its line, every part with its run, and plots."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kedut.bench import proof_plots
from kedut.bench.proof_claims import CLAIMS, Line, line_of
from kedut.bench.proof_parts import Part
from kedut.bench.proof_run import TOO_LONG, Record

PAGE = Path("docs/reference/proof.md")
PICTURES = Path("docs/images")
WHOLE = Path("build/proof/proof.html")
_LONGEST = 12
_PEERS = ("F1", "threshold, notches", "NeuroKit2", "BioSPPy", "SpikeInterface")


def lines(parts: Sequence[Part], records: Mapping[str, Record]) -> list[Line]:
    """Give every claim's line."""
    return [line_of(claim, parts, records) for claim in CLAIMS]


def pictures(records: Mapping[str, Record]) -> dict[str, str]:
    """Give the plots that the records bear, by file name."""
    found = {}
    for part, title in (
        ("evaluation", "Chances of causes, invented people"),
        ("course", "Chances of a diary, invented courses"),
    ):
        points = proof_plots.calibration(records[part].figures) if part in records else []
        if points:
            found[f"proof-{part}.svg"] = proof_plots.curve(title, points)
    if "measure.emg" in records:
        figures = records["measure.emg"].figures
        rows = [
            ("kedut" if name == "F1" else name, float(told))
            for name in _PEERS
            if (told := figures.get(f"EMG, shared recordings / pooled / {name}"))
        ]
        if rows:
            found["proof-emg.svg"] = proof_plots.bars("Twitches found in EMG, F1", rows)
    longest = sorted(records.values(), key=lambda one: -one.seconds)[:_LONGEST]
    if longest:
        rows = [(one.part, one.seconds / 60) for one in longest]
        found["proof-minutes.svg"] = proof_plots.bars("Longest parts, minutes", rows, digits=1)
    return found


def markdown(
    parts: Sequence[Part],
    records: Mapping[str, Record],
    marks: Mapping[str, str],
    plots: Sequence[str],
) -> str:
    """Give the page."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    here = {part.name: records[part.name] for part in parts if part.name in records}
    found = lines(parts, here)
    held = [line for line in found if line.text]
    commits = sorted({record.commit for record in here.values()})
    text = [
        "# Proof",
        "",
        f"Written on {today} by `make proof`; no figure on this page is typed in by hand.",
        "",
        f"- {len(held)} of {len(found)} claims shown; "
        f"{sum(line.short_of_aim for line in held)} of them fall short of an aim",
        f"- {sum(one.held for one in here.values())} of {len(parts)} parts held, "
        f"{sum(not one.held for one in here.values())} did not, "
        f"{len(parts) - len(here)} not run yet",
        f"- {sum(one.fingerprint != marks[name] for name, one in here.items())} of the runs were"
        " of other files than those of this report",
        *(f"- commit {name}" for name in commits if name),
        *(f"- machine: {name}" for name in sorted({one.machine for one in here.values()})),
        "",
        "How it is made: [prove what is claimed](../how-to/prove.md).",
        "",
        *(f"![{name}](../images/{name})" for name in plots),
        "",
        "## Claims",
        "",
        "A text that claims a number names its line here. Numbers are the first of what the part",
        "said.",
        "",
    ]
    for line in found:
        text += [f"### {line.claim.id}", "", *_claim(line), ""]
    text += ["## Parts", "", *_parts(parts, records, marks), "", *_skipped(here.values()), ""]
    return "\n".join(text).rstrip() + "\n"


def _claim(line: Line) -> list[str]:
    claim = line.claim
    if not line.text:
        return [f"{_capital(claim.says)}: *{line.why}*"]
    aims = []
    if claim.least is not None:
        aims.append(f"at least {claim.least:g}")
    if claim.most is not None:
        aims.append(f"at most {claim.most:g}")
    aim = f"; aim {' and '.join(aims)}: {'missed' if line.short_of_aim else 'reached'}"
    return [
        f"{_capital(claim.says)}: **{line.text}** (part `{claim.part}`, {line.at}"
        f"{aim if aims else ''})"
    ]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _parts(
    parts: Sequence[Part], records: Mapping[str, Record], marks: Mapping[str, str]
) -> list[str]:
    rows = ["| part | what | began | minutes | said |", "| --- | --- | --- | ---: | --- |"]
    for part in parts:
        record = records.get(part.name)
        if record is None:
            rows.append(f"| `{part.name}` | {part.says} |  |  | not run yet |")
            continue
        told = "held" if record.held else f"did not hold ({record.exit})"
        if record.exit == TOO_LONG:
            told = "did not end within 25 minutes"
        if record.fingerprint != marks[part.name]:
            told += ", on other files"
        if part.tests and record.figures:
            counts = (f"{count} {name}" for name, count in record.figures.items() if count != "0")
            told += ": " + ", ".join(counts)
        minutes = f"{record.seconds / 60:.1f}"
        rows.append(f"| `{part.name}` | {part.says} | {record.started} | {minutes} | {told} |")
    return rows


def _skipped(records: Iterable[Record]) -> list[str]:
    found = [f"- `{record.part}`: {why}" for record in records for why in record.skipped]
    return ["## Left out", "", "Tests that were skipped, and why.", "", *found] if found else []


def html(text: str, plots: Mapping[str, str]) -> str:
    """Give the page as one file that needs no other."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark").enable("table").render(text)
    for name, svg in plots.items():
        body = re.sub(rf'<img src="[^"]*{re.escape(name)}"[^>]*>', lambda _, svg=svg: svg, body)  # type: ignore[misc] # bound now
    body = re.sub(r"<h3>(P\d\d)</h3>", r'<h3 id="\1">\1</h3>', body)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>kedut: proof</title>\n'
        "<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
        "background:#fbf7f0;color:#23211e}table{border-collapse:collapse;font-size:14px}"
        "td,th{border:1px solid #e3d9c9;padding:.2rem .5rem;text-align:left}</style>\n"
        f"{body}</html>\n"
    )


def write(
    root: Path, parts: Sequence[Part], records: Mapping[str, Record], marks: Mapping[str, str]
) -> None:
    """Write page, plots, and the one file."""
    plots = pictures(records)
    for name, svg in plots.items():
        (root / PICTURES / name).write_text(svg, encoding="utf-8")
    text = markdown(parts, records, marks, list(plots))
    (root / PAGE).write_text(text, encoding="utf-8")
    (root / WHOLE).parent.mkdir(parents=True, exist_ok=True)
    (root / WHOLE).write_text(html(text, plots), encoding="utf-8")


def numbers_on(page: str) -> dict[str, float | None]:
    """Read each claim's number from the page; nothing where it is not shown."""
    from kedut.bench.proof_read import number_of

    found: dict[str, float | None] = {}
    for block in re.split(r"(?m)^### ", page)[1:]:
        name, _, rest = block.partition("\n")
        bold = re.search(r"\*\*(.+?)\*\*", rest.partition("\n## ")[0])
        found[name.strip()] = number_of(bold[1]) if bold else None
    return found
