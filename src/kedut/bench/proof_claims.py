"""What is claimed, each with the part of the proof and the figure in it that shows it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kedut.bench.proof_parts import Part
from kedut.bench.proof_read import number_of
from kedut.bench.proof_run import Record

_MARK = re.compile(
    r"(?<![\w.,#])(?P<number>\d[\d,]*(?:\.\d+)?)(?P<unit>[^\d\n]{0,12})\[(?P<id>P\d\d)\]\("
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One line of the report.

    part : name of the part, or a pattern of several that must all hold
    figure : the figure's label in what the part printed; `passed` adds up tests, `examples` the
        examples of each law, `held` says only that all parts did
    within : where in the figure's text the number stands, where it is not the first
    least, most : what the number must reach, where an aim is promised
    """

    id: str
    says: str
    part: str
    figure: str = "passed"
    within: str = ""
    least: float | None = None
    most: float | None = None


def _claims() -> tuple[Claim, ...]:
    right, pooled = "right cause {}, {}", "EMG, shared recordings / pooled / "
    rows: tuple[tuple[str, ...], ...] = (
        ("P01", "right cause first, examined cases", "evaluation",
         right.format("first", "examined")),
        ("P02", "right cause among three, examined cases", "evaluation",
         right.format("among three", "examined")),
        ("P03", "urgency too low, published cases", "evaluation", "urgency too low"),
        ("P04", "emergency below urgent, published cases", "evaluation", "emergency below urgent"),
        ("P05", "urgency too high, published cases", "evaluation", "urgency too high"),
        ("P06", "calibration error of the chances", "evaluation", "calibration error, all"),
        ("P07", "90 % intervals hold the truth", "evaluation", "90 % intervals hold the truth"),
        ("P08", "median questions of an interview", "evaluation", "median questions"),
        ("P09", "everyday twitches without a warning sign that end in self-care", "evaluation",
         "everyday twitches without a warning sign that end in self-care"),
        ("P10", "emergencies that the interview ends below urgent", "evaluation",
         "emergencies, worded in both languages, that end below urgent"),
        ("P11", "direction of a diary by day 14, at most half of the days missing", "course",
         "all kinds, at most half of the days missing"),
        ("P12", "calibration error of a diary's chances", "course",
         "calibration error, all four chances"),
        ("P13", "a true half found by days with against days without", "course",
         "a true half found, counts"),
        ("P14", "laws of the posterior hold, examples of each", "laws.posterior.*", "examples"),
        ("P15", "laws of the urgency hold, examples of each", "laws.urgency.*", "examples"),
        ("P16", "laws of the diary hold, examples of each", "laws.diary.*", "examples"),
        ("P17", "the posterior is pyAgrum's, tests", "pyagrum", "passed"),
        ("P18", "milliseconds of a posterior, 12 findings present, 25 absent", "speed",
         "posterior, 12 present, 25 absent; any findings"),
        ("P19", "brief assessments a CPU second in one process, JSON in and out", "speed",
         "brief, 20000 cases, JSON in and out"),
        ("P20", "milliseconds of a full assessment, compiled", "speed",
         "full assessment with intervals and next question, compiled"),
        ("P21", "F1 of twitches in EMG, shared recordings", "measure.emg", pooled + "F1"),
        ("P22", "F1 of a threshold with notches on the same", "measure.emg",
         pooled + "threshold, notches"),
        ("P23", "F1 of NeuroKit2 on the same", "measure.emg", pooled + "NeuroKit2"),
        ("P24", "F1 of SpikeInterface on the same", "measure.emg", pooled + "SpikeInterface"),
        ("P25", "anything into the readers, tests", "fuzz.*", "passed"),
        ("P26", "faults, tests that held", "faults.*", "passed"),
        ("P27", "faults of batches and clusters, tests that held", "faults.batch.*", "passed"),
        ("P28", "built twice the same, installed and run without network, tests", "release",
         "passed"),
        ("P29", "brief assessments a second over HTTP", "web", "brief, over HTTP, 2 workers"),
        ("P30", "figures that turn a leading cause of somebody", "population",
         "figures that turn a leading cause, people"),
        ("P31", "figures that turn an urgency of somebody", "population",
         "figures that turn an urgency, people"),
        ("P32", "moved figures do what the tables written so would do, tests", "population.exact",
         "passed"),
        ("P33", "milliseconds of a processor for a trend of 60 entries", "course",
         "trend of 60 entries"),
        ("P34", "brief cases a CPU second, Parquet in and out, the start apart", "batch.cost",
         "brief, 100000 cases, Parquet in and out, one process", r"[\d.]+ without"),
        ("P35", "a million cases on two cores, seconds", "batch.million",
         "brief, 1000000 cases, two processes"),
        ("P36", "a million cases on two cores, MB at most", "batch.million",
         "brief, 1000000 cases, two processes", r"at most [\d.]+ MB"),
        ("P37", "two processes beside one, times", "batch.workers", "two beside one"),
        ("P38", "a cluster beside two processes, % slower", "batch.workers",
         "the cluster beside two processes"),
        ("P39", "seconds to plan a list of 10,000 recordings", "batch.list",
         "a list of 10000 recordings planned"),
        ("P40", "64 channels on two cores, times real time", "batch.grids",
         "4 files of 64 channels, 300 s each, two processes", r"[\d.]+ times real"),
        ("P41", "a cluster gives the bytes of the local run", "cluster", "held"),
        ("P42", "workers killed each minute, the database restarted: every goal", "web.worst-day",
         "held"),
        ("P43", "p99 of short answers meanwhile, at half of the top rate", "web.worst-day",
         "half of it: short answers", r"(?<=p99 )[\d.]+ ms"),
        ("P44", "entries lost meanwhile", "web.worst-day", "entries lost"),
        ("P45", "entries there twice afterwards", "web.worst-day", "entries there twice"),
    )  # fmt: skip
    aims: dict[str, tuple[float | None, float | None]] = {
        "P01": (75, None),
        "P02": (92, None),
        "P04": (None, 0),
        "P10": (None, 0),
        "P11": (90, None),
        "P12": (None, 0.05),
        "P34": (5000, None),
        "P36": (None, 1000),
        "P37": (1.8, None),
        "P38": (None, 10),
        "P39": (None, 10),
        "P40": (350, None),
        "P43": (None, 50),
        "P44": (None, 0),
        "P45": (None, 0),
    }
    return tuple(
        Claim(
            id=name,
            says=says,
            part=part,
            figure=figure,
            within=within[0] if within else "",
            least=aims.get(name, (None, None))[0],
            most=aims.get(name, (None, None))[1],
        )
        for name, says, part, figure, *within in rows
    )


