"""What `check` finds that loading cannot: one change to a sound folder, one fault."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

import kedut
from kedut.cli.main import main
from kedut.knowledge.check import DECISIONS, check
from kedut.knowledge.load import ours, read
from tests.knowledge.small import change

RULES = "tables/rules.csv"
CHANGES = {
    "rows out of order": (
        "tables/background.csv",
        "both_calves,0.25,0.1,0.4,D,,\ncalf_movement,0.01,0.005,0.02,D,,",
        "calf_movement,0.01,0.005,0.02,D,,\nboth_calves,0.25,0.1,0.4,D,,",
        "tables/background.csv:3: 'both_calves' stands after 'calf_movement'",
    ),
    "a graded risk without a source": (
        "tables/risks.csv",
        "cramp,sport,OR,3,2,4,D",
        "cramp,sport,OR,3,2,4,B",
        "tables/risks.csv:3: a grade B figure needs a source",
    ),
    "a day that is none": (
        "tables/causes.csv",
        "2027-11-30,moss2001",
        "2027-11-31,moss2001",
        "tables/causes.csv:2: review_by must be a day",
    ),
    "replaced by nothing": (
        "tables/findings.csv",
        "sport,risk_factor,,,,yes,4,,,,",
        "sport,risk_factor,,,,yes,4,,,calf_pian,",
        "replaced_by 'calf_pian' is not in findings.csv; nearest: 'calf_pain'",
    ),
    "an alias of an alias": (
        "tables/aliases.csv",
        "swollen_leg,leg_swelling",
        "fat_leg,swollen_leg\nswollen_leg,leg_swelling",
        "tables/aliases.csv:2: alias of the alias 'swollen_leg'",
    ),
    "an alias that is a finding": (
        "tables/aliases.csv",
        "swollen_leg,leg_swelling",
        "sport,leg_swelling\nswollen_leg,leg_swelling",
        "'sport' is a finding already",
    ),
    "states that do not add up": (
        "tables/background.csv",
        "one_calf,0.75",
        "one_calf,0.74",
        "variable side: the backgrounds of its states add up to 0.99, not 1",
    ),
    "a state without a background": (
        "tables/background.csv",
        "one_calf,0.75,0.6,0.9,D,,\n",
        "",
        "variable side: no background for one_calf",
    ),
    "an implication that leads back": (
        "tables/implications.csv",
        "severe_swelling,leg_swelling,0.25",
        "leg_swelling,severe_swelling,0.9\nsevere_swelling,leg_swelling,0.25",
        "leg_swelling implies itself through severe_swelling",
    ),
    "a course that falls": (
        "tables/course.csv",
        "clot,resolved,90,0.8,0.7,0.9",
        "clot,resolved,90,0.4,0.3,0.5",
        "clot: fewer have recovered by day 90 than by day 28",
    ),
    "a decision left out": (
        "tables/decisions.csv",
        "harm.soon,0.5,D,,\n",
        "",
        "harm.soon is missing",
    ),
    "a claim carried by nothing": (
        "tables/claims.csv",
        "rule:swollen_and_sore",
        "rule:swollen_and_sour",
        "carried_by 'rule:swollen_and_sour' leads nowhere; nearest: 'swollen_and_sore'",
    ),
    "a rule that names a composite": (
        RULES,
        "wait,calf_pain AND sport",
        "wait,pain_and_swelling",
        "when names 'pain_and_swelling', which nobody can be asked: a composite",
    ),
    "a rule whose NOT names a composite": (
        RULES,
        "wait,calf_pain AND sport",
        "wait,calf_pain AND NOT pain_and_swelling",
        "when names 'pain_and_swelling', which nobody can be asked",
    ),
    "an alarm that only a clinician can raise": (
        RULES,
        "swollen_leg AND calf_pain AND NOT sport",
        "thin_calf AND calf_pain",
        "rule swollen_and_sore at urgent cannot be reached by answers of a lay person; "
        "the nearest way needs thin_calf",
    ),
    "a screen nobody is asked": (
        "tables/screen.csv",
        "leg,leg_swelling",
        "leg,thin_calf",
        "'thin_calf' stands in the safety screen, but nobody is asked it",
    ),
    "a name missing in a language": (
        "words/id/causes.csv",
        "cramp,Cramp,A hard muscle.",
        "cramp,,A hard muscle.",
        "tables/causes.csv:3: 'cramp' has no name in words/id/causes.csv",
    ),
    "a question missing in a language": (
        "words/en/findings.csv",
        "Does your calf hurt?",
        "",
        "'calf_pain' has no question in words/en/findings.csv",
    ),
    "a rule without an action": (
        "words/en/rules.csv",
        "See a doctor.",
        "",
        "'thin' has no action in words/en/rules.csv",
    ),
    "a warning in one language only": (
        "words/id/rules.csv",
        "Do not rub it.",
        "",
        "words/id/rules.csv: 'swollen_and_sore' has avoid in another language",
    ),
    "words for what is not there": (
        "words/en/tests.csv",
        "blood_test,Blood test",
        "blood_test,Blood test\nurine,Urine",
        "words/en/tests.csv: words for 'urine', which is in no table",
    ),
    "other blanks in another language": (
        "words/id/interface.csv",
        "Hello {name}.",
        "Hello {nama}.",
        "'greeting' has other blanks to fill in",
    ),
    "an action that wants a number nobody gave": (
        "words/en/rules.csv",
        "Call {ambulance}.",
        "Call {doctor}.",
        "'swollen_and_sore' action wants {doctor}, not in local.csv",
    ),
    "the same words twice": (
        "words/en/tests.csv",
        "blood_test,Blood test",
        "blood_test,Blood test\nblood_test,Blood",
        "'blood_test' has words twice",
    ),
}


def faults_of(folder: Path) -> list[str]:
    knowledge, faults = read(folder)
    assert knowledge is not None
    return [str(fault) for fault in (*faults, *check(knowledge))]


def test_the_small_folder_has_no_faults(folder):
    assert faults_of(folder) == []


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_to_a_sound_folder_is_one_fault(folder, name):
    file, old, new, says = CHANGES[name]
    change(folder, file, old, new)
    told = faults_of(folder)
    assert any(says in fault for fault in told), told


def test_a_finding_that_an_asked_one_implies_can_stand_in_a_rule(folder):
    for language in ("id", "en"):
        change(folder, f"words/{language}/findings.csv", "Is one leg swollen?", "")
    change(
        folder, "tables/findings.csv", "leg_swelling,symptom,,,,yes", "leg_swelling,composite,,,,no"
    )
    told = faults_of(folder)
    assert not [fault for fault in told if "nobody can be asked" in fault or "reached" in fault]


def test_a_clinical_rule_may_need_a_clinician(folder):
    assert "thin,thin_calf,soon,14,clinical" in (folder / RULES).read_text()
    assert not [fault for fault in faults_of(folder) if "rules.csv" in fault]


def test_each_finding_has_a_name_for_clinicians_in_each_language(folder):
    change(folder, "words/id/clinical.csv", "calf_pain,Calf pain\n", "")
    change(folder, "words/en/clinical.csv", "sport,Strenuous exercise\n", "jumping,Jumping\n")
    faults = " ".join(faults_of(folder))
    assert "'calf_pain' has no name in words/id/clinical.csv" in faults
    assert "'sport' has no name in words/en/clinical.csv" in faults
    assert "words for 'jumping', which is in no table" in faults


def test_a_test_result_is_within_reach_of_a_lay_person(folder):
    change(folder, RULES, "swollen_leg AND calf_pain AND NOT sport", "positive_blood_test")
    assert faults_of(folder) == []


def test_every_decision_the_code_asks_for_is_asked_for_by_check():
    code = "".join(path.read_text() for path in Path(kedut.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'decisions\[\s*"([a-z_.]+)"', code))
    assert named
    assert named <= set(DECISIONS) | set(ours().decisions)
    assert not named - set(DECISIONS), "add it to DECISIONS"


def test_our_own_knowledge_has_no_faults(capsys):
    assert main(["knowledge", "check"]) == 0, capsys.readouterr().out[:2000]
    assert "no faults" in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(30))
def test_a_spoilt_folder_is_told_or_read_but_never_crashes(folder, seed, capsys):
    chance = random.Random(seed)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in chance.sample(files, 3):
        _spoil(path, chance)
    assert main(["knowledge", "check", str(folder)]) in (0, 1)
    assert main(["knowledge", "diff", str(folder), str(folder)]) in (0, 2)
    assert main(["knowledge", "--folder", str(folder), "show", "clot"]) in (0, 2)
    assert main(["knowledge", "--folder", str(folder), "why", "cramp/calf_pain"]) in (0, 2)
    assert main(["knowledge", "--folder", str(folder), "list"]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err


def _spoil(path: Path, chance: random.Random) -> None:
    """Do to a file what happens to files: cut, emptied, doubled, shuffled, bytes changed."""
    content = bytearray(path.read_bytes())
    match chance.randrange(7):
        case 0:
            path.unlink()
        case 1:
            path.write_bytes(b"")
        case 2:
            path.write_bytes(content[: chance.randrange(len(content) + 1)])
        case 3:
            path.write_bytes(content + content)
        case 4:
            lines = content.split(b"\n")
            chance.shuffle(lines)
            path.write_bytes(b"\n".join(lines))
        case 5:
            for _ in range(5):
                content[chance.randrange(len(content))] = chance.choice(b'",;\n\x00\xff0A-\xe2')
            path.write_bytes(content)
        case _:
            cells = content.split(b",")
            place = chance.randrange(len(cells))
            cells[place] = chance.choice([b"", b"-1", b"1e999", b"nan", b"x" * 50, b'"'])
            path.write_bytes(b",".join(cells))
