"""An assessment on a terminal: urgency first, as wide as the window, plain when piped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kedut.assess.assessment import Assessment
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.report.sentences import CauseLine, Teller
from kedut.report.whole_numbers import in_words

STYLES = {
    Level.EMERGENCY: ("bold white on red", "red", "!!"),
    Level.URGENT: ("bold black on bright_yellow", "yellow", "!"),
    Level.SOON: ("bold black on yellow", "yellow", ">"),
    Level.ROUTINE: ("bold white on blue", "blue", "-"),
    Level.SELF_CARE: ("bold black on green", "green", "+"),
}
_BAR_CELLS = 24
_NARROWEST, _WIDEST = 40, 120
_WEIGHTS_SHOWN = 4
_COURSE_DAYS = (1, 7, 14, 28, 90, 365)


def console_for(out: TextIO, width: int | None = None) -> Console:
    """Give a console that wraps to the window and leaves colours out when piped."""
    console = Console(file=out, highlight=False, width=width, emoji=False, markup=False)
    if width is None:
        console.width = max(_NARROWEST, min(_WIDEST, console.width))
    return console


def print_assessment(
    assessment: Assessment, knowledge: Knowledge, language: str, console: Console
) -> None:
    """Print an assessment."""
    _Printer(assessment, knowledge, language, console).print()


class _Printer:
    def __init__(
        self, assessment: Assessment, knowledge: Knowledge, language: str, console: Console
    ) -> None:
        self.assessment = assessment
        self.teller = Teller(assessment, knowledge, language)
        self.words = self.teller.words
        self.knowledge = knowledge
        self.console = console

    def print(self) -> None:
        self._urgency()
        self._now()
        if not self.assessment.adult:
            self._paragraph(self.words.say("under_18"))
        elif self.assessment.urgency.level is not Level.EMERGENCY:
            self._calm()
        if self.assessment.adult:
            self._causes()
        self._come_back()
        self._advice()
        self._course()
        self._next()
        self._not_asked()
        self._claims()
        self._limits()
        self._sources()

    def _heading(self, name: str) -> None:
        self.console.print()
        self.console.print(Text(self.words.say(f"heading.{name}"), style="bold underline"))

    def _paragraph(self, text: str, style: str = "") -> None:
        self.console.print(Padding(Text(text, style=style), (0, 0, 0, 2), expand=False))

    def _bullets(self, lines: Iterable[str], mark: str = "•") -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=3, justify="right")
        grid.add_column()
        for line in lines:
            grid.add_row(mark, Text(line))
        self.console.print(grid)

    def _urgency(self) -> None:
        level = self.assessment.urgency.level
        style, border, icon = STYLES[level]
        body = Text()
        body.append(f" {icon} {self.teller.level()} ", style=style)
        body.append(f"  {self.teller.level_line()}")
        if level in (Level.SOON, Level.URGENT):
            body.append(f" ({self.teller.within()})")
        for reason in self.teller.reasons():
            body.append(f"\n• {reason}")
        self.console.print(Panel(body, border_style=border))

    def _now(self) -> None:
        for line in self.teller.now():
            self._bullets([line.text + self.teller.note(line.sources)], "→")
            if line.avoid:
                self.console.print(
                    Padding(Text(line.avoid, style="bold"), (0, 0, 0, 5), expand=False)
                )

    def _advice(self) -> None:
        helpers = self.teller.more()
        if not helpers:
            return
        self._heading("advice")
        most = int(self.knowledge.decisions["show.advice_per_helper"])
        for helper, lines in helpers:
            self.console.print(Padding(Text(helper, style="bold"), (0, 0, 0, 2), expand=False))
            for line in lines[:most]:
                self._bullets([line.text + self.teller.note(line.sources)], "→")
                extra = " ".join(part for part in (line.limits, line.evidence) if part)
                if extra:
                    self.console.print(
                        Padding(Text(extra, style="dim"), (0, 0, 0, 5), expand=False)
                    )

    def _calm(self) -> None:
        self.console.print()
        for sentence in self.teller.calm():
            self._paragraph(sentence)

    def _causes(self) -> None:
        likely = self.teller.likely()
        if likely:
            self._heading("causes")
            for line in likely:
                self._cause(line)
            together = [j for j in self.assessment.joint if len(j[0]) > 1][:2]
            if together:
                self._heading("together")
                self._bullets(
                    f"{' + '.join(self.teller.cause(c) for c in causes)}: {in_words(p, self.words)}"
                    for causes, p in together
                )
        turning = self.teller.turning()
        if turning and self.assessment.urgency.level is not Level.EMERGENCY:
            self._heading("turning")
            self._bullets(turning)
        grave = self.teller.unlikely_grave()
        if grave and self.assessment.urgency.level is not Level.EMERGENCY:
            self._heading("unlikely")
            self._bullets(f"{line.name}: {line.chance}" for line in grave)

    def _cause(self, line: CauseLine) -> None:
        head = Text(line.name, style="bold")
        head.append(f": {line.chance}", style="")
        head.append(self.teller.note(line.sources), style="dim")
        self.console.print(Padding(head, (0, 0, 0, 2), expand=False))
        if line.bar is not None:
            self.console.print(Padding(_bar(*line.bar), (0, 0, 0, 4), expand=False))
        for heading, weights in (("for", line.speaks_for), ("against", line.speaks_against)):
            told = [name for name, _ in weights[:_WEIGHTS_SHOWN]]
            if told:
                text = Text(f"{self.words.say(f'heading.{heading}')}: ", style="dim")
                text.append("; ".join(told), style="dim")
                self.console.print(Padding(text, (0, 0, 0, 4), expand=False))
        if line.amplified_by:
            text = Text(
                self.words.say("cause.amplified", by=", ".join(line.amplified_by)), style="dim"
            )
            self.console.print(Padding(text, (0, 0, 0, 4), expand=False))

    def _come_back(self) -> None:
        come_back = self.assessment.come_back
        if come_back is None or self.assessment.urgency.level is Level.EMERGENCY:
            return
        self._heading("come_back")
        if come_back.after_days:
            self._paragraph(self.words.say("come_back.days", days=come_back.after_days))
        for sentence in self.teller.closing():
            self._paragraph(sentence)

    def _course(self) -> None:
        if not self.assessment.course or self.assessment.urgency.level is Level.EMERGENCY:
            return
        self._heading("course")
        table = Table(box=None, padding=(0, 1), pad_edge=True)
        table.add_column(self.words.say("course.resolved_by"), ratio=1)
        for day in _COURSE_DAYS:
            table.add_column(self.words.say("course.day", day=day), justify="right")
        for course in self.assessment.course[:4]:
            shares = {day: share.value for day, share in course.resolved}
            table.add_row(
                self.teller.cause(course.cause) + self.teller.note(course.sources),
                *(_hundredths(shares[day]) for day in _COURSE_DAYS),
            )
        self.console.print(table)

    def _next(self) -> None:
        if self.assessment.urgency.level is Level.EMERGENCY:
            return  # nothing else is asked before this is acted on
        if self.assessment.next:
            self._heading("next")
            self._bullets(
                (self.words.of("findings", q.id, "question") for q in self.assessment.next), "?"
            )
        if self.assessment.tests:
            self._heading("tests")
            self._bullets(
                f"{self.words.of('tests', t.id, 'name')}"
                + (f" ({self.words.say(f'where.{t.where}')})" if t.where else "")
                for t in self.assessment.tests
            )

    def _not_asked(self) -> None:
        names = self.teller.not_asked()
        if names:
            self._heading("not_asked")
            self._paragraph(self.teller.some(names))
        if self.assessment.ignored:
            self._paragraph(
                self.words.say("ignored.line", names=", ".join(self.assessment.ignored))
            )
        if self.assessment.set_aside:
            names = [self.teller.finding(name) for name in self.assessment.set_aside]
            self._paragraph(self.words.say("set_aside.line", names="; ".join(names)))

    def _claims(self) -> None:
        if not self.assessment.claims:
            return
        self._heading("claims")
        by_id = {claim.id: claim for claim in self.knowledge.claims}
        for claim in self.assessment.claims[:2]:
            statement = self.words.of("claims", claim, "statement")
            comment = self.words.of("claims", claim, "comment")
            self._bullets([f"{statement} {comment}{self.teller.note(by_id[claim].sources)}"])

    def _limits(self) -> None:
        self._heading("limits")
        if self.assessment.adult and self.assessment.causes:
            self._paragraph(self.teller.grades())
        self._paragraph(" ".join(self.teller.limits()))
        self._paragraph(self.words.say("intended_use"))
        self._paragraph(
            self.words.say(
                "knowledge.line",
                version=self.assessment.knowledge_version,
                software=self.assessment.software_version,
            ),
            "dim",
        )

    def _sources(self) -> None:
        notes = self.teller.footnotes()
        if not notes:
            return
        self._heading("sources")
        grid = Table.grid(padding=(0, 1))
        grid.add_column(justify="right", width=4)
        grid.add_column()
        for number, citation in notes:
            grid.add_row(Text(f"{number}", style="dim"), Text(citation, style="dim"))
        self.console.print(grid)


def _hundredths(share: float) -> str:
    if share < 0.01:  # constant: below one in a hundred
        return "<1"
    return f"{min(99, round(share * 100))}"


def _bar(low: float, value: float, high: float) -> Text:
    """Give a bar: filled to the value, shaded over the 90 % interval."""
    cells = []
    for cell in range(_BAR_CELLS):
        at = (cell + 0.5) / _BAR_CELLS
        if at <= value:
            cells.append(("█", "dim") if at >= low else ("█", ""))
        elif at <= high:
            cells.append(("░", ""))
        else:
            cells.append(("·", "dim"))
    text = Text()
    for mark, style in cells:
        text.append(mark, style=style)
    text.append(f"  {_percent(low)}-{_percent(high)} %", style="dim")
    return text


def _percent(share: float) -> str:
    return "<1" if share < 0.01 else f"{round(share * 100)}"  # constant: below one in a hundred
