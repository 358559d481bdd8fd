"""A population run goes on where it was, adds up, and says what to research next."""

from __future__ import annotations

from pathlib import Path

import pytest

from kedut.bench import population
from kedut.bench.population_page import page
from kedut.bench.population_people import PEOPLE, PUBLISHED
from kedut.bench.population_tally import Tally, course_figures
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import load, ours
from tests.knowledge.small import write_small

ROOT = Path(__file__).parents[2]
CASES = [
    Case(id="a", age=40, sex="male", present=("calf_pain",), absent=("leg_swelling",)),
    Case(id="b", age=40, sex="female", present=("calf_pain", "leg_swelling")),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load(write_small(tmp_path_factory.mktemp("knowledge")))


@pytest.fixture
def two_chunks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make a population of two chunks of one case; remember which were asked for."""
    asked: list[int] = []

    def cases_of(knowledge: Knowledge, group: str, number: int, published: object) -> list[Case]:
        asked.append(number)
        return [CASES[number]]

    monkeypatch.setattr(population, "cases_of", cases_of)
    monkeypatch.setattr(population, "chunks", lambda *_: [(PEOPLE, 0), (PEOPLE, 1)])
    return asked


def test_a_run_that_is_stopped_goes_on_where_it_was(
    small: Knowledge, two_chunks: list[int], tmp_path: Path
) -> None:
    _, left = population.run(small, 2, tmp_path, within_s=-1)
    assert (left, two_chunks) == (2, [])
    whole, left = population.run(small, 2, tmp_path, within_s=60)
    assert (left, two_chunks) == (0, [0, 1])
    (tmp_path / population.fingerprint(small) / f"{PEOPLE}-0001.json").unlink()
    again, left = population.run(small, 2, tmp_path, within_s=60)
    assert (left, two_chunks) == (0, [0, 1, 1])
    assert again[PEOPLE].to_json() == whole[PEOPLE].to_json()


def test_tallies_add_up_and_come_back_from_text(
    small: Knowledge, two_chunks: list[int], tmp_path: Path
) -> None:
    tally = population.run(small, 2, tmp_path, within_s=60)[0][PEOPLE]
    assert tally.cases == 2
    effect = tally.effects["links:cramp/calf_pain"]
    assert 0 < effect.moves <= 2 * effect.most
    assert effect.lower + effect.higher >= effect.level
    assert max(effect.leading, effect.level) <= effect.either <= effect.cases <= 2
    assert Tally.from_json(tally.to_json()).to_json() == tally.to_json()


def test_other_figures_are_another_population(small: Knowledge) -> None:
    assert population.fingerprint(small) != population.fingerprint(ours())


def test_a_point_of_a_course_moves_what_is_shown_by_its_range(small: Knowledge) -> None:
    points = list(course_figures(small, Tally(shown={"cramp": 1})))
    (first,) = [one for one in points if one.figure.name == "cramp/day 1"]
    # day 1 is shown as it stands, 0.5 (0.4 to 0.6): by a tenth at least
    assert 0.1 - 1e-9 <= first.moves <= 0.2
    assert (first.shown, {one.shown for one in points}) == (1, {0, 1})


def test_the_page_names_each_figure_with_range_grade_source_and_effect(
    small: Knowledge, two_chunks: list[int], tmp_path: Path
) -> None:
    tallies, _ = population.run(small, 2, tmp_path, within_s=60)
    tallies[PUBLISHED] = tallies[PEOPLE]
    text = page(small, tallies, list(course_figures(small, tallies[PEOPLE])))
    assert "| `links` clot/leg_swelling | 0.8 (0.7 to 0.9) | B | moss2001 |" in text
    assert "What to research next" in text
    counted = text.partition("## What to research next")[2].partition("## Urgency")[0]
    assert "clot/calf_pain" not in counted, "counted already"


def test_the_page_that_is_there_came_from_it() -> None:
    there = (ROOT / population.PAGE).read_text(encoding="utf-8")
    nothing = {PEOPLE: Tally(), PUBLISHED: Tally()}
    made = page(ours(), nothing, ())
    headings = [line for line in made.splitlines() if line.startswith("#")]
    assert [line for line in there.splitlines() if line.startswith("#")] == headings
    assert "\n1 |" in there or "| 1 |" in there
