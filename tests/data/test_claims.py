"""The article's statements: each has a claim, a verdict and something that carries it."""

from __future__ import annotations

import pytest

STATEMENTS = 74


def test_each_of_the_statements_has_its_claim(knowledge):
    assert [claim.id for claim in knowledge.claims] == [
        f"claim_{number:02d}" for number in range(1, STATEMENTS + 1)
    ]


def test_each_claim_is_carried_by_something(knowledge):
    assert not [claim.id for claim in knowledge.claims if not claim.carried_by]


def test_a_verdict_that_says_yes_or_no_has_a_source_or_says_why_it_needs_none(knowledge):
    bare = [
        claim.id
        for claim in knowledge.claims
        if claim.verdict in ("supported", "contradicted") and not (claim.sources or claim.note)
    ]
    assert not bare


@pytest.mark.parametrize("language", ["id", "en"])
def test_each_claim_is_told_in_each_language(knowledge, language):
    words = knowledge.words(language).table("claims")
    for claim in knowledge.claims:
        assert words[claim.id]["statement"].strip(), claim.id
        assert words[claim.id]["comment"].strip(), claim.id
