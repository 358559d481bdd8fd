"""Pages generated from the knowledge base: whole, linked, honest, and never broken by a visitor."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.report.library import shelf
from kedut.report.library_figures import figure_page
from kedut.web.app import create_app
from kedut.web.settings import Settings
from tests.web.client import TestClient

EVERY = 20  # findings and sources are sampled: one in so many, the same ones each time
ALS = "amyotrophic_lateral_sclerosis"
LISTS = ("topics", "causes", "findings", "glossary", "claims", "sources", "about", "privacy")
KEY = re.compile(
    r"(library|grade|level|who|where|family|verdict|heading|web|kind)(\.[a-z_\-A-D0-9]+)+"
)
TAPPED_AWAY = "details"
TO = " \N{EN DASH} "


class Page(HTMLParser):
    """What a page links to, loads, says, and keeps behind a tap."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.outside: list[dict[str, str]] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.said: list[str] = []
        self.at_once: list[str] = []
        self.at_once_links: set[str] = set()
        self.forbidden: list[str] = []
        self._closed = 0
        self._summary = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        has = {name: value or "" for name, value in attrs}
        self._closed += tag == TAPPED_AWAY and "open" not in has
        self._summary += tag == "summary"
        self.ids |= {has["id"]} if "id" in has else set()
        self.forbidden += [name for name in has if name == "style" or name.startswith("on")]
        if tag == "a" and has.get("href", "").startswith("/"):
            self.links.append(has["href"])
            if not self._closed:
                self.at_once_links.add(has["href"])
        elif tag == "a" and "href" in has and not has["href"].startswith("#"):
            self.outside.append(has)
        elif tag in ("img", "script", "link", "form", "iframe", "use"):
            self.loads += [has[name] for name in ("src", "href", "action") if name in has]

    def handle_endtag(self, tag):
        self._closed -= tag == TAPPED_AWAY and self._closed > 0
        self._summary -= tag == "summary"

    def handle_data(self, data):
        if data.strip():
            self.said.append(data.strip())
            if not self._closed or self._summary:
                self.at_once.append(data.strip())


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Settings(requests_per_minute=0)), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def page(client):
    seen: dict[str, Page] = {}

    def get(path: str) -> Page:
        if path not in seen:
            answer = client.get(path)
            assert answer.status_code == 200, path
            seen[path] = Page(answer.text)
        return seen[path]

    return get


def sampled(names) -> list[str]:
    return [name for name in names if crc32(name.encode()) % EVERY == 0]


