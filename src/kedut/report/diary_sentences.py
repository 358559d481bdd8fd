"""What a diary says beside what was expected, and what changed, as sentences; for every report."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kedut.assess.assessment import Assessment
from kedut.assess.changed import Changed
from kedut.case.followed import Followed
from kedut.case.followed_finding import Why
from kedut.diary.function import Ability
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words
from kedut.report.diary_lines import MOST_CAUSES
from kedut.report.whole_numbers import in_words

_EVEN = 0.5  # constant: a chance that says neither


def course_told(told: Followed, now: Assessment, words: Words) -> Iterator[str]:
    """Give how it went beside how it was expected to go."""
    seen = now.observed
    if seen is None or told.rate is None:
        yield words.say("diary.course.none")
        return
    if seen.comes_and_goes:
        yield words.say("diary.course.comes_and_goes")
        return
    known = seen.asked_low_days == seen.asked_high_days
    day = round(seen.asked_low_days if known else 0) + seen.seen_days
    if seen.seen_days:
        how = "late" if seen.late else "easing" if seen.easing else "still"
        how = how if known else "still_noted"
        share = in_words(seen.still_expected, words)
        yield words.say(f"diary.course.{how}", day=day, share=share)
        for cause, chance in seen.still_by_cause[:MOST_CAUSES]:
            yield words.say(
                "diary.course.of_cause",
                cause=words.of("causes", cause, "name"),
                share=in_words(chance, words),
            )
    if seen.gone > _EVEN:
        yield words.say("diary.course.gone", day=day + 1, share=in_words(seen.gone, words))


def earlier_told(
    told: Followed,
    words: Words,
    *,
    clinical: bool = False,
    withheld: Collection[str] = (),
) -> Iterator[str]:
    """Give what was noted before and not since: it has passed, or nobody said that it has gone.

    Parameters
    ----------
    clinical : in the words of the doctor's sheet
    withheld : findings that are not told
    """
    part = "doctor.diary" if clinical else "diary"
    for sign in told.function.signs:
        last = sign.last_bad
        if sign.name != "speech_changed" or last is None or sign.bad_last:
            continue
        if sign.ability is not Ability.AS_BEFORE:
            day = day_in_words(last, words)
            yield words.say(f"{part}.speech_passed", day=day)
    lasting = [one for one in told.findings if one.why is Why.LASTING]
    noted = [one for one in told.open if one.why is Why.SAID]
    for key, kind in (("noted_lasting", lasting), ("noted_before", noted)):
        for one in kind:
            if one.id in withheld:
                continue
            name = words.clinical(one.id) if clinical else words.of("findings", one.id, "name")
            yield words.say(f"{part}.{key}", what=name, day=day_in_words(one.last, words))


def changed_told(changed: Changed, words: Words) -> Iterator[str]:
    """Give what the last day noted changed, and why; one sentence where it changed nothing."""
    before, after = changed.level_before, changed.level_after
    if before is not after:
        yield words.say(
            "diary.changed.level",
            before=words.say(f"level.{before}"),
            after=words.say(f"level.{after}"),
        )
    for one in changed.findings:
        yield words.say(
            "diary.changed.finding",
            what=words.of("findings", one.id, "name"),
            why=words.say(f"diary.why.{one.why}"),
            day=day_in_words(one.first, words),
        )
    if changed.late:
        yield words.say("why.course_late")
    for moved in changed.causes:
        key = "up" if moved.after > moved.before else "down"
        because = "; ".join(words.of("findings", name, "name") for name in moved.because)
        yield words.say(
            f"diary.changed.cause_{key}" + ("_because" if because else ""),
            cause=words.of("causes", moved.cause, "name"),
            before=in_words(moved.before, words),
            after=in_words(moved.after, words),
            because=because,
        )
    if changed.nothing:
        yield words.say("diary.changed.none")
