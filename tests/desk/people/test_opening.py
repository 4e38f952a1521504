"""Signing up: a workspace for whoever reads the mail at their address, where the installation lets them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Letter, Membership, RequestCount, User, Workspace
from crm.errors import Conflict
from deals.models import Stage
from desk.people import opening, places
from desk.people.letters import send_due
from tests.cast import PASSWORD, a_user
from tests.crowd import times

Browse = Callable[[Membership], Browser]
BAKERY = {"workspace_name": "Nina’s Bakery", "currency": "EUR", "time_zone": "Europe/Berlin", "region": "DE"}
NINA = {"name": "Nina New", "password": "hazelnut gravel 42", **BAKERY}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open(settings: Any) -> None:
    settings.SIGNUP = True


def text(answer: Any) -> str:
    return str(answer.content.decode())


def mailed() -> str:
    """The path of the link in the newest mail, after a worker sent what waits."""
    send_due()
    found = re.search(r"http://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def ask(email: str = "nina@example.com") -> str:
    assert Browser().post("/sign-up", {"email": email}).status_code == 200
    return mailed()


def test_from_the_address_to_the_first_page_of_a_furnished_workspace() -> None:
    browser = Browser()
    assert 'href="/sign-up"' in text(browser.get("/accounts/login/"))
    told = text(browser.post("/sign-up", {"email": "Nina@Example.com"}))
    assert "A link is on its way to Nina@Example.com." in told
    assert (mail.outbox, User.objects.count()) == ([], 0)
    link = mailed()
    assert mail.outbox[0].to == ["nina@example.com"]
    form = text(browser.get(link, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}))
    for chosen in ('value="AT" selected', 'value="EUR" selected', "<option selected>Europe/Vienna"):
        assert chosen in form, chosen
    came = browser.post(link, NINA)
    assert (came.status_code, came["Location"]) == (302, "/")
    owner = Membership.objects.select_related("workspace", "user").get()
    made = owner.workspace
    assert (made.name, made.slug, made.plan, made.currency, made.time_zone, made.region) == (
        "Nina’s Bakery", "ninas-bakery", "free", "EUR", "Europe/Berlin", "DE",
    )  # fmt: skip
    assert (owner.role, owner.all_clients, owner.user.email) == ("owner", True, "nina@example.com")
    assert Stage.objects.filter(workspace=made).count() == 6
    for page in ("/today", "/inbox", "/board", "/contacts", "/settings/people", "/settings/connections"):
        assert browser.get(page).status_code == 200, page


def test_the_page_says_the_same_of_an_address_that_is_known_and_the_mail_says_more(owner: Membership) -> None:
    pages = [text(Browser().post("/sign-up", {"email": each})) for each in ("x@example.com", owner.user.email)]
    assert pages[0].replace("x@example.com", "…") == pages[1].replace(owner.user.email, "…")
    send_due()
    subjects = {sent.to[0]: sent.subject for sent in mail.outbox}
    assert subjects == {
        "x@example.com": "Open your workspace on Parley",
        owner.user.email: "You have an account at Parley already",
    }
    assert "/sign-up/" not in str(mail.outbox[-1].body)


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@b.example\nc"])
def test_what_is_no_address_is_told_and_nothing_is_mailed(email: str) -> None:
    answer = Browser().post("/sign-up", {"email": email})
    assert (answer.status_code, "This is no e-mail address." in text(answer)) == (422, True)
    assert not Letter.objects.exists()


def test_an_address_is_mailed_three_times_an_hour_however_often_it_is_typed() -> None:
    RequestCount.objects.all().delete()
    answers = {Browser().post("/sign-up", {"email": "nina@example.com"}).status_code for _ in range(5)}
    assert (answers, Letter.objects.count()) == ({200}, 3)


def test_one_network_asks_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.rates.UNKNOWN_PER_MINUTE", 2)
    answers = [Browser().post("/sign-up", {"email": "n0@example.com"})]
    RequestCount.objects.update(minute=timezone.now() + timedelta(hours=1))  # no minute ends in the middle
    answers += [Browser().post("/sign-up", {"email": f"n{number}@example.com"}) for number in (1, 2)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Wait a minute, then try again." in text(answers[2])
    assert Letter.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Give your name"),
        ({"password": "short"}, "too short"),
        ({"workspace_name": " "}, "Name the workspace"),
        ({"workspace_name": "N" * 201}, "Name the workspace"),
        ({"currency": "EURO"}, "is no ISO 4217 currency code"),
        ({"time_zone": "Mars/Olympus"}, "is no time zone"),
        ({"region": "XX"}, "is no country code"),
    ],
    ids=lambda value: next(iter(value)) + str(len(str(value))) if isinstance(value, dict) else None,
)
def test_what_will_not_do_is_told_and_nothing_is_made(typed: dict[str, str], sentence: str) -> None:
    link = ask()
    answer = Browser().post(link, {**NINA, **typed})
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert (User.objects.count(), Workspace.objects.count()) == (0, 0)
    assert Browser().post(link, NINA).status_code == 302


def test_a_link_is_good_once() -> None:
    link = ask()
    Browser().post(link, NINA)
    answer = Browser().post(link, {**NINA, "password": "another good secret"})
    assert (answer.status_code, "There is an account with this address already." in text(answer)) == (409, True)
    assert User.objects.get().check_password(NINA["password"])
    assert Workspace.objects.count() == 1


def test_a_link_is_good_for_a_day() -> None:
    link = ask()
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        answer = Browser().post(link, NINA)
    assert (answer.status_code, "This link was good for a day." in text(answer)) == (410, True)
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "ü"])
def test_a_link_that_was_made_up_leads_nowhere(token: str) -> None:
    assert Browser().post(f"/sign-up/{token}", NINA).status_code == 404
    assert not User.objects.exists()


def test_a_taken_name_gets_a_slug_of_its_own(workspace: Workspace) -> None:
    Browser().post(ask(), {**NINA, "workspace_name": "Acme"})
    made = Workspace.objects.exclude(pk=workspace.pk).get()
    assert (made.name, re.fullmatch(r"acme-[0-9a-f]{6}", made.slug) is not None) == ("Acme", True)


@pytest.mark.parametrize("name", ["東京", "!!!", "N" * 200])
def test_every_name_has_a_slug(name: str) -> None:
    assert Browser().post(ask(), {**NINA, "workspace_name": name}).status_code == 302
    assert Workspace.objects.get().name == name


def test_where_it_is_closed_no_way_leads_in(settings: Any, browse: Browse, owner: Membership) -> None:
    link = ask()
    settings.SIGNUP = False
    for browser, path in ((Browser(), "/sign-up"), (Browser(), link), (browse(owner), "/workspaces/new")):
        for answer in (browser.get(path), browser.post(path, {"email": "x@example.com", **NINA})):
            assert (answer.status_code, opening.CLOSED in text(answer)) == (403, True)
    assert "/sign-up" not in text(Browser().get("/accounts/login/"))
    assert (Workspace.objects.count(), Letter.objects.count()) == (1, 1)


def test_allauths_own_door_leads_to_ours() -> None:
    assert Browser().get("/accounts/signup/")["Location"] == "/sign-up"


def test_whoever_has_an_account_opens_another_and_is_in_it(browse: Browse, owner: Membership) -> None:
    browser = browse(owner)
    assert browser.post("/workspaces/new", BAKERY).status_code == 303
    assert "Nina’s Bakery" in text(browser.get("/settings"))
    assert Membership.objects.filter(user=owner.user, role="owner").count() == 2


def test_nobody_opens_workspaces_without_end(owner: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_OWNED", 2)
    opening.open_workspace(owner=owner.user, **BAKERY)
    with pytest.raises(Conflict, match="You own 2 workspaces already"):
        opening.open_workspace(owner=owner.user, **BAKERY)


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_once_opens_one_workspace(settings: Any) -> None:
    token = ask().rsplit("/", 1)[1]
    answers = times(4, lambda: opening.open_with(token=token, **NINA))
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 3 + ["Membership"]
    assert (User.objects.count(), Workspace.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("languages", "place"),
    [
        ("de-DE,de;q=0.9", ("DE", "EUR", "Europe/Berlin")),
        ("de", ("DE", "EUR", "Europe/Berlin")),
        ("hi,en;q=0.5", ("IN", "INR", "Asia/Kolkata")),
        ("en-GB", ("GB", "GBP", "Europe/London")),
        ("pt-BR", ("BR", "BRL", "America/Sao_Paulo")),
        ("zh-Hant-TW", ("TW", "TWD", "Asia/Taipei")),
        ("", ("US", "USD", "America/New_York")),
        ("*", ("US", "USD", "America/New_York")),
        ("xx-YY;q=z, ,;;", ("US", "USD", "America/New_York")),
    ],
)
def test_the_browsers_languages_say_what_is_likely(languages: str, place: tuple[str, str, str]) -> None:
    found = places.likely(languages)
    assert (found.region, found.currency, found.time_zone) == place


def test_every_country_has_something_likely_that_can_be_chosen() -> None:
    for _, place in places.regions():
        assert place == places.likely(f"en-{place.region}")
        assert place.time_zone in places.zones(), place
        assert place.currency in dict(places.currencies()), place


def test_whoever_is_signed_in_is_not_asked_for_an_address(browse: Browse, owner: Membership) -> None:
    assert browse(owner).get("/sign-up")["Location"] == "/workspaces/new"


def test_a_password_of_an_account_that_is_there_is_not_touched() -> None:
    link = ask("otto.outside@example.com")
    user = a_user("Otto Outside")
    assert Browser().post(link, NINA).status_code == 409
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