def rendered(language: str) -> list[str]:
    knowledge = ours()
    topics = knowledge.words(language).table("topics")
    return [
        *(f"/{language}/{name}" for name in LISTS),
        *(f"/{language}/topics/{name}" for name in topics),
        *(f"/{language}/causes/{name}" for name in knowledge.causes),
        *(f"/{language}/findings/{name}" for name in sampled(knowledge.findings)),
        *(f"/{language}/sources/{name}" for name in sampled(knowledge.sources)),
        f"/{language}/figures/{ALS}/leg_weakness",
        f"/{language}/figures/{ALS}/calf_movement",
        f"/{language}/figures/{ALS}/itching",
        f"/{language}/report-a-figure?figure={ALS}/leg_weakness",
        f"/{language}/search?q=kram",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_renders_with_every_word_and_nothing_of_others(page, language):
    for path in rendered(language):
        shown = page(path)
        assert not [text for text in shown.said if KEY.fullmatch(text)], path
        assert not shown.forbidden, path
        assert all(url.startswith("/") for url in shown.loads), path
        assert all("noreferrer" in link.get("rel", "") for link in shown.outside), path
        assert f"/{language}/interview" in shown.links, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_link_between_these_pages_is_dead(page, client, language):
    books = shelf(ours(), language)
    there = {
        "topics": books.words.table("topics"),
        "causes": books.knowledge.causes,
        "findings": books.knowledge.findings,
        "sources": books.knowledge.sources,
    }
    leads_to: dict[str, set[str]] = defaultdict(set)
    for path in rendered(language):
        leads_to[path] = {unquote(link) for link in page(path).links}
    dead = []
    for link in set().union(*leads_to.values()):
        target, _, anchor = link.partition("#")
        parts = target.partition("?")[0].split("/")[2:]
        if not target.startswith(f"/{language}/"):
            continue  # the same page in the other language
        if parts[0] == "figures":
            alive = figure_page(books, parts[1], parts[2]) is not None
        elif len(parts) > 1 and parts[0] in there:
            alive = parts[1] in there[parts[0]]
        elif parts[0] in (*LISTS, "report-a-figure", "search"):
            alive = not anchor or anchor in page(target).ids
        else:
            alive = client.get(target).status_code == 200
        dead += [] if alive else [link]
    assert not dead


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_and_topic_is_reached_from_the_topics(page, language):
    start = f"/{language}/topics"
    known = set(rendered(language))
    reached, waiting = {start}, [start]
    while waiting:
        for link in page(waiting.pop()).links:
            target = link.partition("#")[0]
            if target in known and target not in reached:
                reached.add(target)
                waiting.append(target)
    merged = {f"/{language}/causes/{c.id}" for c in ours().causes.values() if c.replaced_by}
    wanted = {p for p in known if p.startswith((f"/{language}/causes/", f"/{language}/topics/"))}
    assert wanted - merged <= reached


@pytest.mark.parametrize("path", ["topics", "causes", "findings", "sources"])
def test_an_unknown_name_is_not_found(client, path):
    assert client.get(f"/id/{path}/nothing_of_this_name").status_code == 404


def test_an_unknown_language_or_figure_is_not_found(client):
    assert client.get("/xx/topics").status_code == 404
    assert client.get(f"/en/figures/{ALS}/nothing").status_code == 404
    assert client.get("/en/figures/nothing/leg_weakness").status_code == 404


@settings(max_examples=60, deadline=None)
@given(query=st.text(max_size=300), language=st.sampled_from(LANGUAGES))
def test_no_query_breaks_the_search(client, query, language):
    for path in ("search", "sources"):
        sent = {"q": query.encode("utf-8", "replace").decode(), "page": query[:5]}
        answer = client.get(f"/{language}/{path}", params=sent)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(
        ("topics", "causes", "findings", "sources", "figures/x", f"figures/{ALS}")
    ),
    raw=st.binary(max_size=60),
)
def test_no_name_breaks_a_page(client, kind, raw):
    name = "".join(f"%{byte:02x}" for byte in raw)
    for path in (f"/en/{kind}/{name}", f"/en/report-a-figure?figure={name}"):
        assert client.get(path).status_code < 500


