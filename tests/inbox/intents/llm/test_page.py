"""Settings → Intents, the language model: who may, what is kept, what is refused, what is never shown."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from inbox.intents.llm.models import LlmDay, LlmSettings
from tests.inbox.intents.llm.conftest import KEY, Chosen
from tests.inbox.intents.llm.stand_in import StandIn
from tests.pages.conftest import signed_in

PAGE, SAVE, TRY = "/settings/intents", "/settings/intents/llm", "/settings/intents/llm/try"
GIVEN = {
    "kind": "openai", "base_url": "https://llm.example.com/v1/", "model": "small-1", "shape": "tool", "api_key": KEY,
    "seconds": "12", "calls_per_day": "40", "tokens_per_day": "5000", "enabled": "on",
}  # fmt: skip


@pytest.fixture
def browser(owner: Membership) -> Browser:
    return signed_in(owner)


def stored() -> dict[str, Any]:
    names = [*GIVEN.keys() - {"api_key"}, "has_key"]
    return dict(zip(names, LlmSettings.objects.values_list(*names).get(), strict=True))


def saved(browser: Browser, **changes: str) -> Any:
    return browser.post(SAVE, {**GIVEN, **changes})


def test_it_is_off_until_somebody_sets_it_up(browser: Browser) -> None:
    page = browser.get(PAGE).content.decode()
    assert "Off, nothing leaves this machine." in page
    assert 'id="llm-try"' not in page
    assert not LlmSettings.objects.exists()


def test_what_is_chosen_is_kept_and_the_key_sealed(browser: Browser) -> None:
    answer = saved(browser)
    assert (answer.status_code, answer["Location"]) == (303, "/settings/intents#llm")
    assert stored() == {
        "kind": "openai", "base_url": "https://llm.example.com/v1", "model": "small-1", "shape": "tool", "seconds": 12,
        "calls_per_day": 40, "tokens_per_day": 5000, "enabled": True, "has_key": True,
    }  # fmt: skip
    assert LlmSettings.objects.get().secrets == {"api_key": KEY}
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM inbox_llmsettings s")
        assert KEY not in cursor.fetchone()[0]


def test_the_key_is_never_shown_again(browser: Browser) -> None:
    pages = [saved(browser), browser.get(PAGE), saved(browser, model="", api_key=KEY)]
    assert [page.status_code for page in pages] == [303, 200, 422]
    assert not [page for page in pages if KEY in page.content.decode() or KEY in str(page.headers)]
    assert "Stored and not shown" in pages[1].content.decode()


def test_left_empty_the_key_stays_for_its_own_address_alone(browser: Browser) -> None:
    saved(browser)
    saved(browser, api_key="", model="small-2")
    assert LlmSettings.objects.get().secrets == {"api_key": KEY}
    saved(browser, api_key="", base_url="https://thief.example.com/v1")
    assert (LlmSettings.objects.get().secrets, stored()["has_key"]) == ({}, False)
    saved(browser)
    answer = saved(browser, api_key="", base_url="")
    assert answer.status_code == 422
    assert "One that was typed for another is not sent here." in answer.content.decode()
    assert (stored()["base_url"], LlmSettings.objects.get().secrets) == (GIVEN["base_url"][:-1], {"api_key": KEY})


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [("openai", "", "https://api.openai.com/v1"), ("anthropic", "", "https://api.anthropic.com"),
     ("anthropic", "https://api.anthropic.com/v1/", "https://api.anthropic.com")],
)  # fmt: skip
def test_the_vendors_own_address_need_not_be_typed(browser: Browser, kind: str, typed: str, kept: str) -> None:
    saved(browser, kind=kind, base_url=typed)
    assert stored()["base_url"] == kept


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "magic"}, "Choose OpenAI-compatible or Anthropic."),
        ({"shape": "round"}, "Choose JSON schema or tool call."),
        ({"base_url": "nonsense"}, "Enter an address such as"),
        ({"base_url": "ftp://x.example"}, "Enter an address such as"),
        ({"base_url": "https://a:b@x.example"}, "Enter an address such as"),
        ({"base_url": "https://x:99999"}, "Enter an address such as"),
        ({"base_url": "https://x.example?key=1"}, "Enter an address such as"),
        ({"base_url": "http://llm.example.com/v1"}, "It must begin with https://"),
        ({"base_url": "http://10.0.0.5:11434/v1"}, "“10.0.0.5” is inside this network."),
        ({"model": ""}, "Enter the model’s name"),
        ({"model": "m" * 101}, "Enter the model’s name"),
        ({"api_key": "two words"}, "This is no key"),
        ({"api_key": "schlüssel"}, "This is no key"),
        ({"api_key": "k" * 1001}, "This is no key"),
        ({"seconds": "1"}, "Choose from 2 to 30."),
        ({"seconds": "31"}, "Choose from 2 to 30."),
        ({"calls_per_day": "0"}, "Choose from 1 to 100,000."),
        ({"tokens_per_day": "999"}, "Choose from 1,000 to"),
        ({"seconds": "soon"}, "Enter a whole number: “soon” is none."),
        ({"calls_per_day": "-4"}, "Enter a whole number"),
        ({"tokens_per_day": "9" * 40}, "Enter a whole number"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field_and_changes_nothing(
    browser: Browser, changes: dict[str, str], words: str
) -> None:
    saved(browser)
    before = LlmSettings.objects.values().get()
    answer = saved(browser, **changes)
    page = answer.content.decode()
    assert (answer.status_code, page.count('class="field__error"')) == (422, 1)
    assert words in page
    assert KEY not in page
    assert LlmSettings.objects.values().get() == before


def test_who_changes_what_another_changed_meanwhile_is_told(browser: Browser) -> None:
    saved(browser)
    version = LlmSettings.objects.get().version
    saved(browser, model="small-2", version=str(version))
    answer = saved(browser, model="small-3", version=str(version))
    assert (answer.status_code, stored()["model"]) == (409, "small-2")
    assert "was changed since you read it" in answer.content.decode()


@pytest.mark.parametrize("name", ["agent", "viewer", "other_client_agent"])
def test_it_is_for_who_administers_all_of_it(
    request: pytest.FixtureRequest, chosen: Chosen, model: StandIn, name: str
) -> None:
    chosen()
    before = LlmSettings.objects.values().get()
    browser = signed_in(request.getfixturevalue(name))
    assert (saved(browser).status_code, browser.post(TRY).status_code) == (403, 403)
    assert (LlmSettings.objects.values().get(), model.calls()) == (before, [])


def test_another_workspace_sees_and_changes_only_its_own(chosen: Chosen, outsider: Membership) -> None:
    chosen()
    browser = signed_in(outsider)
    assert "small-1" not in browser.get(PAGE).content.decode()
    saved(browser, model="theirs")
    assert sorted(LlmSettings.objects.values_list("model", flat=True)) == ["small-1", "theirs"]


def test_trying_it_says_in_a_sentence_what_came_back(browser: Browser, chosen: Chosen, model: StandIn) -> None:
    chosen(enabled=False)
    model.says("interested", 0.9, "send me a quote")
    answer = browser.post(TRY, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#llm-tried")
    assert "It works: a request for a quote was labelled “interested”, resting on “send me a quote”, in " in page
    assert "with 430 tokens." in page
    plain = browser.post(TRY, follow=True).content.decode()
    assert "It works: a request for a quote" in plain


def test_or_what_is_wrong(browser: Browser, chosen: Chosen, model: StandIn) -> None:
    answer = browser.post(TRY, headers={"HX-Request": "true"})
    assert (answer.status_code, "Save which model is to be asked first." in answer.content.decode()) == (409, True)
    chosen()
    model.does(status=401)
    answer = browser.post(TRY, headers={"HX-Request": "true"})
    assert (answer.status_code, "It refused the key (401)." in answer.content.decode()) == (409, True)


def test_the_page_tells_what_today_came_to(browser: Browser, chosen: Chosen, model: StandIn) -> None:
    chosen(calls_per_day=1200)
    for how in ({"status": 429, "headers": {"Retry_After": "90"}}, {"status": 500}):
        model.does(**how)
        browser.post(TRY)
    LlmDay.objects.update(calls=1037, tokens=44_000, skipped=2)
    page = " ".join(browser.get(PAGE).content.decode().split())
    assert "On. Today 1,037 of 1,200 calls and 44,000 of 200,000 tokens; 2 failed, the last: " in page
    assert "the last: It has a fault of its own (500)." in page
    assert "2 messages were not asked about: the budget was used up, or the model was being left alone." in page
    assert "After failing it is left alone until" in page


def test_without_the_key_that_sealed_it_the_page_still_opens_and_trying_says_why(
    browser: Browser, chosen: Chosen, settings: Any
) -> None:
    from crm.sealing import new_key

    chosen()
    settings.CREDENTIALS_KEYS = [new_key()]
    assert browser.get(PAGE).status_code == 200
    answer = browser.post(TRY, headers={"HX-Request": "true"})
    assert (answer.status_code, "PARLEY_CREDENTIALS_KEYS" in answer.content.decode()) == (409, True)
    assert saved(browser).status_code == 303


def test_it_costs_the_page_two_questions_whether_set_up_or_not(browser: Browser, chosen: Chosen) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            browser.get(PAGE)
        counts.append((len(asked), sum("inbox_llm" in one["sql"] for one in asked.captured_queries)))
        chosen()
    assert counts[0] == counts[1]
    assert counts[0][1] == 2
