"""What was published about how much this muscle twitches, told beside a recording."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.case.measured import muscle_is, published
from kedut.knowledge.parse_measured import PublishedRate
from kedut.report.measure_numbers import NOTHING, between
from kedut.report.measure_sentences import MeasureTeller

_CALF = "gastrocnemius"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLine:
    """One published figure as shown."""

    people: str
    muscle: str
    figure: str
    grade: str
    sources: tuple[str, ...]


def plainly(teller: MeasureTeller) -> list[str]:
    """Say what a rate of this muscle can and cannot tell apart."""
    muscle = teller.about.muscle
    rates = published(teller.measurement, teller.knowledge)
    if not rates:
        return [
            teller.say("published.other_muscle", muscle=muscle),
            teller.say("published.little"),
        ]
    told = [] if muscle else [teller.say("published.no_muscle")]
    times = [r.value for r in rates if r.measure == "times_benign" and r.value is not None]
    if times:
        calf = muscle_is(muscle or _CALF, _CALF)
        told.append(
            teller.say(
                "published.poor.gastrocnemius" if calf else "published.times",
                low=teller.figure(min(times)),
                high=teller.figure(max(times)),
                muscle=muscle,
            )
            + teller.note(_sources(rates, "times_benign"))
        )
    told.extend(
        teller.say("published.repeat", low=teller.figure(rate.low), high=teller.figure(rate.high))
        for rate in rates
        if rate.measure == "icc"
    )
    told.append(teller.say("published.little"))
    return told


def _sources(rates: tuple[PublishedRate, ...], measure: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for r in rates if r.measure == measure for key in r.sources))


def lines(teller: MeasureTeller) -> list[PublishedLine]:
    """Give each published figure, for clinicians."""
    return [
        PublishedLine(
            people=_people(teller, rate.people),
            muscle=rate.muscle,
            figure=_figure(teller, rate),
            grade=f"{rate.grade} ({teller.words.say(f'grade.{rate.grade}')})",
            sources=rate.sources,
        )
        for rate in published(teller.measurement, teller.knowledge)
    ]


def here(teller: MeasureTeller) -> str:
    """Give this recording's rate beside them, where it has one."""
    rate = teller.features.rate
    if rate is None:
        return ""
    return teller.say(
        "published.here",
        rate=teller.figure(rate.value),
        range=between(rate.low, rate.high, teller.words),
    )


def _people(teller: MeasureTeller, people: str) -> str:
    if people in teller.knowledge.causes:
        return teller.words.of("causes", people, "name")
    return teller.say(f"people.{people}")


def _figure(teller: MeasureTeller, rate: PublishedRate) -> str:
    as_hundredths = 100 if rate.measure == "share_with_any" else 1
    value = teller.figure(None if rate.value is None else as_hundredths * rate.value)
    if rate.low is None or rate.high is None:
        alone = f"measure.{rate.measure}.alone"
        key = alone if rate.measure == "per_min" else f"measure.{rate.measure}"
        return teller.say(key, value=value, range=NOTHING)
    told = between(as_hundredths * rate.low, as_hundredths * rate.high, teller.words)
    return teller.say(f"measure.{rate.measure}", value=value, range=told)