def test_what_is_searched_for_is_shown_as_text(client):
    answer = client.get("/en/search", params={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    "query, page_of",
    [
        ("kedutan", "findings/twitch_visible_under_skin"),
        ("kesemutan", "topics/tingling_and_twitching"),
        ("semutan", "findings/tingling_calf_or_foot"),
        ("Kram betis", "findings/muscle_cramp"),
        ("lemas", "findings/leg_weakness"),
        ("ALS", f"causes/{ALS}"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_people_use_lead_to_the_right_pages(page, language, query, page_of):
    assert f"/{language}/{page_of}" in page(f"/{language}/search?q={query}").links


@pytest.mark.parametrize("query", ["kejang", "KEJANG!", "kejang di betis", "kejang otot malam"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_kejang_always_asks_whether_a_fit_or_a_cramp_is_meant(page, language, query):
    shown = page(f"/{language}/search?q={query}")
    assert ours().words(language).say("words.kejang") in shown.said
    assert {f"/{language}/findings/convulsion", f"/{language}/findings/muscle_cramp"} <= set(
        shown.links
    )


def test_a_mistyped_word_is_answered_with_near_ones(page):
    assert "/id/search?q=kesemutan" in page("/id/search?q=kesemuttan").links


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_causes_holds_no_chance_and_looks_alike_for_all(page, language):
    shown = page(f"/{language}/causes")
    words = ours().words(language)
    for phrase in ("phrase.about_in_100", "phrase.about_in_1000", "phrase.fewer_than"):
        told = re.escape(words.say(phrase, n="N")).replace("N", r"[\d.,]+")
        assert not re.search(told, " ".join(shown.said))
    assert not [link for link in shown.links if "/figures/" in link]
    for cause in ours().causes.values():
        assert cause.replaced_by or f"/{language}/causes/{cause.id}" in shown.at_once_links


def test_lay_pages_tell_no_survival(page):
    told = re.compile(r"surviv|life expectancy|five-year|died\b|harapan hidup|bertahan hidup", re.I)
    for language in LANGUAGES:
        for cause in ours().causes.values():
            shown = " ".join(page(f"/{language}/causes/{cause.id}").at_once)
            treated = ours().words(language)
            course = shown.partition(treated.say("library.cause.course"))[2]
            course = course.partition(treated.say("library.cause.if"))[0]
            assert course.strip(), cause.id
            assert not told.search(course), cause.id


def test_of_a_grave_illness_that_stays_no_share_is_told_as_its_course(page):
    heading = ours().words("en").say("library.cause.course.share")
    for name in (ALS, "creutzfeldt_jakob_disease", "brain_tumour", "stroke"):
        assert heading not in page(f"/en/causes/{name}").said
    assert heading in page("/en/causes/benign_fasciculation").said


@pytest.mark.parametrize("name", ["kennedy_disease", "parkinson_disease", "hereditary_neuropathy"])
def test_what_lasts_is_called_harmless_only_where_it_can_be_cared_for_at_home(page, name):
    harmless = ours().words("en").say("library.cause.course.harmless")
    assert harmless not in page(f"/en/causes/{name}").said
    assert harmless in page("/en/causes/benign_fasciculation").said


def test_a_grave_cause_shows_what_harmless_twitching_has_too_only_after_a_tap(page):
    shown = page(f"/en/causes/{ALS}")
    common = "/en/findings/twitch_other_muscles"
    assert common in shown.links
    assert common not in shown.at_once_links
    assert "/en/findings/leg_weakness" in shown.at_once_links
    assert ours().words("en").of("causes", ALS, "fear") in shown.at_once


def test_the_range_of_a_figure_of_a_rare_cause_is_shown_only_when_asked_for(page):
    rare = page(f"/en/figures/{ALS}/leg_weakness")
    common = page("/en/figures/benign_fasciculation/muscle_cramp")
    row = next(
        row
        for row in ours().tables["links"]
        if (row["cause"], row["finding"]) == (ALS, "leg_weakness")
    )
    told = f"{row['low']}{TO}{row['high']}"
    assert told in rare.said
    assert told not in rare.at_once
    assert any(re.fullmatch(rf"[\d.]+{TO}[\d.]+", text) for text in common.at_once)


def test_a_figure_says_that_it_does_not_work_the_other_way_round(page):
    assert (
        ours().words("en").say("library.figure.other_way")
        in page(f"/en/figures/{ALS}/leg_weakness").at_once
    )


def test_a_wrong_figure_is_reported_with_its_name_value_and_version(client):
    shown = client.get(f"/en/report-a-figure?figure={ALS}/leg_weakness").text
    row = next(
        row
        for row in ours().tables["links"]
        if (row["cause"], row["finding"]) == (ALS, "leg_weakness")
    )
    for part in (f"{ALS}/leg_weakness", row["p"], f"{row.file}:{row.line}", ours().version):
        assert part in shown
    assert "mailto:" not in shown


def test_a_report_is_mailed_only_to_an_address_that_was_set():
    app = create_app(Settings(requests_per_minute=0, reports_to="figures+web@example.org"))
    client = TestClient(app)
    shown = client.get(f"/en/report-a-figure?figure={ALS}/leg_weakness").text
    (mail,) = re.findall(r'href="(mailto:[^"]+)"', shown)
    parts = urlsplit(html.unescape(mail))
    told = parse_qs(parts.query)
    assert unquote(parts.path) == "figures+web@example.org"
    assert told["subject"] == [f"kedut: {ALS}/leg_weakness"]
    assert f"{ALS}/leg_weakness" in told["body"][0]
    assert "set-cookie" not in client.get("/en/report-a-figure").headers


def test_an_unknown_figure_is_not_repeated(client):
    assert "nonsense" not in client.get("/en/report-a-figure?figure=nonsense/nonsense").text


def test_information_pages_set_no_cookie_and_may_be_kept(client):
    answer = client.get("/en/topics")
    assert "set-cookie" not in answer.headers
    assert "max-age" in answer.headers["cache-control"]


def test_the_sources_are_searched_and_paged(page):
    first = page("/en/sources")
    assert "/en/sources?page=2" in first.links
    found = page("/en/sources?q=filippakis 2018")
    assert "/en/sources/filippakis2018" in found.links
    assert "/en/sources/leite2014" not in found.links
    far = page("/en/sources?page=9999")
    assert any("Previous" in text or "before" in text for text in far.said)


def test_a_source_names_every_figure_that_rests_on_it(page):
    shown = page("/en/sources/raymond2019")
    resting = {
        f"/en/figures/{row['cause']}/{row['finding']}"
        for row in ours().tables["links"]
        if "raymond2019" in row["source_keys"].split(";") and row["finding"] in ours().findings
    }
    assert resting
    assert resting <= set(shown.links)
