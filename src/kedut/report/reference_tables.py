"""The reference page of the tables themselves: what each holds, by column."""

from __future__ import annotations

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.row_keys import KEYS
from kedut.knowledge.words import WORD_TABLES
from kedut.report.markdown import code, page, table

_HOLDS = {
    "aliases": "Other names of findings; each leads to one finding.",
    "background": "How often a finding is there in people with none of the causes.",
    "causes": "What can make a calf twitch, or must be told apart from it.",
    "claims": "The statements of the article kedut began with, each with a verdict.",
    "course": "What becomes of a cause: shares resolved by a day, and other measures.",
    "decisions": "Judgements of ours that are no medical facts: thresholds of asking and of harm.",
    "findings": "What a person has, does not have, or was not asked about.",
    "implications": "Whoever has `finding` has `implies`.",
    "lasting": "Complaints that, once noted in a diary, count until somebody says they have gone.",
    "links": "How often a finding is there in people in whom a cause is at work.",
    "local": "Numbers and places to turn to, by country; `*` is the rest of the world.",
    "opening": "Questions asked at the start, in groups, before those that are chosen one by one.",
    "priors": "The chance that a cause is at work in an episode, by sex and age.",
    "private": "Findings that leave a person's hands only where that person ticks their kind.",
    "review": "The items of the clinical review of the tables, and what became of each.",
    "risks": "How a factor moves the odds of a cause.",
    "rules": "Findings that set an urgency by themselves.",
    "screen": "The safety screen: findings asked first, in at most five groups.",
    "source-aliases": "Other keys of the same publication.",
    "sources": "Publications and pages the figures were read in.",
    "terms": "Words people use for what they feel, and the question each needs.",
    "tests": "Examinations and tests, the finding each sets, and how well it tells.",
    "treatments": "What can be done about a cause, and by whom.",
    "values": "Measured values, their physical range, and when each makes a finding present.",
}
_MEANS = {
    "accessed_as": "how it was read: full text, abstract, secondary (quoted by another)",
    "age_from": "first age in years the row holds for; empty: 18",
    "age_to": "last age in years the row holds for; empty: 120",
    "asked": "`yes` where a lay person can be asked",
    "asks_first": "findings worth asking before the rule decides",
    "audience": "`lay` or `clinician`: who is told",
    "carried_by": "what of the tables carries the statement, as `kind:id`",
    "checked": "when the entry was last looked up",
    "effect": "what the treatment does, as the source says",
    "factor": "in priors: multiplies the figure; in risks: the risk factor",
    "family": "group of causes; also the part of the file name",
    "gate": "`calf_movement` where the finding is an attribute of a moving calf",
    "grade": "A counted, B from a review, C described in words, D judged",
    "grave": "`yes` where missing the cause can kill or disable",
    "harm_level": "the urgency that is right if the cause is at work",
    "high": "upper end of the plausible range",
    "hpo": "code of the Human Phenotype Ontology",
    "icd10": "code of the WHO edition of ICD-10",
    "icd11": "code of ICD-11",
    "k": "how many had it, of `n`",
    "kind": "what sort of finding, rule or source it is",
    "level": "urgency: emergency, urgent, soon, routine, self-care",
    "loinc": "LOINC code of a test",
    "low": "lower end of the plausible range",
    "measure": "what the figure measures, and so how it is converted",
    "n": "how many were counted",
    "not_when": "condition under which the treatment is not shown",
    "note": "what was chosen, and against what",
    "only_when": "condition without which the treatment is not shown",
    "op": "how the value is compared: >=, >, <=, <, between",
    "p": "the frequency, a fraction between 0 and 1",
    "replaced_by": "the identifier this one was merged into",
    "review_by": "the day by which somebody should have read the row again",
    "role": "whether and how the figure is used",
    "seconds": "how long the answer takes, in seconds",
    "section": "part of the article",
    "sensitivity": "share of those with the cause whose test is positive",
    "share": "share of those with the wider finding who have this one",
    "source_keys": "keys of sources, separated by semicolons",
    "specificity": "share of those without the cause whose test is negative",
    "states": "the state or states of the variable the finding stands for",
    "strength": "how sure the effect is: strong, moderate, weak, none, expert, harmful",
    "variable": "an exclusive variable: exactly one of its states is true",
    "verdict": "supported, partly, unsupported, contradicted",
    "when": "condition: AND, OR, NOT, parentheses over findings",
    "who": "self, pharmacist, gp, specialist, surgery, emergency",
    "window_d": "days an episode lasts until diagnosis or recovery, for incidences",
    "within_days": "days within which somebody should be seen",
}


def tables_page(knowledge: Knowledge) -> str:
    """Give what each table holds, its key and its columns."""
    rows = [
        (f"[{name}](#{name})", str(len(found.rows)), _HOLDS.get(name, ""))
        for name, found in sorted(knowledge.tables.items())
    ]
    parts = [table(("table", "rows", "holds"), rows)]
    for name, found in sorted(knowledge.tables.items()):
        key = KEYS.get(name, found.columns[:1])
        columns = [(code(column), _MEANS.get(column, "")) for column in sorted(found.columns)]
        parts += [
            f"## {name}",
            f"{_HOLDS.get(name, '')} Rows are named by {', '.join(map(code, key))}.".strip(),
            table(("column", "holds"), columns),
        ]
    words = ", ".join(code(name) for name in WORD_TABLES)
    intro = (
        "A table is the union of `NAME.csv` and `NAME-PART.csv` in the folder `tables`. "
        f"The texts a person reads stand in `words`, by language, in the tables {words}. "
        "`kedut knowledge table NAME` prints a table whole."
    )
    return page("Tables", intro, *parts)
