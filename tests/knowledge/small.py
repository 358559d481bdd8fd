"""A knowledge folder small enough to read: two causes, a few findings; written where asked."""

from __future__ import annotations

from pathlib import Path

from kedut.knowledge.check import DECISIONS

TABLES = {
    "aliases": "alias,id\nswollen_leg,leg_swelling\n",
    "background": """finding,p,low,high,grade,source_keys,note
both_calves,0.25,0.1,0.4,D,,
calf_movement,0.01,0.005,0.02,D,,
calf_pain,0.05,0.02,0.1,B,moss2001,
leg_swelling,0.02,0.01,0.05,D,,
one_calf,0.75,0.6,0.9,D,,
positive_blood_test,0.1,0.05,0.2,D,,
severe_swelling,0.005,0.001,0.01,D,,
sport,0.2,0.1,0.3,D,,
thin_calf,0.01,0.001,0.02,D,,
""",
    "causes": """id,family,harm_level,icd10,icd11,grave,replaced_by,review_by,source_keys,note
clot,vascular,urgent,I80.2,,yes,,2027-11-30,moss2001,
cramp,everyday,self-care,R25.2,,,,2027-11-30,,
""",
    "claims": """id,section,verdict,carried_by,source_keys,note
claim_1,intro,partly,cause:cramp;finding:calf_pain;rule:swollen_and_sore,moss2001,
""",
    "course": """cause,measure,day,value,low,high,audience,grade,source_keys,note
clot,resolved,7,0.2,0.1,0.3,lay,D,,
clot,resolved,28,0.5,0.4,0.6,lay,D,,
clot,resolved,90,0.8,0.7,0.9,lay,D,,
cramp,resolved,1,0.5,0.4,0.6,lay,D,,
cramp,resolved,7,0.9,0.8,0.95,lay,D,,
cramp,resolved,28,0.95,0.9,0.99,lay,D,,
""",
    "decisions": "key,value,grade,source_keys,note\n"
    + "".join(f"{key},{0.5 if 'person' not in key else 1.2},D,,\n" for key in sorted(DECISIONS)),
    "findings": """id,kind,variable,states,gate,asked,seconds,hpo,loinc,replaced_by,review_by,note
age_40_plus,demographic,,,,no,,,,,2027-11-30,
both_calves,symptom,side,2,calf_movement,yes,4,,,,2027-11-30,
calf_pain,symptom,,,,yes,4,,,,2027-11-30,
leg_swelling,symptom,,,,yes,4,,,,2027-11-30,
one_calf,symptom,side,1,calf_movement,yes,4,,,,2027-11-30,
pain_and_swelling,composite,,,,no,,,,,2027-11-30,
positive_blood_test,test,,,,no,,,3016-3,,2027-11-30,
severe_swelling,symptom,,,,yes,4,,,,2027-11-30,
sport,risk_factor,,,,yes,4,,,,2027-11-30,
thin_calf,clinician_sign,,,,no,,,,,2027-11-30,
""",
    "implications": "finding,implies,share\nsevere_swelling,leg_swelling,0.25\n",
    "links": """cause,finding,p,low,high,k,n,grade,role,source_keys,note
clot,calf_pain,0.6,0.5,0.7,60,100,A,finding,moss2001,Counted in 100 people.
clot,leg_swelling,0.8,0.7,0.9,,,B,finding,moss2001,
clot,positive_blood_test,0.95,0.9,0.99,,,B,finding,moss2001,
clot,thin_calf,0.01,0.001,0.02,,,D,excluded,,No sign of it.
cramp,calf_movement,0.3,0.2,0.4,,,D,finding,,
cramp,calf_pain,0.9,0.8,0.95,,,D,finding,,
cramp,one_calf,0.9,0.8,0.95,,,D,finding,,
cramp,thin_calf,0.01,0.001,0.02,,,D,finding,,
""",
    "local": "country,key,value,checked\n*,ambulance,the emergency number,\n",
    "priors": """cause,sex,age_from,age_to,measure,value,low,high,window_d,factor,grade,source_keys
clot,,,,incidence,0.001,0.0005,0.002,14,,B,moss2001
clot,female,18,39,incidence,0.0005,0.0002,0.001,14,2,D,
cramp,,,,month,0.2,0.1,0.3,,,D,
""",
    "risks": """cause,factor,measure,value,low,high,grade,role,source_keys,note
clot,sport,P(factor|condition),0.1,0.05,0.2,D,excluded,,Reversed.
cramp,sport,OR,3,2,4,D,risk,,
""",
    "rules": """id,when,level,within_days,kind,source_keys,review_by,note
swollen_and_sore,swollen_leg AND calf_pain AND NOT sport,urgent,1,alarm,moss2001,2027-11-30,
thin,thin_calf,soon,14,clinical,,2027-11-30,
wait,calf_pain AND sport,self-care,7,calm,,2027-11-30,
""",
    "screen": "group,finding,position\nleg,leg_swelling,1\n",
    "source-aliases": "alias,key\n",
    "sources": """key,authors,year,title,venue,doi,pmid,url,kind,accessed_as
moss2001,Moss A,2001,Sore calves,J Calf 1:1,10.1000/calf,,https://example.org/calf,cohort,abstract
""",
    "tests": """id,cause,test,finding,sensitivity,specificity,where,grade,source_keys
clot.blood,clot,blood_test,positive_blood_test,0.95,0.5,primary,B,moss2001
""",
    "treatments": """id,cause,who,strength,only_when,not_when,grade,source_keys
cramp.stretch,cramp,self,weak,,leg_swelling,D,
""",
    "values": """value,unit,low,high,finding,op,threshold,source_keys
blood_mg_per_l,mg/l,0,100,positive_blood_test,>=,0.5,moss2001
""",
}
WORDS = {
    "causes": """id,name,summary,fear
clot,Blood clot,A clot in a vein.,
cramp,Cramp,A hard muscle.,
""",
    "claims": "id,statement,comment\nclaim_1,Calves hurt.,Some do.\n",
    "clinical": """id,name
age_40_plus,Age 40 or over
both_calves,Fasciculation of both calves
calf_pain,Calf pain
leg_swelling,Unilateral leg oedema
one_calf,Fasciculation of one calf
pain_and_swelling,Calf pain with oedema
positive_blood_test,Raised D-dimer
severe_swelling,Massive leg oedema
sport,Strenuous exercise
thin_calf,Calf atrophy
""",
    "findings": """id,name,question,help
age_40_plus,40 or older,,
both_calves,Both calves,Do both calves twitch?,
calf_pain,Sore calf,Does your calf hurt?,
leg_swelling,Swollen leg,Is one leg swollen?,
one_calf,One calf,Does one calf twitch?,
pain_and_swelling,Sore and swollen,,
positive_blood_test,Positive blood test,Was the blood test positive?,
severe_swelling,Very swollen leg,Is one leg twice as thick?,
sport,Hard sport,Did you train hard?,
thin_calf,Thin calf,Has a doctor found a thin calf?,
""",
    "glossary": "term,explanation\nvein,A vessel.\n",
    "interface": "id,text\ngreeting,Hello {name}.\n",
    "rules": """id,reason,action,avoid
swollen_and_sore,It may be a clot.,Call {ambulance}.,Do not rub it.
thin,A muscle is thin.,See a doctor.,
wait,It is from sport.,Rest.,
""",
    "screen": "group,question,help\nleg,Is your leg swollen?,\n",
    "tests": "test,name\nblood_test,Blood test\n",
    "topics": "id,title,body,links\npain,Pain,It hurts.,finding:calf_pain\n",
    "treatments": "id,text,evidence,limits\ncramp.stretch,Stretch.,Weak.,\n",
}


def write_small(folder: Path) -> Path:
    """Write the small knowledge into a folder and give the folder."""
    (folder / "tables").mkdir(parents=True)
    for name, text in TABLES.items():
        (folder / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    for language in ("id", "en"):
        (folder / "words" / language).mkdir(parents=True)
        for name, text in WORDS.items():
            (folder / "words" / language / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "VERSION").write_text("2026.1.1\n", encoding="utf-8")
    return folder


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a piece of one file; the piece must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{old!r} is not in {file}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
