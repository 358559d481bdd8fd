"""New sites and new complaints are told with their days."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.entry import Entry
from kedut.diary.noticed import what_came_up
from kedut.simulate.courses import FIRST_DAY
from tests.diary.drawn import entries, law

DAY = timedelta(days=1)


def test_a_site_first_named_after_the_first_days_is_new() -> None:
    where = [("calf",), ("calf", "eyelid"), ("calf",), (), ("thigh",), ("thigh", "calf")]
    kept = [Entry(id=str(n), at=FIRST_DAY + n * DAY, where=w) for n, w in enumerate(where)]
    found = what_came_up(kept, kept[-1].day)
    assert [site.id for site in found.sites] == ["calf", "eyelid", "thigh"]
    (thigh,) = found.new_sites
    assert (thigh.id, thigh.first.day, thigh.last.day, thigh.days) == ("thigh", 5, 6, 2)


def test_a_complaint_is_told_from_its_first_day() -> None:
    kept = [
        Entry(id="a", at=FIRST_DAY, new_symptoms=("x",)),
        Entry(id="b", at=FIRST_DAY + 9 * DAY, new_symptoms=("leg_weakness", "x")),
    ]
    found = what_came_up(kept, kept[-1].day)
    assert [(one.id, one.first.day, one.days) for one in found.new_symptoms] == [
        ("x", 1, 2),
        ("leg_weakness", 10, 1),
    ]
    assert not what_came_up(kept, FIRST_DAY.date() - DAY).new_symptoms


@given(st.lists(entries(), max_size=6), st.randoms())
@law
def test_no_complaint_is_lost_whatever_the_order(kept: list[Entry], chance) -> None:
    mixed = kept.copy()
    chance.shuffle(mixed)
    today = max((entry.day for entry in kept), default=FIRST_DAY.date())
    found = what_came_up(mixed, today)
    assert found == what_came_up(kept, today)
    told = {one.id for one in found.new_symptoms}
    assert told == {name for entry in kept for name in entry.new_symptoms}
