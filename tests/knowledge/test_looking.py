"""`list`, `show`, `why`, `claims` and `table`: what they tell, and what they do not know."""

from __future__ import annotations

import csv
import io
import shutil
from math import log2

import pytest

from kedut.cli.main import main
from kedut.knowledge.load import COLUMNS, OURS, load, ours
from kedut.knowledge.words import LANGUAGES
from kedut.report.knowledge_show import identifiers

CONTRACT = [
    *("aliases", "background", "causes", "claims", "course", "findings", "links"),
    *("risks", "rules", "screen", "sources", "tests", "treatments", "values"),
]


@pytest.fixture(autouse=True)
def no_window(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def ask(folder, capsys):
    """Give a function that runs `kedut knowledge` on the small folder, with our labels."""
    for language in LANGUAGES:
        labels = f"words/{language}/interface-knowledge.csv"
        shutil.copy(OURS / labels, folder / labels)

    def run(*words: str, status: int = 0) -> str:
        part, *rest = words
        language = [] if part == "table" else ["--lang", "en"]
        assert main(["knowledge", "--folder", str(folder), part, *language, *rest]) == status
        printed = capsys.readouterr()
        return printed.out if status == 0 else printed.err

    return run


def test_the_list_names_every_cause_and_finding(ask):
    told = ask("list")
    for line in ("clot  Blood clot", "leg_swelling     Swollen leg", "sport  Hard sport"):
        assert line in told


def test_why_tells_figure_range_grade_counts_source_note_row_and_use(ask):
    told = ask("why", "clot/calf_pain")
    for text in (
        "0.6 (0.5 - 0.7)",
        "A (",
        "60 / 100",
        "moss2001",
        "Moss A. 2001. Sore calves. J Calf 1:1. doi:10.1000/calf. [abstract]",
        "Counted in 100 people.",
        "tables/links.csv:2",
        "0.05 (0.02 - 0.1)",
        "swollen_and_sore (urgent)",
        "claim_1",
        "findings-symptom.md#calf_pain",
    ):
        assert text in told


def test_why_tells_the_link_and_the_steps_it_makes(ask):
    told = ask("why", "clot/calf_pain")
    assert f"{(0.6 - 0.05) / 0.95:.3g}: " in told  # noisy-OR: 1 - (1 - link)(1 - 0.05) = 0.6
    assert f"x 12 ({log2(12):+.2f} bit)" in told
    assert f"x {0.4 / 0.95:.3g} ({log2(0.4 / 0.95):+.2f} bit)" in told


def test_why_tells_from_where_a_figure_is_taken_over(ask):
    # a quarter of swollen legs are very swollen, and the clot brings 0.8 of them
    told = ask("why", "clot/severe_swelling")
    assert "clot/leg_swelling, times the share 0.25" in told
    assert "0.8 (0.7 - 0.9)" in told
    assert f"x {0.2 / 0.005:.3g} " in told


def test_why_tells_that_a_figure_at_the_background_does_not_count(ask):
    assert "none: at or below the background" in ask("why", "cramp/thin_calf")


def test_why_tells_what_is_kept_but_not_used(ask):
    told = ask("why", "clot/thin_calf")
    assert "kept, but not used (excluded)" in told
    assert "No figure joins these two" in told


def test_why_tells_how_a_factor_shifts_a_cause(ask):
    # odds ratio 3 at a frequency of 0.2: x 3/1.4 with it, x 1/1.4 without
    told = ask("why", "cramp/sport")
    assert "OR 3 (2 - 4)" in told
    assert f"x {3 / 1.4:.3g} " in told
    assert f"x {1 / 1.4:.3g} " in told


def test_why_tells_a_state_of_a_moving_calf(ask):
    told = ask("why", "cramp/one_calf")
    assert "Counted among people whose calf moves" in told
    assert "x 1.2 " in told  # 0.9 of 0.75


def test_why_tells_the_gate(ask):
    assert "0.3 (0.2 - 0.4)" in ask("why", "cramp/calf_movement")


def test_why_of_a_cause_tells_each_prior_and_its_conversion(ask):
    told = ask("why", "clot")
    assert "incidence 0.001 (0.0005 - 0.002) x 30 d / 365.25 d" in told
    assert "incidence 0.0005 (0.0002 - 0.001) x 30 d / 365.25 d x 2" in told
    assert "female, 18-39" in told
    assert "share of those with it who come to ask" in told


def test_why_takes_an_alias_and_the_wrong_way_round(ask):
    assert "another name of" in ask("why", "clot/swollen_leg")
    assert "clot/calf_pain" in ask("why", "calf_pain/clot")


@pytest.mark.parametrize(
    "words, says",
    [
        (("why", "clott/calf_pain"), "'clott' is not known; nearest: 'clot'"),
        (("why", "clot/calf_pian"), "nearest: 'calf_pain'"),
        (("why", "///"), "'' is not known"),
        (("show", "calf_pian"), "nearest: 'calf_pain'"),
        (("show", "%$" * 500), "is not known"),
        (("table", "link"), "nearest: links"),
        (("table", "../x"), "there are aliases, background, bodymap, causes"),
    ],
)
def test_what_is_not_known_is_told_with_the_nearest_and_gives_2(ask, words, says):
    assert says in ask(*words, status=2)


def test_without_a_word_the_parts_are_named_and_the_status_is_2(capsys):
    assert main(["knowledge"]) == 2
    assert "list, show, why, claims, check, diff, table" in capsys.readouterr().err


@pytest.mark.parametrize(
    "identifier, texts",
    [
        ("clot", ("A clot in a vein.", "ICD-10 I80.2", "calf_pain", "0.6 (0.5 - 0.7)", "J Calf")),
        ("leg_swelling", ("Is one leg swollen?", "severe_swelling", "swollen_and_sore", "clot")),
        ("swollen_leg", ("another name of leg_swelling", "Is one leg swollen?")),
        ("swollen_and_sore", ("It may be a clot.", "swollen_leg AND calf_pain", "Do not rub it.")),
        ("moss2001", ("Moss A. 2001.", "clot/calf_pain", "claim_1")),
        ("cramp.stretch", ("Stretch.", "leg_swelling")),
        ("clot.blood", ("Blood test", "positive_blood_test", "0.95")),
        ("blood_test", ("Blood test",)),
        ("claim_1", ("Calves hurt.", "verdict.partly", "cause:cramp")),
        ("pain", ("It hurts.",)),
        ("blood_mg_per_l", (">= 0.5 mg/l", "positive_blood_test")),
    ],
)
def test_show_tells_everything_about_an_identifier(ask, identifier, texts):
    told = ask("show", identifier)
    for text in texts:
        assert text in told


@pytest.mark.parametrize("language", ["id", "en"])
def test_everything_we_name_can_be_shown(language):
    from kedut.report.knowledge_show import show

    knowledge = ours()
    names = sorted(set(identifiers(knowledge)))
    for name in names[:: max(1, len(names) // 150)]:
        assert show(knowledge, name, language)


def test_the_figure_people_ask_for_first(capsys):
    assert main(["knowledge", "why", "amyotrophic_lateral_sclerosis/leg_weakness"]) == 0
    told = capsys.readouterr().out
    for text in ("tables/links-nerve.csv:", "doi:", "suspected_mnd", "leg_weakness"):
        assert text in told


@pytest.mark.parametrize("name", CONTRACT)
def test_a_table_is_printed_as_csv_with_its_columns(ask, folder, name):
    rows = list(csv.DictReader(io.StringIO(ask("table", name))))
    assert len(rows) == len(load(folder).tables[name].rows)
    assert set(COLUMNS[name].split(",")) <= set(rows[0])
    assert not any(None in row or None in row.values() for row in rows)


def test_lines_wrap_to_the_window_and_not_into_a_pipe(ask, monkeypatch):
    piped = ask("why", "clot/calf_pain")
    monkeypatch.setenv("COLUMNS", "60")
    wrapped = ask("why", "clot/calf_pain")
    assert max(map(len, wrapped.splitlines())) <= 60
    assert max(map(len, piped.splitlines())) > 60
    assert "\x1b" not in piped + wrapped
