"""LHC-Forms, which nobody here wrote, shows the Questionnaire, is filled in, is understood."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from kedut.assess.pipeline import assess
from kedut.fhir.layout import Sort, layout
from kedut.fhir.parse import check
from kedut.fhir.response import case_of
from kedut.knowledge.load import ours
from tests.fhir.people import examples
from tests.parts.installed import faults_found, part

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGE = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>form</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/webcomponent/styles.css"></head>
<body><div id="form"></div>
<script src="/webcomponent/assets/lib/zone.min.js"></script>
<script src="/webcomponent/lhc-forms.js"></script>
<script src="/fhir/R4/lformsFHIR.min.js"></script></body></html>"""
# It says this of every form, of one with a single question too.
ITS_OWN = "FHIR resources might not be loaded"
SHOW = "q => LForms.Util.addFormToPage(q, 'form', {fhirVersion: 'R4'})"
TAKE = "LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4')"


class Files(http.server.SimpleHTTPRequestHandler):
    """Serves the page at `/`, and the files of LHC-Forms."""

    def do_GET(self):
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    folder = part("lforms") / "dist" / "lforms"
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed; on Debian or Ubuntu: apt-get install chromium")
    serve = functools.partial(Files, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(address) -> Iterator[object]:
    with playwright.sync_playwright() as found:
        chromium = found.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def form(browser, address, client):
    """Give a page that shows our Questionnaire; what it said meanwhile is kept in `said`."""
    page = browser.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: page.said.append(f"error: {error}"))
    page.goto(address)
    page.evaluate(SHOW, client.get("/fhir/Questionnaire/kedut").json())
    page.wait_for_selector('input[name^="radiogroup_sex/"]')
    yield page
    page.close()


def pick(page, link_id, place):
    page.locator(f'input[name^="radiogroup_{link_id}/"]').nth(place).click()


def fill(page, case):
    """Answer as the case tells: by clicks, and by typing what is a number."""
    if case.age is not None:
        page.locator('[id^="age/"]').fill(f"{case.age:g}")
    if case.sex is not None:
        pick(page, "sex", ["female", "male"].index(case.sex))
    for section in layout(ours()):
        for entry in section.entries if not section.hidden else ():
            name = entry.link_id
            if entry.sort is Sort.VALUE and name in case.values:
                page.locator(f'[id^="{name}/"]').fill(f"{case.values[name]:g}")
            elif entry.sort is Sort.CHOICE:
                members = ours().variables[name]
                order = sorted(members, key=lambda f: (len(members[f]), members[f], f))
                for state in set(members) & set(case.present):
                    pick(page, name, order.index(state))
            elif name in {*case.present, *case.absent}:
                pick(page, name, 0 if name in case.present else 1)
    page.locator('[id^="age/"]').blur()


@pytest.mark.slow
@pytest.mark.parametrize("case", examples(), ids=lambda c: c.id)
def test_what_it_filled_in_is_assessed_like_the_case_itself(form, client, case):
    fill(form, case)
    response = form.evaluate(TAKE)
    QuestionnaireResponse.model_validate(response)
    answer = client.post(
        "/fhir/QuestionnaireResponse/$assess",
        content=json.dumps(response),
        headers={"Content-Type": "application/fhir+json"},
    )
    assert answer.status_code == 200, answer.text[:500]
    flag = answer.json()["entry"][1]["resource"]
    expected = assess(case, ours(), detail="brief").urgency.level
    assert flag["code"]["coding"][0]["code"] == str(expected)
    understood = case_of(check(response, "QuestionnaireResponse"), ours())
    # What nobody is asked, and states that were not chosen, cannot be told by clicks.
    untold = {e.link_id for s in layout(ours()) if s.hidden for e in s.entries}
    chosen = {f for f in case.present for members in ours().variables.values() if f in members}
    assert set(understood.present) - untold == set(case.present) - untold
    assert set(understood.absent) - untold == set(case.absent) - untold
    assert chosen <= set(understood.present)
    assert (understood.age, understood.sex) == (case.age, case.sex)
    assert understood.values == case.values
    assert faults_found([response]) == []


def test_an_empty_form_is_unknown_throughout(form):
    response = form.evaluate(TAKE)
    understood = case_of(check(response, "QuestionnaireResponse"), ours())
    assert (understood.present, understood.absent) == ((), ())


def test_dont_know_stays_unknown(form):
    pick(form, "fever", 2)
    response = form.evaluate(TAKE)
    assert "UNK" in json.dumps(response)
    assert case_of(check(response, "QuestionnaireResponse"), ours()).absent == ()


def test_it_warns_of_nothing_in_our_questionnaire(form):
    form.wait_for_timeout(300)
    assert [said for said in form.said if ITS_OWN not in said] == []


def test_the_question_about_ending_life_is_shown_only_after_distress(form):
    later = form.locator('input[name^="radiogroup_suicidal_thoughts/"]')
    assert later.count() == 0
    pick(form, "high_distress", 0)
    later.first.wait_for()


def test_what_nobody_is_asked_is_not_shown(form):
    assert form.locator('input[name^="radiogroup_age_under_18/"]').count() == 0
