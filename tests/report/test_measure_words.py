"""Everything a measurement can say has words in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kedut.knowledge.load import ours
from kedut.knowledge.parse_measured import FEATURES, MEASURES
from kedut.measurement.recording import Modality
from kedut.measurement.twitch import Reason

CODE = Path(__file__).parents[2] / "src/kedut/measurement"
FOLDERS = ("quality", "detectors")


def trees(*names: str) -> Iterator[ast.AST]:
    """Give the code of some folders or files of the measurement."""
    for name in names:
        place = CODE / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def strings(node: ast.AST) -> Iterator[str]:
    """Give the whole strings below a node; parts of f-strings and places in dicts are none."""
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.Compare):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from strings(child)


def appended(name: str, *places: str) -> set[str]:
    """Give the strings that are appended to a list of this name, or are keys of it."""
    found: set[str] = set()
    for node in trees(*places):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append")) if (
                owner == name
            ):
                found |= {text for arg in node.args for text in strings(arg)}
            case ast.Call(func=ast.Name(id="unusable")) if name == "reasons":
                found |= {text for arg in node.args for text in strings(arg)}
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=value)
                | ast.AugAssign(target=target, value=value)
            ):
                if isinstance(target, ast.Name) and target.id == name:
                    found |= _keys(value)
                if (
                    isinstance(target, ast.Subscript)
                    and isinstance(target.value, ast.Name)
                    and target.value.id == name
                ):
                    found |= set(strings(target.slice))
    return found


def _keys(value: ast.expr | None) -> set[str]:
    if isinstance(value, ast.Dict):
        return {text for key in value.keys if key is not None for text in strings(key)}
    return set()


def artefacts() -> set[str]:
    """Give the reasons for which a twitch is not counted."""
    return {
        text
        for node in trees(*FOLDERS)
        if isinstance(node, ast.keyword) and node.arg == "artefact"
        for text in strings(node.value)
    }


def limits() -> set[str]:
    found = {key for key in appended("limits", "measure.py") if key not in set(Modality)}
    return found | {f"too_short_{modality}" for modality in Modality}


@pytest.fixture(scope="module", params=("id", "en"))
def words(request):
    return ours().words(request.param)


def without_words(words, part: str, keys: set[str]) -> list[str]:
    return sorted(
        key for key in keys if words.say(f"measure.{part}.{key}") == f"measure.{part}.{key}"
    )


def test_the_code_is_read() -> None:
    assert {"none_seen", "clock_uneven", "emg_sees_near", "too_short_emg"} <= limits()
    assert "cannot_see_small" in appended("reasons", *FOLDERS)
    assert "pulse" in artefacts()


def test_every_limit_of_a_recording_is_told(words) -> None:
    assert not without_words(words, "limit", limits())


def test_every_reason_for_leaving_out_is_told(words) -> None:
    reasons = {str(reason) for reason in Reason}
    assert not without_words(words, "reason", reasons)
    assert not without_words(words, "quality", reasons | {f"much_{r}" for r in reasons})


def test_every_reason_of_a_quality_is_told(words) -> None:
    assert not without_words(words, "quality", appended("reasons", *FOLDERS))


def test_every_figure_of_a_quality_is_named(words) -> None:
    assert not without_words(words, "figure", appended("figures", *FOLDERS))


def test_every_artefact_is_named(words) -> None:
    assert not without_words(words, "artefact", artefacts())


def test_every_feature_and_published_measure_is_named(words) -> None:
    assert not without_words(words, "feature", set(FEATURES))
    assert not without_words(words, "measure", set(MEASURES))
    assert not without_words(words, "kind", {str(modality) for modality in Modality})


def test_everybody_in_a_published_figure_is_named(words) -> None:
    knowledge = ours()
    people = {rate.people for rate in knowledge.rates} - set(knowledge.causes)
    assert not without_words(words, "people", people)
