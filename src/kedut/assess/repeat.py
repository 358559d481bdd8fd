"""Whether the same answers were given before; asking again makes no answer surer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeAlias

from kedut.assess.transcript import Transcript, interview_of

Answers: TypeAlias = tuple[frozenset[str], frozenset[str], float | None, str | None]


def answers_of(transcript: Transcript) -> Answers:
    """Give what an assessment rests on: what is present, what is absent, age and sex.

    The order of the answers, what was taken back and what was left unknown are not part of it.
    """
    case = interview_of(transcript).case
    return frozenset(case.present), frozenset(case.absent), case.age, case.sex


def same_answers(transcript: Transcript, other: Transcript) -> bool:
    """Say whether two interviews told the same."""
    return answers_of(transcript) == answers_of(other)


def first_time(
    transcript: Transcript,
    earlier: Iterable[tuple[Transcript, date]],
    *,
    today: date,
    within_days: float,
) -> date | None:
    """Give the first day, of those not long ago, on which the same was told; none if it is new.

    Parameters
    ----------
    earlier : interviews with the day they were answered, in any order
    within_days : how many days before today still count (`repeat.within_days`)
    """
    since = today - timedelta(days=within_days)
    days = (
        day for told, day in earlier if since <= day <= today and same_answers(transcript, told)
    )
    return min(days, default=None)
