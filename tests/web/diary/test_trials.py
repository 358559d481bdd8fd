"""Days with and without, and plans: only where kidneys, pregnancy and drink are known."""

from __future__ import annotations

import pytest

from kedut.assess.interview import Question
from kedut.assess.transcript import Transcript, answered, pack
from kedut.knowledge.load import ours
from kedut.storage.token import Token
from kedut.web.diary_log import opened
from tests.web.client import TestClient
from tests.web.diary.noting import (
    NOTHING_AGAINST,
    Clock,
    begun,
    bring,
    level_of,
    note,
    tell,
    text_of,
)
from tests.web.keep.person import TWITCH, press, told

NAMES = "at,said,context.caffeine_cups,context.sleep_hours,context.remedies,context.no_remedy"
COFFEE = "Days with coffee, tea or energy drinks (10) had more twitches than days without (9)."
OFFER = "Try it fairly"
ASKED = "nothing is compared here or offered to try"
KIDNEYS = "chronic_kidney_disease_known"


def section(client: TestClient, token: str) -> str:
    """Give what is said of trying."""
    page = client.get(f"/en/diary/{token}").text
    return text_of(
        "<main" + page.partition('aria-labelledby="tried"')[2].partition("</section>")[0]
    )


def with_days(client: TestClient, **first: object) -> str:
    """Begin a diary with days with coffee and magnesium, and days without."""
    token = begun(client, **first)
    rows = [
        f"2026-11-{day:02}T20:00+07:00,{'a_lot' if day % 4 > 1 else 'none'},"
        f"{3 if day % 4 > 1 else 0},{5 + day % 4},{'magnesium' if day in (1, 4) else ''},"
        f"{'yes' if day in (2, 3) else ''}"
        for day in range(1, 20)
    ]
    bring(client, token, "\n".join([NAMES, *rows]).encode())
    return token


def test_days_with_and_without_are_compared_and_an_honest_cannot_tell_is_said(
    client: TestClient,
) -> None:
    token = with_days(client)
    tell(client, token)
    said = section(client, token)
    assert COFFEE in said
    assert "Cannot tell" in said
    assert "2 days with" in said
    assert "64" in said, "what came of dummy tablets"
    assert OFFER in said


def test_of_somebody_unknown_three_things_are_asked_and_nothing_is_compared_or_offered(
    client: TestClient,
) -> None:
    token = with_days(client)
    page, said = client.get(f"/en/diary/{token}").text, section(client, token)
    assert ASKED in said
    for name in NOTHING_AGAINST:
        assert f'name="{name}" value="yes"' in page
        assert ours().words("en").of("findings", name, "question") in said
    for told_of in ("Days with", "days with", "Cannot tell", OFFER):
        assert told_of not in said
    page = press(client, f"/en/diary/{token}", action="plan", what="stretching", sure="yes")
    assert page.status_code == 422
    assert "First answer the questions" in text_of(page.text)


@pytest.mark.parametrize("open_", list(NOTHING_AGAINST))
def test_while_one_is_open_that_one_is_asked(client: TestClient, open_: str) -> None:
    token = with_days(client)
    tell(client, token, **{open_: ""})
    said = section(client, token)
    assert ASKED in said
    question = ours().words("en").of("findings", open_, "question")
    assert question in said.partition("What you answered")[0]
    assert COFFEE not in said
    assert OFFER not in said
    tell(client, token, **{name: "" for name in NOTHING_AGAINST if name != open_})
    assert COFFEE in section(client, token), "what was answered before is kept"


@pytest.mark.parametrize("name", list(NOTHING_AGAINST))
def test_who_has_one_of_them_is_told_so_and_may_mend_a_slip(client: TestClient, name: str) -> None:
    token = with_days(client)
    tell(client, token, **{name: "yes"})
    said = section(client, token)
    assert ours().words("en").of("findings", name, "name") in said
    assert "do not try remedies by yourself" in said
    assert COFFEE not in said
    assert OFFER not in said
    page = press(client, f"/en/diary/{token}", action="plan", what="stretching", sure="yes")
    assert page.status_code == 422
    tell(client, token, **{name: "no"})
    assert COFFEE in section(client, token)


@pytest.mark.parametrize("name", ["pregnancy", "alcohol_withdrawal"])
def test_nothing_is_tried_in_pregnancy_or_dependent_drinking(client: TestClient, name: str) -> None:
    token = begun(client, new=[name], remedy=["magnesium"])
    tell(client, token)
    said = section(client, token)
    assert "do not try remedies by yourself" in said
    assert OFFER not in said, "a day noted outweighs a no"
    page = press(client, f"/en/diary/{token}", action="plan", what="stretching", sure="yes")
    assert page.status_code == 422


