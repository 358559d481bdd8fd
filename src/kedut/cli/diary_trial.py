"""`kedut diary compare` and `schedule`: did it help, on one person's own days."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedut.case.case import Case
    from kedut.diary.compare import Comparison
    from kedut.diary.entry import Entry
    from kedut.diary.schedule import Block
    from kedut.knowledge.entities import Level
    from kedut.knowledge.knowledge_base import Knowledge
    from kedut.knowledge.words import Words

WELL, NOT = 0, 2
_MOST_DAYS = 84  # twelve weeks: what was before says little of now
_ASKED = {
    "kidney_disease": "chronic_kidney_disease_known",
    "pregnancy": "pregnancy",
    "heavy_drinking": "heavy_alcohol_use",
}
_REMINDED_AT = time(8)


def add_trials(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `compare` and `schedule`."""
    compared = parts.add_parser("compare", help="did it help: days with against days without")
    planned = parts.add_parser("schedule", help="days with and without, the order left to chance")
    for part in (compared, planned):
        part.add_argument("tried", metavar="WHAT", help="stretching, massage, warmth, coffee, ...")
        for name in _ASKED:
            flag = f"--{name.replace('_', '-')}"
            part.add_argument(flag, choices=("yes", "no"), help="where the case does not say")
    compared.add_argument("--format", choices=("text", "json"), default="text")
    planned.add_argument("--first", type=date.fromisoformat, metavar="DAY", help="(tomorrow)")
    planned.add_argument("--pairs", type=int, default=7, metavar="N", help="pairs of blocks (7)")
    planned.add_argument("--block-days", type=int, default=2, metavar="N", help="a block (2)")
    planned.add_argument("--seed", type=int, metavar="N", help="gives the same plan again")
    planned.add_argument("--format", choices=("text", "json", "ics"), default="text")
    planned.add_argument("--out", metavar="PATH", help="write there instead of to the terminal")


def told_of(options: argparse.Namespace, case: Case) -> Case:
    """Give the case with what was answered on the way; the case's own word stays."""
    said = {_ASKED[name]: getattr(options, name) for name in _ASKED}
    known = {*case.present, *case.absent}
    new = {finding: answer for finding, answer in said.items() if answer and finding not in known}
    return replace(
        case,
        present=(*case.present, *(f for f, answer in new.items() if answer == "yes")),
        absent=(*case.absent, *(f for f, answer in new.items() if answer == "no")),
    )


def refused(
    options: argparse.Namespace, case: Case, level: Level, knowledge: Knowledge, words: Words
) -> bool:
    """Say why it may not be tried, or what has to be known first; tell whether it is refused."""
    from kedut.advice.trial import may_try

    allowed = may_try(case, options.tried, level, knowledge)
    for name in allowed.barred:
        what = words.of("findings", name, "name")
        print(f"kedut: {words.say('diary.try.never', what=what)}", file=sys.stderr)
    if not allowed.barred and allowed.see_first:
        print(f"kedut: {words.say('diary.try.see_first')}", file=sys.stderr)
    asked = {finding: f"--{name.replace('_', '-')}" for name, finding in _ASKED.items()}
    for name in allowed.ask:
        question = words.of("findings", name, "question") or words.of("findings", name, "name")
        said = words.say("diary.try.ask", question=question, option=asked[name])
        print(f"kedut: {said}", file=sys.stderr)
    return not allowed.yes


def compare_days(
    options: argparse.Namespace, days: Sequence[Entry], knowledge: Knowledge, words: Words
) -> int:
    """Print what came of the days with it against those without."""
    from kedut.diary.compare import compare
    from kedut.diary.tried import with_it

    on = with_it(options.tried)
    some = [day for day in days if on(day) is not None][-_MOST_DAYS:]
    found = compare(some, on)
    if options.format == "json":
        print(json.dumps(comparison_shape(options.tried, found, knowledge), ensure_ascii=False))
        return WELL
    for sentence in comparison_told(options.tried, found, knowledge, words):
        print(sentence)
    return WELL


def comparison_shape(what: str, found: Comparison, knowledge: Knowledge) -> dict[str, object]:
    """Give a comparison as one object for programs."""
    from kedut.advice.trial import placebo

    said = placebo(knowledge)
    return {
        "what": what,
        "verdict": found.verdict.value,
        "why": found.why.value if found.why else None,
        "measure": found.measure.value if found.measure else None,
        "days_on": found.days_on,
        "days_off": found.days_off,
        "effect": found.effect,
        "low": found.low,
        "high": found.high,
        "fewer": found.fewer,
        "quarter_fewer": found.quarter_fewer,
        "placebo": {"quarter_fewer": said.share, "sources": list(said.sources)} if said else None,
    }


