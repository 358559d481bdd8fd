"""Coverage: what is wanting is told, and weights follow from a calculation by hand."""

from __future__ import annotations

from datetime import date
from math import log2

import pytest

from kedut.cli.main import main
from kedut.knowledge.coverage import figures, gaps
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import load
from kedut.quantity.sourced import Grade
from kedut.reasoning.priors import priors_of
from kedut.report.coverage import founding, heaviest_judgements
from tests.knowledge.small import change

TODAY = date(2026, 11, 30)


def gap(knowledge: Knowledge, title: str, today: date = TODAY) -> tuple[str, ...]:
    """Give the items of the gap whose title starts so."""
    (found,) = [one for one in gaps(knowledge, today) if one.title.startswith(title)]
    return found.items


def test_gaps_are_no_faults(folder, capsys):
    assert main(["knowledge", "check", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "no faults" in out
    assert "causes with fewer than 10 findings: 2" in out


def test_causes_with_too_few_findings_are_told_with_their_count(folder):
    # the gate and what is excluded do not count: three links of the clot, three of the cramp
    assert gap(load(folder), "causes with fewer") == ("clot: 3", "cramp: 3")


def test_a_prior_that_stops_at_an_age_leaves_a_hole(folder):
    change(folder, "tables/priors.csv", "cramp,,,,month", "cramp,male,18,64,month")
    assert gap(load(folder), "causes without a prior") == (
        "cramp: female and male, from 18 to 120 years",
    )


def test_a_course_of_two_points_is_too_short(folder):
    change(folder, "tables/course.csv", "clot,resolved,90,0.8,0.7,0.9,lay,D,,\n", "")
    assert gap(load(folder), "causes without a course") == ("clot: 2 of 3 points",)


def test_a_finding_without_a_background_is_told(folder):
    change(folder, "tables/background.csv", "sport,0.2,0.1,0.3,D,,\n", "")
    assert gap(load(folder), "findings without a background") == ("sport",)


def test_a_frequency_at_the_background_is_no_link_and_is_listed(folder):
    assert gap(load(folder), "links at or below") == (
        "cramp/thin_calf: 0.01 in the cause, 0.01 without",
    )


def test_a_rule_that_only_a_clinician_can_fire_is_listed(folder):
    assert gap(load(folder), "rules that only") == ("thin (soon, clinical)",)


def test_rows_are_due_the_day_after_their_date(folder):
    knowledge = load(folder)
    assert gap(knowledge, "rows whose review", date(2027, 11, 30)) == ()
    due = gap(knowledge, "rows whose review", date(2027, 12, 1))
    assert "tables/causes.csv:2: clot, due 2027-11-30" in due


def test_a_source_nobody_cites_is_listed(folder):
    change(folder, "tables/sources.csv", "moss2001,Moss A", "idle2002,A,,B,,,,,,\nmoss2001,Moss A")
    assert gap(load(folder), "sources never used") == ("tables/sources.csv:2: idle2002",)


def test_every_used_figure_is_counted_once_with_its_grade(folder):
    found = list(figures(load(folder)))
    tables = [figure.table for figure in found]
    assert tables.count("links") == 7
    assert tables.count("priors") == 3
    assert tables.count("risks") == 1
    assert tables.count("background") == 9
    assert tables.count("course") == 6
    assert [f.grade for f in found if f.name == "clot/calf_pain"] == [Grade.MEASURED]


def test_counts_and_shares_of_weight_add_up(folder):
    for one in founding(load(folder)):
        assert sum(one.counts.values()) > 0
        for shares in (one.weight, one.grave):
            assert sum(shares.values()) == pytest.approx(1) or not any(shares.values())


def test_the_weight_of_a_judged_link_is_as_calculated_by_hand(folder):
    knowledge = load(folder)
    chance = priors_of(knowledge).chances(None, None)[1]
    # cramp/calf_pain: 0.9 in the cause, 0.05 without
    step = 0.9 * log2(0.9 / 0.05) + 0.1 * abs(log2(0.1 / 0.95))
    weights = {f"{f.table} {f.name}": w for f, w in heaviest_judgements(knowledge, 100)}
    assert weights["links cramp/calf_pain"] == pytest.approx(chance * step)
    assert weights["links cramp/thin_calf"] == 0


def test_only_judged_figures_are_the_ones_to_find_a_source_for(folder):
    judged = heaviest_judgements(load(folder), 100)
    assert {figure.grade for figure, _ in judged} == {Grade.JUDGEMENT}
    assert [w for _, w in judged] == sorted((w for _, w in judged), reverse=True)