CLAIMS = _claims()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A claim with what was found; `text` is empty where it was not run or did not hold."""

    claim: Claim
    text: str
    why: str = ""
    at: str = ""

    @property
    def number(self) -> float | None:
        """Give the first number of what was found."""
        return number_of(self.text)

    @property
    def short_of_aim(self) -> bool:
        """Say whether an aim is promised and not reached."""
        found, claim = self.number, self.claim
        if found is None:
            return False
        too_low = claim.least is not None and found < claim.least
        return too_low or (claim.most is not None and found > claim.most)


def line_of(claim: Claim, parts: Sequence[Part], records: Mapping[str, Record]) -> Line:
    """Give a claim's line; it holds only where every part that it names was run and held."""
    wanted = [part for part in parts if fnmatch.fnmatchcase(part.name, claim.part)]
    if not wanted:
        return Line(claim=claim, text="", why="no part here shows it")
    for part in wanted:
        record = records.get(part.name)
        if record is None:
            return Line(claim=claim, text="", why=f"not run yet: {part.name}")
        if not record.held:
            return Line(claim=claim, text="", why=f"did not hold: {part.name}")
    found = [records[part.name] for part in wanted]
    at = min(record.started for record in found)[:10]
    if claim.figure == "examples":
        sums: dict[str, int] = {}
        for part in wanted:
            file = part.name.rpartition(".")[0]
            sums[file] = sums.get(file, 0) + part.examples
        text = f"{min(sums.values()):,}"
    elif claim.figure == "passed":
        passed = sum(int(record.figures["passed"]) for record in found)
        skipped = sum(int(record.figures["skipped"]) for record in found)
        text = f"{passed}" + (f" ({skipped} skipped)" if skipped else "")
    elif claim.figure == "held":
        text = "held"
    else:
        text = found[0].figures.get(claim.figure, "")
        if claim.within and text:
            place = re.search(claim.within, text)
            text = place[0] if place else ""
        if not text:
            return Line(claim=claim, text="", why=f"{claim.part} did not tell {claim.figure!r}")
    return Line(claim=claim, text=text, at=at)


def marked(text: str) -> list[tuple[str, str]]:
    """Give each number of a text that names its line, with that line: `66.4 % [P01](…)`."""
    return [(found["number"], found["id"]) for found in _MARK.finditer(text)]


def agree(told: str, number: float | None) -> bool:
    """Say whether a told number is the found one, to the digits that are told."""
    return number is not None and told == as_told(told, number)


def as_told(told: str, number: float) -> str:
    """Write a number with as many digits as another."""
    digits = len(told.partition(".")[2])
    return f"{number:,.{digits}f}" if "," in told else f"{number:.{digits}f}"


def remarked(text: str, numbers: Mapping[str, float | None]) -> str:
    """Give a text whose marked numbers are those of the report."""

    def one(found: re.Match[str]) -> str:
        number = numbers.get(found["id"])
        told = found["number"] if number is None else as_told(found["number"], number)
        return f"{told}{found['unit']}[{found['id']}]("

    return _MARK.sub(one, text)
