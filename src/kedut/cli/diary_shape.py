"""What `kedut diary show --format json` gives; the only place where its keys stand."""

from __future__ import annotations

from kedut.assess.changed import changed
from kedut.assess.revision import Revision
from kedut.assess.wire import rounded
from kedut.outlook.observed import Observed


def shape(shown: Revision) -> dict[str, object]:
    """Give what is shown as one object for programs."""
    rate = shown.told.rate
    now = rate.rates[-1] if rate else None
    moved = changed(shown.before, shown.now, shown.new)
    return {
        "today": shown.today.isoformat(),
        "noted_days": len(shown.days),
        "urgency": shown.now.urgency.level.value,
        "urgency_before": shown.before.urgency.level.value,
        "because": [because.id for because in shown.now.urgency.because],
        "look_again": shown.look_again.isoformat(),
        "function": {sign.name: sign.ability.value for sign in shown.told.function.signs},
        "function_worse": shown.told.function.worse,
        "direction": rate.direction.value if rate else None,
        "chances": {
            "resolved": rounded(rate.chances.resolved),
            "resolving": rounded(rate.chances.resolving),
            "steady": rounded(rate.chances.steady),
            "more": rounded(rate.chances.more),
        }
        if rate
        else None,
        "rate_per_min": {"value": now.rate_per_min, "low": now.low, "high": now.high}
        if now and rate and rate.in_numbers
        else None,
        "course": _course(shown.now.observed),
        "causes": [
            {"id": cause.id, "probability": rounded(cause.probability)}
            for cause in shown.now.causes
        ],
        "findings": [
            {"id": one.id, "present": one.present, "because": one.because}
            for one in shown.told.findings
        ],
        "new": [one.id for one in shown.new],
        "changed": [
            {
                "cause": one.cause,
                "before": rounded(one.before),
                "after": rounded(one.after),
                "because": list(one.because),
            }
            for one in moved.causes
        ],
        "ignored": list(shown.told.ignored),
    }


def _course(seen: Observed | None) -> dict[str, object] | None:
    if seen is None:
        return None
    return {
        "asked_days": {"low": rounded(seen.asked_low_days), "high": rounded(seen.asked_high_days)},
        "seen_days": seen.seen_days,
        "noted_days": seen.noted_days,
        "gone": rounded(seen.gone),
        "easing": seen.easing,
        "comes_and_goes": seen.comes_and_goes,
        "still_expected": rounded(seen.still_expected),
        "late": seen.late,
        "still_by_cause": [
            {"cause": cause, "p": rounded(chance)} for cause, chance in seen.still_by_cause
        ],
    }
