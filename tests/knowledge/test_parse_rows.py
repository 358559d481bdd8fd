"""One row becomes one thing, or a sentence that says what would do."""

from __future__ import annotations

import pytest

from kedut.knowledge import parse_rows as parse
from kedut.knowledge.entities import Kind, Level
from kedut.knowledge.tables import Row
from kedut.quantity.sourced import Grade

ROWS = {
    "finding": {"id": "x", "kind": "symptom", "asked": "yes", "states": "1-2"},
    "cause": {"id": "x", "harm_level": "soon", "grave": "yes"},
    "prior": {"cause": "x", "measure": "point", "value": "0.1"},
    "link": {"cause": "x", "finding": "y", "p": "0.4", "role": "finding"},
    "risk": {"cause": "x", "factor": "y", "measure": "OR", "value": "2", "role": "risk"},
    "background": {"finding": "y", "p": "0.1"},
    "implication": {"finding": "y", "implies": "z", "share": "0.5"},
    "threshold": {"low": "0", "high": "9", "op": ">=", "threshold": "3", "finding": "y"},
    "test": {"id": "t", "sensitivity": "0.9"},
    "course_point": {"cause": "x", "measure": "resolved", "day": "7", "value": "0.5"},
    "claim": {"id": "c", "verdict": "partly", "carried_by": "cause:x;finding:y"},
}


def row(name, **cells):
    return Row({**ROWS[name], **cells}, "tables/x.csv", 7)


@pytest.mark.parametrize("name", ROWS)
def test_a_sound_row_is_read(name):
    assert getattr(parse, name)(row(name)) is not None


@pytest.mark.parametrize(
    "name, cells, says",
    [
        ("finding", {"kind": "feeling"}, "kind must be one of symptom"),
        ("finding", {"states": "2..3"}, "states must be like 2 or 1-2"),
        ("finding", {"seconds": "soon"}, "seconds must be a number"),
        ("cause", {"harm_level": "later"}, "harm_level must be one of emergency"),
        ("prior", {"measure": "yearly"}, "measure must be one of point"),
        ("prior", {"value": "0"}, "a chance in"),
        ("prior", {"value": "0.9", "factor": "3"}, "after the conversion"),
        ("prior", {"measure": "incidence", "window_d": ""}, "window_d must be a number"),
        ("prior", {"sex": "both"}, "sex must be one of"),
        ("link", {"p": "0"}, "strictly between 0 and 1"),
        ("link", {"p": "1"}, "strictly between 0 and 1"),
        ("link", {"p": "0.4", "low": "0.5"}, "need 0 <= low <= p"),
        ("link", {"p": "nan"}, "finite number"),
        ("link", {"p": "40 %"}, "p must be a number, got '40 %'"),
        ("link", {"role": "maybe"}, "role must be one of"),
        ("link", {"grade": "E"}, "grade must be one of A, B, C, D"),
        ("link", {"grade": "A"}, "a grade A figure needs a source"),
        ("risk", {"value": "0"}, "an odds ratio must be above 0"),
        ("risk", {"measure": "P(factor|condition)", "value": "2"}, "strictly between 0 and 1"),
        ("risk", {"measure": "LR-among-suspected"}, "cannot be used with measure"),
        ("background", {"p": "inf"}, "finite number"),
        ("implication", {"share": "0"}, r"share must lie in \(0, 1\]"),
        ("threshold", {"op": "="}, "op must be one of"),
        ("threshold", {"op": "between", "threshold": "3"}, r"must be like 1\.\.14"),
        ("threshold", {"low": "9", "high": "9"}, "need low < high"),
        ("test", {"sensitivity": "high"}, "sensitivity must be a number"),
        ("course_point", {"value": "1.2"}, "need 0 <= low"),
        ("claim", {"verdict": "true"}, "verdict must be one of"),
    ],
)
def test_a_row_that_is_wrong_says_what_would_do(name, cells, says):
    with pytest.raises(ValueError, match=says):
        getattr(parse, name)(row(name, **cells))


def test_an_incidence_becomes_a_chance_over_its_window():
    # 1 in 100 a year, 73 days to the diagnosis, half of them unexplained: 0.01 x 73/365.25 x 0.5
    prior = parse.prior(
        row("prior", measure="incidence", value="0.01", window_d="73", factor="0.5")
    )
    assert prior.chance.value == pytest.approx(0.01 * 73 / 365.25 * 0.5)


def test_a_short_illness_counts_for_the_month_in_which_one_asks():
    one = parse.prior(row("prior", measure="incidence", value="0.01", window_d="2"))
    other = parse.prior(row("prior", measure="incidence", value="0.01", window_d="30"))
    assert one.chance == other.chance


def test_a_row_without_ages_holds_for_every_adult():
    prior = parse.prior(row("prior"))
    assert (prior.age_from, prior.age_to, prior.sex) == (18, 120, "")


def test_a_row_without_a_grade_is_a_judgement():
    assert parse.link(row("link")).p.grade is Grade.JUDGEMENT


def test_a_row_that_carries_no_weight_keeps_its_figure_unchecked():
    assert parse.link(row("link", p="often", role="excluded")).role == "excluded"


def test_states_are_read_as_numbers():
    found = parse.finding(row("finding"))
    assert (found.states, found.kind, found.asked) == ((1, 2), Kind.SYMPTOM, True)


def test_a_course_row_that_is_no_share_resolved_is_no_point():
    assert parse.course_point(row("course_point", measure="median days")) is None


def test_only_a_calm_rule_may_end_in_self_care():
    cells = {"id": "r", "when": "a", "level": "self-care", "within_days": "7", "kind": "alarm"}
    with pytest.raises(ValueError, match="only a rule of kind calm"):
        parse.rule(Row(cells, "tables/rules.csv", 2), str)
    calm = parse.rule(Row({**cells, "kind": "calm"}, "tables/rules.csv", 2), str)
    assert calm is not None
    assert calm.level is Level.SELF_CARE


def test_a_merged_rule_is_kept_but_never_fires():
    assert parse.rule(Row({"id": "r", "kind": "merged"}, "tables/rules.csv", 2), str) is None


@pytest.mark.parametrize(
    "op, threshold, number, reached",
    [
        (">=", "3", 3, True),
        (">", "3", 3, False),
        ("<=", "3", 3, True),
        ("<", "3", 3, False),
        ("between", "1..3", 1, True),
        ("between", "1..3", 3, False),
    ],
)
def test_a_threshold_says_on_which_side_it_lies(op, threshold, number, reached):
    assert parse.threshold(row("threshold", op=op, threshold=threshold)).reached(number) is reached
