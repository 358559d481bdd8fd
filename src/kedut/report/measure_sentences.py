"""The sentences a measurement is told in, the same for terminal and page.

The rules of the wording: what was counted and how sure it is first; never a diagnosis; a rate says
little; more twitches than last time are not worsening; strength matters more than any count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import kedut
from kedut.case.measured import Concluded
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.measurement.measure import Measurement
from kedut.measurement.recording import Modality
from kedut.report.measure_numbers import NOTHING, between, figure, fixed, span, unit, whole
from kedut.report.measure_signal import labels

_LEAST_SHARE = 0.001  # a smaller one is said to be smaller
MEANS = ("count", "rate", "function", "again")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding as shown: what was concluded, from which figure, by which limit and source."""

    name: str
    result: str
    verdict: str
    here: str
    limit: str
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One source of twitches as shown; `place` is its rank, for its colour."""

    place: int
    letter: str
    twitches: str
    rate: str
    size: str
    duration: str
    channel: str
    where: str
    cluster: int


class MeasureTeller:
    """Tells one measurement in one language."""

    def __init__(
        self,
        measurement: Measurement,
        findings: Sequence[Concluded],
        knowledge: Knowledge,
        language: str,
    ) -> None:
        self.measurement = measurement
        self.concluded = findings
        self.knowledge = knowledge
        self.language = language
        self.words: Words = knowledge.words(language)
        self.about = measurement.about
        self.features = measurement.features
        self.quality = measurement.detected.quality
        self._numbers: dict[str, int] = {}

    def say(self, key: str, **values: object) -> str:
        """Give a text of this part, its placeholders filled."""
        return self.words.say(f"measure.{key}", **values)

    def figure(self, value: float | None, digits: int = 2) -> str:
        """Give a number in this language."""
        return figure(value, self.language, digits)

    def span(self, seconds: float) -> str:
        """Give a length of time in this language."""
        return span(seconds, self.words)

    @property
    def state(self) -> str:
        """Say whether twitches were `seen`, `none` were, or it `cannot` be told."""
        if self.features.rate is None:
            return "cannot"
        return "seen" if self.features.twitches else "none"

    def kind(self) -> str:
        """Give what was recorded."""
        return self.say(f"kind.{self.about.modality}")

    def headline(self) -> str:
        """Give the answer in one line."""
        rate = self.features.rate
        return self.say(
            f"headline.{self.state}",
            rate=self.figure(rate.value if rate else None),
            span=self.span(self.features.usable_s),
        )

    def lead(self) -> list[str]:
        """Give the sentences under the headline."""
        features, rate = self.features, self.features.rate
        told = [
            self.say(
                f"lead.{self.state}",
                n=whole(features.twitches, self.language),
                usable=self.span(features.usable_s),
                total=self.span(features.duration_s),
                low=self.figure(rate.low if rate else None),
                high=self.figure(rate.high if rate else None),
            )
        ]
        if rate is None and features.twitches:
            told.append(self.say("lead.marked", n=whole(features.twitches, self.language)))
        if features.grouped.bursts:
            told.append(
                self.say(
                    "lead.grouped",
                    bursts=whole(features.grouped.bursts, self.language),
                    rate=self.figure(features.grouped.rate_per_min),
                )
            )
        if features.rhythm_hz is not None:
            told.append(self.say("lead.rhythm", hz=self.figure(features.rhythm_hz)))
        if features.too_short_s is not None:
            told.append(self.say("lead.asked", seconds=self.figure(features.too_short_s)))
        return told

    def technical(self) -> str:
        """Give the line for the clinician: the rate with its interval, all digits it bears."""
        features, rate = self.features, self.features.rate
        return self.say(
            f"technical.{self.state}",
            rate=self.figure(rate.value if rate else None, 3),
            range=between(rate.low, rate.high, self.words, 3) if rate else "",
            high=self.figure(rate.high if rate else None, 3),
            n=whole(features.twitches, self.language),
            usable=fixed(features.usable_s, self.language, 1),
            total=fixed(features.duration_s, self.language, 1),
        )

    def quality_line(self) -> str:
        """Give how much of the time could be used."""
        usable, total = self.features.usable_s, self.features.duration_s
        return self.say(
            "quality.line",
            usable=self.span(usable),
            total=self.span(total),
            share=self._percent(usable / total if total else 0.0),
        )

    def _percent(self, share: float) -> str:
        """Give a share in hundredths, to a tenth where it is small; the sign stays beside it."""
        if 0 < share < _LEAST_SHARE:
            told = f"<{fixed(100 * _LEAST_SHARE, self.language, 1)}"
        else:
            told = fixed(100 * share, self.language, 0 if share >= 0.1 or share == 0 else 1)
        return f"{told}\N{NO-BREAK SPACE}%"

    def reasons(self) -> list[str]:
        """Give the reasons of the quality, worst first, and how small a twitch was seen."""
        told = [self.say(f"quality.{reason}") for reason in self.quality.reasons]
        told = told or [self.say("quality.clean")]
        smallest = self.quality.smallest_seen
        if smallest is not None:
            told.append(
                self.say("quality.smallest", size=self.figure(smallest), unit=self.amplitude_unit)
            )
        why = Counter(t.artefact for t in self.measurement.detected.twitches if t.artefact)
        if why:
            named = ", ".join(
                f"{self.say(f'artefact.{key}')} {whole(n, self.language)}"
                for key, n in why.most_common()
            )
            told.append(
                self.say("quality.uncounted", n=whole(why.total(), self.language), why=named)
            )
        return told

    @cached_property
    def amplitude_unit(self) -> str:
        """Give the unit that twitches are measured in."""
        if self.about.modality is Modality.VIDEO:
            return "px"
        return unit(next((c.unit for c in self.about.channels), ""))

    def figures(self) -> list[Pair]:
        """Give what was measured of the recording's quality."""
        return [
            (self.say(f"figure.{key}"), self.figure(value, 3))
            for key, value in self.quality.figures.items()
        ]

    def excluded(self) -> list[tuple[str, str, str]]:
        """Give reason, time and share of what was left out, most first; parts may overlap."""
        seconds: Counter[str] = Counter()
        for one in self.quality.excluded:
            seconds[str(one.reason)] += one.duration_s  # type: ignore[assignment] # seconds
        total = self.features.duration_s
        return [
            (
                self.say(f"reason.{reason}"),
                self.span(s),
                self._percent(s / total if total else 0.0),
            )
            for reason, s in seconds.most_common()
        ]

    def sources(self) -> list[SourceLine]:
        """Give the sources of twitches, the busiest first."""
        letters = labels(self.measurement)
        places = list(letters)
        return [
            SourceLine(
                place=places.index(source.cluster),
                letter=letters[source.cluster],
                twitches=whole(source.twitches, self.language),
                rate=self.figure(source.rate_per_min),
                size=f"{self.figure(source.amplitude)} {unit(source.unit)}",
                duration=f"{self.figure(source.duration_ms)} ms",
                channel=source.channel,
                where=f"{self.figure(source.x, 3)}; {self.figure(source.y, 3)}"
                if source.x is not None
                else "",
                cluster=source.cluster,
            )
            for source in self.features.sources
        ]

    def share(self) -> str:
        """Give what part of the twitches the busiest source has, where that can be said."""
        share = self.features.fixed_site_share
        return "" if share is None else self.say("sources.share", share=self._percent(share))

    def intervals(self) -> list[Pair]:
        """Give what was counted of the times between twitches."""
        its = self.features.intervals
        if not its.n:
            return []
        rows = [(self.say("interval.n"), whole(its.n, self.language))]
        for name, seconds in (
            ("median", its.median_s),
            ("mean", its.mean_s),
            ("shortest", its.shortest_s),
        ):
            rows += [(self.say(f"interval.{name}"), self._short(seconds))]
        if its.cv is not None:
            rows.append((self.say("interval.cv"), self.figure(its.cv)))
        if its.fano is not None:
            label = self.say("interval.fano", seconds=self.figure(its.fano_window_s))
            rows.append((label, self.figure(its.fano)))
        if self.about.modality is Modality.EMG:
            rows.append((self.say("interval.doublets"), whole(its.doublets, self.language)))
            rows.append((self.say("interval.f_wave"), whole(its.in_f_wave_window, self.language)))
        if self.features.rhythm_hz is not None:
            rows.append((self.say("interval.rhythm"), f"{self.figure(self.features.rhythm_hz)} Hz"))
        return rows

    def _short(self, seconds: float | None) -> str:
        if seconds is not None and seconds < 1:
            return f"{self.figure(1000 * seconds)} ms"
        return NOTHING if seconds is None else self.span(float(f"{seconds:.3g}"))

    def grouped(self) -> str:
        """Give how many bursts there were."""
        grouped = self.features.grouped
        if not grouped.bursts:
            return self.say("grouped.none")
        return self.say(
            "grouped.line",
            bursts=whole(grouped.bursts, self.language),
            n=whole(grouped.discharges, self.language),
            rate=self.figure(grouped.rate_per_min),
            hz=self.figure(grouped.within_hz),
        )

    def findings(self) -> list[FindingLine]:
        """Give every finding that this recording bears on, what was concluded first."""
        rows = []
        for found in sorted(self.concluded, key=lambda one: one.present is None):
            result = {True: "present", False: "absent", None: "open"}[found.present]
            limit = found.limit
            told = (
                self.say("range.from", low=self.figure(limit.low, 3))
                if limit.high == float("inf")
                else between(limit.low, limit.high, self.words, 3)
            )
            rows.append(
                FindingLine(
                    name=self.words.of("findings", found.id, "name"),
                    result=result,
                    verdict=self.say(f"finding.{result}"),
                    here=self._because(found),
                    limit=told,
                    grade=f"{limit.grade} ({self.words.say(f'grade.{limit.grade}')})",
                    sources=limit.sources,
                )
            )
        return rows

    def _because(self, found: Concluded) -> str:
        """Give the figure of a conclusion in this language."""
        value = self.figure(found.value, 3)
        if found.low != found.high:
            value += f" ({between(found.low, found.high, self.words, 3)})"
        return f"{self.say(f'feature.{found.feature}')}: {value}"

    def limits(self) -> list[str]:
        """Give what this recording cannot tell, most important first."""
        size = self.figure(self.quality.smallest_seen)
        return [
            self.say(f"limit.{limit}", size=size, unit=self.amplitude_unit)
            for limit in self.measurement.limits
        ]

    def file(self) -> list[Pair]:
        """Give what the file says about itself; never its folder."""
        about = self.about
        film = about.modality is Modality.VIDEO
        rows = [
            (self.say("file.name"), about.name),
            (self.say("file.kind"), self.kind()),
            (self.say("file.format"), about.format),
            (self.say("file.duration"), self.span(about.duration_s)),
            (self.say("file.frames" if film else "file.rate"), self.figure(about.rate_hz, 4)),
        ]
        if about.channels:
            rows.append((self.say("file.channels"), whole(len(about.channels), self.language)))
        if about.muscle:
            rows.append((self.say("file.muscle"), about.muscle))
        if about.started is not None:
            rows.append((self.say("file.started"), f"{about.started:%Y-%m-%d %H:%M}"))
        return rows

    def versions(self) -> str:
        """Give the versions that made this."""
        return self.say("knowledge", knowledge=self.knowledge.version, software=kedut.__version__)

    def note(self, sources: tuple[str, ...]) -> str:
        """Give footnote marks for some sources, numbering new ones."""
        known = [key for key in sources if key in self.knowledge.sources]
        numbers = [self._numbers.setdefault(key, len(self._numbers) + 1) for key in known]
        return f" [{', '.join(map(str, numbers))}]" if numbers else ""

    def footnotes(self) -> list[tuple[int, str]]:
        """Give the numbered sources used so far."""
        return [(n, self.knowledge.sources[key].citation) for key, n in self._numbers.items()]
