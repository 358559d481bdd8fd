"""`kedut ask`: the interview on a terminal, then the assessment."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from kedut.assess.interview import (
    Interview,
    Question,
    Step,
    answer,
    step,
    step_after_emergency,
    text_of,
)
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.case.finding_space import finding_space
from kedut.case.wire import read_case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.knowledge.words import Words
from kedut.reasoning.inference import infer
from kedut.reasoning.why import separates
from kedut.report.terminal import console_for, print_assessment

_OLDEST_YEARS = 120
_DEMO_LONGEST_QUESTIONS = 40


class Stop(Exception):
    """The person wants to end here."""


def run(options: argparse.Namespace) -> int:
    """Interview a person, or play a case, and print the assessment."""
    knowledge = ours()
    console = console_for(sys.stdout)
    demo: Case | None = None
    if options.demo:
        try:
            demo = read_case(
                Path(options.demo).read_bytes(), knowledge, where=options.demo, lenient=True
            )
        except OSError as error:
            print(f"kedut: {options.demo}: cannot be read ({error.strerror})", file=sys.stderr)
            return 2
        except BadCase as error:
            print(f"kedut: {error}", file=sys.stderr)
            return 2
    elif sys.stdin is None or sys.stdin.closed:
        print("kedut: ask needs a keyboard; use --demo CASE or `kedut assess`", file=sys.stderr)
        return 2
    asker = Asker(knowledge, options.lang, console, demo)
    interview = asker.run()
    if options.out:
        Path(options.out).write_text(_as_case(interview.case), encoding="utf-8")
        console.print(asker.words.say("prompt.saved", path=options.out))
    found = assess(interview.case, knowledge, language=options.lang)
    print_assessment(found, knowledge, options.lang, console)
    return 0


def _as_case(case: Case) -> str:
    shape = {
        "id": case.id,
        "age": case.age,
        "sex": case.sex,
        "findings_present": list(case.present),
        "findings_absent": list(case.absent),
        "values": case.values,
    }
    return json.dumps(shape, ensure_ascii=False, indent=2) + "\n"


@dataclass
class Asker:
    """Puts questions and reads answers, from the keyboard or from a case."""

    knowledge: Knowledge
    language: str
    console: Console
    demo: Case | None

    @property
    def words(self) -> Words:
        """Give the words of the interview's language."""
        return self.knowledge.words(self.language)

    def run(self) -> Interview:
        """Ask until nothing more pays, the person stops, or an emergency is known."""
        words = self.words
        self.console.print(
            Panel(Text(f"{words.say('intended_use')}\n\n{words.say('prompt.start')}"))
        )
        if self.demo is not None:
            self.console.print(Text(words.say("demo.answers"), style="dim"))
        history: list[Interview] = []
        interview = Interview(case=Case(id=self.demo.id if self.demo else "ask"))
        try:
            interview = self._about(interview)
            self.console.print(Text(words.say("prompt.safety_first"), style="bold"))
            acknowledged = False
            while True:
                now = self._step(interview, acknowledged=acknowledged)
                if now.question is None:
                    if not acknowledged and now.urgency.level.value == "emergency":
                        self._alarm(interview)
                        if self.demo is not None or not self._go_on():
                            return interview
                        acknowledged = True
                        continue
                    self.console.print(Text(words.say("prompt.finished"), style="bold"))
                    return interview
                given = self._put(now.question, interview, now)
                if given is None:
                    interview = history.pop() if history else interview
                    continue
                history.append(interview)
                interview = given
        except (Stop, EOFError):
            return interview

    def _step(self, interview: Interview, *, acknowledged: bool) -> Step:
        if acknowledged:
            return step_after_emergency(self.knowledge, interview)
        return step(self.knowledge, interview)

    def _alarm(self, interview: Interview) -> None:
        found = assess(interview.case, self.knowledge, language=self.language)
        lines = [a.text for a in found.advice] + [a.avoid for a in found.advice if a.avoid]
        title = self.words.say("level.emergency")
        self.console.print(Panel(Text("\n".join(lines)), title=title, border_style="red"))

    def _go_on(self) -> bool:
        self._read(self.words.say("prompt.acknowledge"))
        return self._yes(self._read(self.words.say("prompt.more")))

    def _about(self, interview: Interview) -> Interview:
        case = interview.case
        if self.demo is not None:
            about = replace(case, age=self.demo.age, sex=self.demo.sex, values=self.demo.values)
            return replace(interview, case=about)
        other = self._choose(self.words.say("prompt.whom"), ("whom.myself", "whom.other"))
        age_prompt = "prompt.age" if other != 1 else "prompt.age_other"
        if other == 1:
            self.console.print(Text(self.words.say("somebody_else"), style="dim"))
        age = self._age(self.words.say(age_prompt))
        sex = self._choose(self.words.say("prompt.sex"), ("sex.male", "sex.female"))
        chosen = None if sex is None else ("male", "female")[sex]
        return replace(interview, case=replace(case, age=age, sex=chosen))

    def _age(self, prompt: str) -> float | None:
        while True:
            text = self._read(prompt)
            if not text or text.lower() in ("d", "s", "t", "l"):
                return None
            if text.replace(".", "", 1).isdigit() and float(text) <= _OLDEST_YEARS:
                return float(text)
            self.console.print(self.words.say("error.age_range", value=text))

    def _choose(self, prompt: str, options: tuple[str, ...]) -> int | None:
        for number, option in enumerate(options, 1):
            self.console.print(f"  {number}. {self.words.say(option)}")
        while True:
            text = self._read(prompt)
            if not text:
                return None
            if text.isdigit() and 1 <= int(text) <= len(options):
                return int(text) - 1
            self._unclear(text, f"1-{len(options)}")

    def _put(self, question: Question, interview: Interview, now: Step) -> Interview | None:
        if self.demo is not None:
            return self._play(question, interview)
        if question.kind == "group":
            return self._put_group(question, interview)
        if question.kind == "choice":
            return self._put_choice(question, interview)
        return self._put_yes_no(question, interview, now)

    def _show(self, question: Question) -> None:
        self.console.print()
        self.console.print(Text(text_of(question, self.words), style="bold"))
        if question.kind == "yes_no":
            hint = self.words.of("findings", question.key, "help")
            if hint:
                self.console.print(Text(hint, style="dim"))
            return
        for number, finding in enumerate(question.findings, 1):
            self.console.print(f"  {number:2}. {self.words.of('findings', finding, 'name')}")

    def _put_group(self, question: Question, interview: Interview) -> Interview | None:
        self._show(question)
        while True:
            text = self._read(self.words.say("prompt.group"))
            if self._is(text, "back"):
                return None
            if self._is(text, "no"):
                return answer(interview, question, absent=question.findings)
            if not text or self._is(text, "unknown") or self._is(text, "skip"):
                return answer(interview, question)
            numbers = text.replace(",", " ").split()
            if all(n.isdigit() and 1 <= int(n) <= len(question.findings) for n in numbers):
                there = tuple(question.findings[int(n) - 1] for n in numbers)
                rest = tuple(f for f in question.findings if f not in there)
                return answer(interview, question, present=there, absent=rest)
            self._unclear(text, f"1-{len(question.findings)}, {self.words.say('answer.no')}")

    def _put_choice(self, question: Question, interview: Interview) -> Interview | None:
        self._show(question)
        while True:
            text = self._read(self.words.say("prompt.number"))
            if self._is(text, "back"):
                return None
            if not text or self._is(text, "unknown") or self._is(text, "skip"):
                return answer(interview, question)
            if self._is(text, "no"):
                return answer(interview, question, absent=question.findings)
            if text.isdigit() and 1 <= int(text) <= len(question.findings):
                return answer(interview, question, present=(question.findings[int(text) - 1],))
            self._unclear(text, f"1-{len(question.findings)}")

    def _put_yes_no(self, question: Question, interview: Interview, now: Step) -> Interview | None:
        self._show(question)
        while True:
            text = self._read(self.words.say("prompt.choices"))
            if self._is(text, "back"):
                return None
            if self._yes(text):
                return answer(interview, question, present=question.findings)
            if self._is(text, "no"):
                return answer(interview, question, absent=question.findings)
            if not text or self._is(text, "unknown") or self._is(text, "skip"):
                return answer(interview, question)
            if self._is(text, "why"):
                self._why(question, now)
            elif self._is(text, "help"):
                self.console.print(self.words.say("prompt.help"))
            else:
                self._unclear(text, self.words.say("prompt.choices"))

    def _why(self, question: Question, now: Step) -> None:
        found = infer(self.knowledge, now.findings)
        names = separates(self.knowledge, found, question.key)
        what = ", ".join(self.words.of("causes", name, "name") for name in names)
        self.console.print(self.words.say("prompt.why", what=what))

    def _play(self, question: Question, interview: Interview) -> Interview:
        """Answer from the case: what it names nowhere stays unknown."""
        if self.demo is None:
            return interview
        space = finding_space(self.knowledge)
        closed = space.close(self.demo)
        there = tuple(f for f in question.findings if closed.present & space.bit[f])
        away = tuple(f for f in question.findings if closed.absent & space.bit[f])
        self._show(question)
        if there:
            said = "; ".join(self.words.of("findings", f, "name") for f in there)
        elif len(away) == len(question.findings):
            said = self.words.say("answer.no")
        else:
            said = self.words.say("answer.unknown")
        self.console.print(Text(f"> {said}", style="cyan"))
        return answer(interview, question, present=there, absent=away)

    def _read(self, prompt: str) -> str:
        self.console.print(Text(prompt, style="dim"))
        text = input("> ").strip()
        if self._is(text, "quit"):
            raise Stop
        return text

    def _is(self, text: str, name: str) -> bool:
        word = self.words.say(f"answer.{name}").lower()
        return text.lower() in (word, self.words.say(f"letter.{name}").lower())

    def _yes(self, text: str) -> bool:
        return self._is(text, "yes")

    def _unclear(self, text: str, choices: str) -> None:
        self.console.print(self.words.say("error.answer", value=text[:40], choices=choices))
