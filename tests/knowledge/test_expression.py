"""Conditions: what is read, what is refused, and the laws of three-valued logic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.knowledge.errors import BadExpression
from kedut.knowledge.expression import Condition, parse

NAMES = ("a", "b", "c", "d")
Tree = str | tuple[str, ...]
trees = st.recursive(
    st.sampled_from(NAMES),
    lambda below: st.one_of(
        st.tuples(st.just("NOT"), below),
        st.tuples(st.sampled_from(("AND", "OR")), below, below),
    ),
    max_leaves=8,
)
evidence = st.fixed_dictionaries({name: st.sampled_from((True, False, None)) for name in NAMES})
facts = st.fixed_dictionaries({name: st.booleans() for name in NAMES})


def written(tree: Tree) -> str:
    """Write a tree as a condition."""
    if isinstance(tree, str):
        return tree
    if tree[0] == "NOT":
        return f"NOT ({written(tree[1])})"
    return f"({written(tree[1])} {tree[0]} {written(tree[2])})"


def kleene(tree: Tree, known: dict[str, bool | None]) -> bool | None:
    """Decide a tree in Kleene's logic of three values; None is unknown."""
    if isinstance(tree, str):
        return known[tree]
    if tree[0] == "NOT":
        below = kleene(tree[1], known)
        return None if below is None else not below
    values = (kleene(tree[1], known), kleene(tree[2], known))
    deciding = tree[0] == "OR"
    if deciding in values:
        return deciding
    return None if None in values else not deciding


def holds(condition: Condition, known: dict[str, bool | None]) -> bool:
    """Say whether an alternative is known to hold."""
    return any(
        all(known[name] is True for name in present)
        and all(known[name] is False for name in absent)
        for present, absent in condition.alternatives
    )


def can_hold(condition: Condition, known: dict[str, bool | None]) -> bool:
    """Say whether an alternative is not ruled out."""
    return any(
        all(known[name] is not False for name in present)
        and all(known[name] is not True for name in absent)
        for present, absent in condition.alternatives
    )


@given(trees, evidence)
def test_a_condition_holds_exactly_where_three_valued_logic_says_true(tree, known):
    assert holds(parse(written(tree)), known) == (kleene(tree, known) is True)


@given(trees, evidence)
def test_what_three_valued_logic_calls_false_cannot_hold(tree, known):
    if kleene(tree, known) is False:
        assert not can_hold(parse(written(tree)), known)


@given(trees, facts)
def test_with_everything_known_a_condition_is_true_or_false(tree, known):
    condition = parse(written(tree))
    assert holds(condition, known) == can_hold(condition, known) == kleene(tree, known)


@given(trees, evidence, st.sampled_from(NAMES), st.booleans())
def test_knowing_more_never_takes_back_what_held(tree, known, name, answer):
    condition = parse(written(tree))
    if known[name] is None and holds(condition, known):
        assert holds(condition, {**known, name: answer})


@given(trees)
def test_not_not_is_nothing(tree):
    text = written(tree)
    assert parse(f"NOT (NOT ({text}))").alternatives == parse(text).alternatives


@given(trees, trees)
def test_the_order_of_the_sides_does_not_matter(left, right):
    one, other = written(left), written(right)
    for word in ("AND", "OR"):
        assert (
            parse(f"({one}) {word} ({other})").alternatives
            == parse(f"({other}) {word} ({one})").alternatives
        )


@given(trees)
def test_wanted_and_unwanted_name_only_what_stands_in_the_text(tree):
    condition = parse(written(tree))
    assert condition.wanted | condition.unwanted <= set(NAMES)


def test_and_binds_more_than_or():
    assert parse("a OR b AND c").alternatives == parse("a OR (b AND c)").alternatives


def test_an_alternative_that_contradicts_itself_is_dropped():
    assert parse("a AND NOT a").alternatives == ()


def test_an_alternative_that_another_covers_is_dropped():
    assert parse("a OR (a AND b)").alternatives == parse("a").alternatives


def test_aliases_are_renamed_as_they_are_read():
    assert parse("old AND NOT b", {"old": "new", "b": "b"}.__getitem__).wanted == {"new"}


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "ends too early"),
        ("a AND", "ends too early"),
        ("a AND OR b", "missing before 'OR'"),
        ("(a OR b", "not closed"),
        ("a)", "unexpected ')'"),
        ("a b", "unexpected 'b'"),
        ("a & b", "cannot read"),
        ("A", "cannot read"),
        ("()", "missing before ')'"),
    ],
)
def test_what_is_no_condition_is_refused_with_a_reason(text, says):
    with pytest.raises(BadExpression, match=says.replace(")", r"\)")):
        parse(text)


def test_a_condition_with_too_many_alternatives_is_refused():
    either = " AND ".join(f"(a{n} OR b{n} OR c{n})" for n in range(12))
    with pytest.raises(BadExpression, match="too many alternatives"):
        parse(either)