@pytest.mark.parametrize(
    "new, level", [("chest_pain", "urgent"), ("foot_drop", "soon"), ("back_pain", "routine")]
)
def test_where_a_doctor_comes_first_nothing_is_compared_or_offered(
    client: TestClient, new: str, level: str
) -> None:
    token = with_days(client, new=[new])
    tell(client, token)
    assert level_of(client.get(f"/en/diary/{token}").text) == level
    said = section(client, token)
    held_back = level != "routine"
    assert ("See a doctor first" in said) == held_back
    assert (COFFEE in said) != held_back
    assert (OFFER in said) != held_back
    page = press(client, f"/en/diary/{token}", action="plan", what="stretching", sure="yes")
    assert page.status_code == (422 if held_back else 200)


def test_in_an_emergency_nothing_is_said_of_trying(client: TestClient) -> None:
    token = with_days(client, new=["convulsion"])
    tell(client, token)
    page = client.get(f"/en/diary/{token}").text
    assert level_of(page) == "emergency"
    assert 'id="tried"' not in page


def test_past_75_magnesium_is_left_out_and_said_why(client: TestClient) -> None:
    token = with_days(client)
    t = pack(answered(Transcript(age=80.0, sex="male"), TWITCH, present=TWITCH.findings))
    press(client, "/en/diary", t=t, action="begin", kept=token)
    tell(client, token)
    page, said = client.get(f"/en/diary/{token}").text, section(client, token)
    assert "Magnesium is left out here because of" in said
    assert 'name="what" value="magnesium"' not in page
    assert 'name="what" value="stretching"' in page
    assert "days with magnesium" not in said


def test_the_answers_are_kept_in_the_interview_and_do_not_take_its_place(
    client: TestClient, clock: Clock
) -> None:
    token = begun(client)
    tell(client, token, heavy_alcohol_use="yes")
    diary = opened(client.app.state.store, Token.parse(token), ours())  # type: ignore[attr-defined]
    given = {one.key: one.present for one in diary.told.given}
    assert given[KIDNEYS] == ()
    assert given["heavy_alcohol_use"] == ("heavy_alcohol_use",)
    assert diary.asked_on is None
    page = client.get(f"/en/diary/{token}").text
    assert "This advice does not know your answers yet" in text_of(page)
    clock.pass_(days=1)
    press(client, "/en/diary", t=told(), action="begin", kept=token)
    diary = opened(client.app.state.store, Token.parse(token), ours())  # type: ignore[attr-defined]
    given = {one.key: one.present for one in diary.told.given}
    assert given["heavy_alcohol_use"] == ("heavy_alcohol_use",), "asked once"
    assert "twitch_calf_one_side" in given
    assert diary.asked_on is not None


def test_of_two_answers_the_later_holds_wherever_it_was_given(
    client: TestClient, clock: Clock
) -> None:
    token = begun(client)
    tell(client, token, pregnancy="no")
    clock.pass_(hours=1)
    question = Question("group", "circumstances", ("pregnancy", "recent_childbirth"))
    t = pack(answered(Transcript(sex="female"), question, present=("pregnancy",)))
    press(client, "/en/diary", t=t, action="begin", kept=token)
    assert "do not try remedies by yourself" in section(client, token)
    clock.pass_(hours=1)
    tell(client, token, pregnancy="no")
    assert OFFER in section(client, token)


def test_no_answer_at_all_is_told_and_an_answer_that_is_none_is_not_taken(
    client: TestClient,
) -> None:
    token = begun(client)
    for answers in (dict.fromkeys(NOTHING_AGAINST, ""), dict.fromkeys(NOTHING_AGAINST, "perhaps")):
        page = tell(client, token, **answers)
        assert page.status_code == 422
        assert "No answer was chosen" in text_of(page.text)
    strange = {"csrf": "x", "action": "tell", **NOTHING_AGAINST}
    assert client.post(f"/en/diary/{token}", data=strange).status_code == 403
    assert ASKED in section(client, token)


def test_a_plan_is_drawn_by_chance_only_once_the_limits_are_read(client: TestClient) -> None:
    token = begun(client)
    tell(client, token)
    where = f"/en/diary/{token}"
    assert press(client, where, action="plan", what="stretching").status_code == 422
    assert press(client, where, action="plan", what="quinine", sure="yes").status_code == 422
    page = press(client, where, action="plan", what="stretching", sure="yes")
    assert "Plan: stretching" in text_of(page.text)
    assert "(now)" in text_of(page.text)
    page = press(client, where, action="end-plan")
    assert "Plan:" not in text_of(page.text)


def test_a_plan_is_not_gone_on_with_once_something_stands_against_it(client: TestClient) -> None:
    token = begun(client, day="2026-11-19")
    tell(client, token)
    where = f"/en/diary/{token}"
    press(client, where, action="plan", what="magnesium", sure="yes")
    note(client, token, new=["pregnancy"])
    said = section(client, token)
    assert "Do not go on with this plan now" in said
    assert "(now)" not in said
    press(client, where, action="end-plan")
    assert "Plan:" not in section(client, token)