def comparison_told(
    what: str, found: Comparison, knowledge: Knowledge, words: Words
) -> Iterator[str]:
    """Give what came of it; that it cannot be told is an answer."""
    from kedut.advice.trial import placebo
    from kedut.diary.compare import Measure, Verdict, Why

    name = words.say(f"diary.try.{what}")
    days = {"what": name, "on": found.days_on, "off": found.days_off}
    if found.verdict is Verdict.CANNOT_TELL:
        yield words.say(f"diary.try.cannot_tell.{found.why or Why.TOO_UNCERTAIN}", **days)
    else:
        yield words.say(f"diary.try.is_{found.verdict}", **days)
    if found.effect is not None and found.low is not None and found.high is not None:
        if found.measure is Measure.GRADES:
            low, middle, high = (f"{one:+.1f}" for one in (found.low, found.effect, found.high))
            yield words.say("diary.try.grades", middle=middle, low=low, high=high)
        else:
            low, middle, high = (f"{100 * x:.0f}" for x in (found.low, found.effect, found.high))
            yield words.say("diary.try.factor", middle=middle, low=low, high=high)
    said = placebo(knowledge)
    if said is not None:
        source = "; ".join(
            knowledge.sources[key].citation for key in said.sources if key in knowledge.sources
        )
        yield words.say("diary.try.placebo", n=round(100 * said.share), source=source)


def plan_days(options: argparse.Namespace, knowledge: Knowledge, words: Words) -> int:
    """Print or write the plan; the calendar says A and B, nothing of health."""
    from kedut.diary.schedule import schedule
    from kedut.diary.tried import PLANNED

    if options.tried not in PLANNED:
        raise ValueError(
            f"{options.tried!r} cannot be planned; there are {', '.join(PLANNED)}. A medicine "
            "that was prescribed is never begun or stopped for a trial: ask who prescribed it"
        )
    first = options.first or datetime.now().astimezone().date() + timedelta(days=1)
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    blocks = schedule(first, pairs=options.pairs, block_days=options.block_days, seed=seed)
    if options.format == "ics":
        content = _calendar(blocks, options.lang, words)
    elif options.format == "json":
        shape = {
            "what": options.tried,
            "seed": seed,
            "blocks": [
                {"first": b.first.isoformat(), "last": b.last.isoformat(), "on": b.on}
                for b in blocks
            ],
        }
        content = (json.dumps(shape) + "\n").encode()
    else:
        told = _plan_told(options.tried, seed, blocks, knowledge, words)
        content = ("\n".join(told) + "\n").encode()
    if options.out:
        Path(options.out).write_bytes(content)
    else:
        sys.stdout.write(content.decode())
    return WELL


def _plan_told(
    what: str, seed: int, blocks: tuple[Block, ...], knowledge: Knowledge, words: Words
) -> Iterator[str]:
    from kedut.advice.trial import placebo
    from kedut.report.day import day_in_words

    yield words.say("diary.try.plan", what=words.say(f"diary.try.{what}"), seed=seed)
    for block in blocks:
        first, last = (day_in_words(day, words) for day in (block.first, block.last))
        kind = words.say("diary.try.with" if block.on else "diary.try.without")
        letter = "A" if block.on else "B"
        yield f"  {letter}  {kind}: {first}" + ("" if first == last else f" - {last}")
    yield words.say("diary.try.plan_note")
    said = placebo(knowledge)
    if said is not None:
        source = "; ".join(
            knowledge.sources[key].citation for key in said.sources if key in knowledge.sources
        )
        yield words.say("diary.try.placebo", n=round(100 * said.share), source=source)


def _calendar(blocks: tuple[Block, ...], language: str, words: Words) -> bytes:
    from kedut.diary.reminders import Reminder, calendar

    reminders = tuple(
        Reminder(
            first=block.first,
            at=_REMINDED_AT,
            title=f"{words.say('diary.reminder')} {'A' if block.on else 'B'}",
            days=(block.last - block.first).days + 1,
        )
        for block in blocks
    )
    made = datetime.now().astimezone()
    return calendar(reminders, made=made, product=f"-//kedut//diary//{language.upper()}")
