"""What a moved figure does to an answer is what the tables say when they are written so."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kedut.assess.pipeline import assess
from kedut.bench.case_moved import LEAST, Index, Moving, Tools
from kedut.bench.figures_moved import ENDS, Moved, Patch, moved_figures
from kedut.bench.population_people import PEOPLE, cases_of
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import load, ours
from kedut.reasoning.inference import reasoner_of
from tests.knowledge.small import write_small

TOLD = ("calf_pain", "severe_swelling", "one_calf", "sport", "positive_blood_test", "thin_calf")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load(write_small(tmp_path_factory.mktemp("knowledge")))


def written(knowledge: Knowledge, moved: Moved, end: int) -> Knowledge:
    """Give the knowledge with a figure moved in its table, nothing laid out by hand."""
    figure, name = moved.figure, moved.figure.name
    value = min(max(getattr(figure, ENDS[end]), 1e-6), 1 - 1e-6)
    if figure.table == "decisions":
        value = getattr(figure, ENDS[end])
        return replace(knowledge, decisions={**knowledge.decisions, name: value})
    if figure.table == "background":
        row = knowledge.background[name]
        other = replace(row, p=replace(row.p, value=value, low=0, high=1))
        return replace(knowledge, background={**knowledge.background, name: other})
    if figure.table == "links":
        links = tuple(
            replace(row, p=replace(row.p, value=value, low=0, high=1))
            if f"{row.cause}/{row.finding}" == name and row.role in ("finding", "measured")
            else row
            for row in knowledge.links
        )
        return replace(knowledge, links=links)
    if figure.table == "risks":
        risks = tuple(
            replace(row, value=getattr(figure, ENDS[end]))
            if f"{row.cause}/{row.factor}" == name and row.role in ("risk", "amplifier")
            else row
            for row in knowledge.risks
        )
        return replace(knowledge, risks=risks)
    priors = tuple(
        replace(row, chance=replace(row.chance, value=value, low=0, high=1))
        if row is moved.patches[end].row
        else row
        for row in knowledge.priors
    )
    return replace(knowledge, priors=priors)


def small_cases() -> Iterator[Case]:
    """Give a few ways to answer, each finding told, denied and left open somewhere."""
    for place, states in enumerate(itertools.product((True, False, None), repeat=len(TOLD))):
        if place % 67 == 0:
            told = dict(zip(TOLD, states, strict=True))
            yield Case(
                id=str(place),
                age=(25, 50)[place % 2],
                sex=("female", "male", None)[place % 3],
                present=tuple(name for name, state in told.items() if state),
                absent=tuple(name for name, state in told.items() if state is False),
            )


def agrees(knowledge: Knowledge, case: Case, moving: Moving, moved: Moved, end: int) -> bool:
    """Say whether the answer after a patch is that of the tables written so."""
    found = moving.after(moved.patches[end])
    other = written(knowledge, moved, end)
    reasoner_of(other).quicken()
    wanted = assess(case, other, detail="brief")
    chances = {cause.id: cause.probability for cause in wanted.causes}
    each = np.array([chances[name] for name in moving.tools.network.causes])
    near = float(np.abs(found.at_work - each).max()) < 1.5 * LEAST
    return near and found.level is wanted.urgency.level


def test_every_figure_moves_every_answer_as_the_tables_written_so_would(small: Knowledge) -> None:
    tools = Tools(small)
    figures = list(moved_figures(small))
    assert {one.figure.table for one in figures} == {
        "background",
        "decisions",
        "links",
        "priors",
        "risks",
    }
    turned = 0
    for case in small_cases():
        moving = Moving(tools, case)
        for moved, end in itertools.product(figures, (0, 1)):
            assert agrees(small, case, moving, moved, end), (case, moved.figure.key, ENDS[end])
            turned += moving.after(moved.patches[end]) is not moving.answer
    assert turned > 100


def test_the_index_leaves_out_no_figure_that_moves_an_answer(small: Knowledge) -> None:
    tools = Tools(small)
    figures = list(moved_figures(small))
    index = Index(tools, figures)
    for case in small_cases():
        moving = Moving(tools, case)
        wanted = set(index.of(moving))
        for place, moved in enumerate(figures):
            if any(moving.after(patch) is not moving.answer for patch in moved.patches):
                assert place in wanted, moved.figure.key


def test_the_numbers_are_put_back_after_each_patch(small: Knowledge) -> None:
    tools = Tools(small)
    before = [np.array(array) for array in tools.fast.numbers]
    case = next(case for case in small_cases() if "calf_pain" in case.present)
    moving = Moving(tools, case)
    for moved in moved_figures(small):
        for patch in moved.patches:
            moving.after(patch)
    for old, new in zip(before, tools.fast.numbers, strict=True):
        np.testing.assert_array_equal(old, new)


def test_nothing_moved_is_the_same_answer(small: Knowledge) -> None:
    moving = Moving(Tools(small), next(small_cases()))
    assert moving.after(Patch()) is moving.answer


def test_a_child_is_no_case_for_figures(small: Knowledge) -> None:
    with pytest.raises(ValueError, match="under 18"):
        Moving(Tools(small), Case(id="a child", age=9, present=("calf_pain",)))


@pytest.mark.proof
@pytest.mark.skipif("KEDUT_LAW_EXAMPLES" not in os.environ, reason="part of make proof")
def test_our_own_figures_move_answers_as_our_tables_written_so_would() -> None:
    knowledge = ours()
    tools = Tools(knowledge)
    figures = [one for one in moved_figures(knowledge) if any(one.patches)]
    index = Index(tools, figures)
    random = np.random.default_rng(5)
    for case in cases_of(knowledge, PEOPLE, 0, list[Path]())[:8]:
        moving = Moving(tools, case)
        moves = sorted(
            (
                (float(np.abs(found.at_work - moving.answer.at_work).max()), place, end)
                for place in index.of(moving)
                for end in (0, 1)
                if (found := moving.after(figures[place].patches[end])) is not moving.answer
            ),
            reverse=True,
        )
        if not moves:
            continue
        some = [*moves[:5], *(moves[n] for n in random.choice(len(moves), 10))]
        for _, place, end in some:
            assert agrees(knowledge, case, moving, figures[place], end), figures[place].figure.key
