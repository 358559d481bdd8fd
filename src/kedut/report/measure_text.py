"""A measurement on a terminal: what was counted first, then how sure it is, in 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kedut.case.measured import Concluded
from kedut.knowledge.knowledge_base import Knowledge
from kedut.measurement.measure import Measurement
from kedut.measurement.twitch import Kind, Twitch
from kedut.report import measure_published
from kedut.report.measure_numbers import clock, span
from kedut.report.measure_pictures import Source
from kedut.report.measure_sentences import MEANS, MeasureTeller
from kedut.report.measure_signal import labels

_BORDERS = {"seen": "blue", "none": "blue", "cannot": "yellow"}
_LEVELS = "▁▂▃▄▅▆▇█"
_LEFT_OUT = "░"
_MOST_ROWS = 8
_LABEL_CELLS = 13
_LEAST_CELLS = 20


def print_measurement(
    source: Source,
    measurement: Measurement,
    findings: Sequence[Concluded],
    knowledge: Knowledge,
    language: str,
    console: Console,
) -> None:
    """Print a measurement; `source` is not read again here."""
    del source  # the terminal shows times and counts, which the measurement holds
    _Printer(MeasureTeller(measurement, findings, knowledge, language), console).print()


class _Printer:
    def __init__(self, teller: MeasureTeller, console: Console) -> None:
        self.teller, self.console = teller, console
        self.say = teller.say

    def print(self) -> None:
        self._head()
        self._raster()
        self._bullets(self.say(f"means.{key}") for key in MEANS)
        self._quality()
        if self.teller.state == "seen":
            self._sources()
            self._pairs("intervals", self.teller.intervals())
        self._findings()
        self._heading("published")
        for sentence in measure_published.plainly(self.teller):
            self._paragraph(sentence)
        self._heading("limits")
        self._bullets(self.teller.limits())
        self._foot()

    def _heading(self, name: str) -> None:
        self.console.print()
        self.console.print(Text(self.say(f"heading.{name}"), style="bold underline"))

    def _paragraph(self, text: str, style: str = "") -> None:
        self.console.print(Padding(Text(text, style=style), (0, 0, 0, 2), expand=False))

    def _bullets(self, lines: Iterable[str]) -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=3, justify="right")
        grid.add_column()
        for line in lines:
            grid.add_row("•", Text(line))
        self.console.print(grid)

    def _head(self) -> None:
        body = Text()
        body.append(self.teller.headline(), style="bold")
        for sentence in self.teller.lead():
            body.append(f"\n{sentence}")
        body.append(f"\n{self.teller.technical()}", style="dim")
        title = Text(f"{self.teller.kind()}: {self.teller.about.name}")
        border = _BORDERS[self.teller.state]
        self.console.print(Panel(body, title=title, title_align="left", border_style=border))

    def _raster(self) -> None:
        """Print the twitches over time, one line a source; the taller, the more in that time."""
        rows = _rows(self.teller)
        duration_s = self.teller.features.duration_s
        if not rows or duration_s <= 0:
            return
        cells = max(_LEAST_CELLS, min(self.console.width, 120) - _LABEL_CELLS - 1)
        out = _left_out(self.teller.measurement, cells)
        for name, its in rows:
            line = Text(f"{name[: _LABEL_CELLS - 1]:>{_LABEL_CELLS - 1}} ")
            line.append(_bars(its, duration_s, cells, out), style="bold")
            self.console.print(line, no_wrap=True, overflow="crop")
        end = clock(duration_s)
        axis = f"{'':>{_LABEL_CELLS}}0:00{end:>{cells - 4}}"
        self.console.print(Text(axis, style="dim"), no_wrap=True, overflow="crop")
        each = span(float(f"{duration_s / cells:.2g}"), self.teller.words)
        self._paragraph(self.say("key.seen", span=each), "dim")
        self.console.print()

    def _quality(self) -> None:
        self._heading("quality")
        usable = "usable" if self.teller.quality.usable else "unusable"
        head = self.say(f"quality.heading.{usable}")
        self._paragraph(f"{head}. {self.teller.quality_line()}")
        self._bullets(self.teller.reasons())
        excluded = self.teller.excluded()
        if excluded:
            told = "; ".join(f"{reason} {time} ({share})" for reason, time, share in excluded)
            self._paragraph(f"{self.say('heading.excluded')}: {told}")

    def _sources(self) -> None:
        self._heading("sources")
        sources = self.teller.sources()
        if not sources:
            self._paragraph(self.say("sources.none"))
            return
        table = Table(box=None, padding=(0, 1), pad_edge=True)
        for key in ("source", "twitches", "rate", "size", "duration", "channel"):
            right = "left" if key in ("source", "channel") else "right"
            table.add_column(self.say(f"column.{key}"), justify=right)  # type: ignore[arg-type] # rich's own word
        for one in sources[: 2 * _MOST_ROWS]:
            table.add_row(one.letter, one.twitches, one.rate, one.size, one.duration, one.channel)
        self.console.print(table)
        if self.teller.share():
            self._paragraph(self.teller.share())

    def _pairs(self, heading: str, rows: list[tuple[str, str]]) -> None:
        self._heading(heading)
        grid = Table.grid(padding=(0, 2))
        grid.add_column()
        grid.add_column(justify="right")
        for label, value in rows:
            grid.add_row(Text(label), Text(value))
        if rows:
            self.console.print(Padding(grid, (0, 0, 0, 2), expand=False))
        else:
            self._paragraph(self.say("intervals.none"))

    def _findings(self) -> None:
        self._heading("findings")
        findings = self.teller.findings()
        if not findings:
            self._paragraph(self.say("findings.none"))
        for line in findings:
            head = Text(f"{line.name}: ", style="" if line.result == "open" else "bold")
            head.append(line.verdict)
            head.append(self.teller.note(line.sources), style="dim")
            self.console.print(Padding(head, (0, 0, 0, 2), expand=False))
            limit = f"{self.say('column.limit')} {line.limit}"
            told = f"{line.here}; {limit}; {self.say('column.grade')} {line.grade}"
            self.console.print(Padding(Text(told, style="dim"), (0, 0, 0, 4), expand=False))

    def _foot(self) -> None:
        self.console.print()
        self._paragraph(self.teller.words.say("intended_use"))
        self._paragraph(self.teller.versions(), "dim")
        for number, citation in self.teller.footnotes():
            self._paragraph(f"[{number}] {citation}", "dim")


def _rows(teller: MeasureTeller) -> list[tuple[str, list[Twitch]]]:
    """Give name and twitches of each line: sources, those of none, bursts."""
    twitches = [t for t in teller.measurement.detected.twitches if not t.artefact]
    plain = [t for t in twitches if t.kind is not Kind.GROUPED]
    letters = dict(list(labels(teller.measurement).items())[:_MOST_ROWS])
    rows = [(letter, [t for t in plain if t.cluster == c]) for c, letter in letters.items()]
    more = [t for t in plain if t.cluster >= 0 and t.cluster not in letters]
    rows.append((teller.say("row.more"), more))
    rows.append((teller.say("row.none"), [t for t in plain if t.cluster < 0]))
    rows.append((teller.say("row.grouped"), [t for t in twitches if t.kind is Kind.GROUPED]))
    return [(name, its) for name, its in rows if its]


def _left_out(measurement: Measurement, cells: int) -> set[int]:
    """Give the cells that lie more than half in time left out."""
    width_s = measurement.about.duration_s / cells
    lost = [0.0] * cells
    for one in measurement.detected.quality.excluded:
        if one.channel:
            continue
        end_s = one.onset_s + one.duration_s
        for cell in range(max(0, int(one.onset_s / width_s)), min(cells, int(end_s / width_s) + 1)):
            lost[cell] += max(
                0.0, min(end_s, (cell + 1) * width_s) - max(one.onset_s, cell * width_s)
            )
    return {cell for cell, seconds in enumerate(lost) if seconds > width_s / 2}


def _bars(twitches: Sequence[Twitch], duration_s: float, cells: int, out: set[int]) -> str:
    """Give one line: a bar as tall as there are twitches in the cell's time."""
    counts = [0] * cells
    for one in twitches:
        counts[min(cells - 1, max(0, int(one.peak_s / duration_s * cells)))] += 1
    most = max(counts, default=0) or 1
    line = ""
    for cell, count in enumerate(counts):
        if count:
            tall = 0 if most == 1 else round((count - 1) / (most - 1) * (len(_LEVELS) - 1))
            line += _LEVELS[max(tall, 2 if most == 1 else 0)]
        else:
            line += _LEFT_OUT if cell in out else " "
    return line
