"""Chances in words: whole numbers, and never "all"."""

import pytest

from kedut.knowledge.chance_words import in_words
from kedut.knowledge.load import ours


@pytest.mark.parametrize(
    "chance, said",
    [
        (0.03, "about 3 in 100"),
        (0.12, "about 10 in 100"),
        (0.98, "more than 95 in 100"),
        (0.995, "more than 99 in 100"),
        (0.00005, "fewer than 1 in 10,000"),
    ],
)
def test_a_chance_is_said_in_whole_numbers_that_its_figures_bear(chance: float, said: str) -> None:
    assert in_words(chance, ours().words("en")) == said
