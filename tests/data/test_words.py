"""Words: complete in both languages, plain, and short enough for six years of school."""

from __future__ import annotations

import re

import pytest

from kedut.knowledge.check_words import word_faults

LANGUAGES = ("id", "en")
VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
SENTENCE = re.compile(r"[.!?:]+(?:\s|$)")

# Terms nobody meets in six years of school; where one is needed it is explained, not asked.
JARGON = {
    "en": """aetiology ataxia atrophy bilateral bradykinesia bulbar clonus claudication distal
        dysarthria dyskinesia dysphagia dyspnoea fasciculation haematuria hyperreflexia
        hypertonia idiopathic ischaemia myalgia myoclonus neuropathy oedema palsy paraesthesia
        paraesthesiae paresis plantar proximal radiculopathy rhabdomyolysis
        syncope tachycardia unilateral""",
    "id": """ataksia atrofi bilateral bradikinesia bulbar klonus klaudikasio distal disartria
        disfagia dispnea fasikulasi hematuria hiperrefleksia idiopatik iskemia mialgia mioklonus
        neuropati edema parestesia paresis proksimal radikulopati rabdomiolisis sinkop takikardia
        unilateral""",
}
# Bounds on one question: Flesch-Kincaid's grade for English, and words a sentence. Indonesian words
# have more syllables by their build, so there the bound on words stands alone.
EXAMPLES = re.compile(r"\([^)]*\)|(,? for example|,? such as)[^.?!]*")
MEDICINES = ("_use", "_drug_recent_change", "insulin_or_sulfonylurea")
MEAN_GRADE = 6.0
WORST_GRADE = 12.0
LONGEST_SENTENCE = 30
LONGEST_NAME = 70
MEAN_SENTENCE = 15


def questions(knowledge, language):
    """Give the questions of a language by finding."""
    table = knowledge.words(language).table("findings")
    return {name: texts["question"] for name, texts in table.items() if texts["question"]}


def sentences(text: str) -> list[str]:
    return [part for part in SENTENCE.split(text) if WORD.search(part)]


def syllables(word: str) -> int:
    """Count the groups of vowels of an English word, a mute e at the end left out."""
    return max(1, len(VOWELS.findall(re.sub(r"(?<=[^aeiouyl])e$", "", word.lower()))))


def told_plainly(name: str, text: str) -> str:
    """Give a question without its examples: names one compares with a packet or a paper."""
    return "" if name.endswith(MEDICINES) else EXAMPLES.sub("", text)


def grade(text: str) -> float:
    """Give the Flesch-Kincaid grade of an English text."""
    words = WORD.findall(text)
    per_sentence = len(words) / len(sentences(text))
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def test_the_grade_is_that_of_a_published_example():
    # Kincaid's formula by hand: 6 words, 6 syllables, 1 sentence
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)


def test_no_word_is_missing_in_any_language(knowledge):
    assert [str(fault) for fault in word_faults(knowledge)] == []


def test_every_finding_that_is_asked_has_a_question_in_each_language(knowledge):
    for language in LANGUAGES:
        asked = questions(knowledge, language)
        assert not [f.id for f in knowledge.findings.values() if f.asked and f.id not in asked]


def test_english_questions_can_be_read_after_six_years_of_school(knowledge):
    asked = questions(knowledge, "en")
    grades = {name: grade(text) for name, text in asked.items()}
    plain = {name: told_plainly(name, text) for name, text in asked.items()}
    hard = {name: text for name, text in plain.items() if text and grade(text) > WORST_GRADE}
    assert not hard
    assert sum(grades.values()) / len(grades) <= MEAN_GRADE


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_questions_are_short(knowledge, language):
    asked = questions(knowledge, language)
    longest = {
        name: max(len(WORD.findall(sentence)) for sentence in sentences(text))
        for name, text in asked.items()
    }
    assert not {name: count for name, count in longest.items() if count > LONGEST_SENTENCE}
    assert sum(longest.values()) / len(longest) <= MEAN_SENTENCE


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_hold_no_address_and_no_unexplained_term(knowledge, language):
    jargon = set(JARGON[language].split())
    found = {}
    for name, text in questions(knowledge, language).items():
        outside = re.sub(r"\([^)]*\)", "", text).lower()  # in brackets stands what a term means
        terms = jargon & set(WORD.findall(outside))
        if "http" in text.lower() or terms:
            found[name] = sorted(terms) or ["address"]
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_asks_one_thing_and_ends_as_a_question(knowledge, language):
    wrong = [
        name
        for name, text in questions(knowledge, language).items()
        if text.count("?") != 1 and not text.rstrip().endswith("?")
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_promises_or_frightens_beyond_what_is_known(knowledge, language):
    banned = {
        "en": ("definitely not", "nothing to worry", "you have als", "certainly harmless"),
        "id": ("pasti bukan", "tidak perlu khawatir sama sekali", "anda menderita als"),
    }[language]
    words = knowledge.words(language)
    for table in ("causes", "findings", "rules", "treatments", "claims", "topics", "interface"):
        for name, texts in words.table(table).items():
            said = " ".join(texts.values()).lower()
            assert not [phrase for phrase in banned if phrase in said], f"{table} {name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_findings_fit_a_list(knowledge, language):
    table = knowledge.words(language).table("findings")
    assert not {n: t["name"] for n, t in table.items() if len(t["name"]) > LONGEST_NAME}


def test_the_two_languages_are_two(knowledge):
    one, other = questions(knowledge, "id"), questions(knowledge, "en")
    assert not [name for name in one if one[name] == other.get(name)]
