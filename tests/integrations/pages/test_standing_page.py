"""How a connection stands, on its page and in the list; trying it and comparing it."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from clients.models import Client
from integrations import batches
from integrations.base import Page
from integrations.connecting import pause
from integrations.health import failing, recovered
from integrations.models import Connection, SyncRun
from integrations.standing import glances
from tests.cast import acting
from tests.integrations.pages.conftest import Browse, Every, a_push, a_run, an_event, connected

LIST = "/settings/connections"


def at(connection: Connection, path: str = "") -> str:
    return f"{LIST}/{connection.pk}{path}"


def tone(connection: Connection) -> tuple[str, str]:
    connection.refresh_from_db()
    found = glances([connection])[connection.pk]
    return found.tone, found.label


def test_only_what_is_proven_is_green(bandung: Connection) -> None:
    assert tone(bandung) == ("plain", "Not compared yet")
    an_event(bandung, state="done")
    assert tone(bandung) == ("plain", "Not compared yet")
    a_run(bandung)
    assert tone(bandung) == ("good", "Complete")


def test_what_is_missing_makes_it_amber(bandung: Connection) -> None:
    run = a_run(bandung)
    for number in range(7):
        an_event(bandung, f"evt_{number}", via="batch", run=run)
    assert tone(bandung) == ("warn", "7 missing")


def test_what_was_given_up_makes_it_amber(bandung: Connection) -> None:
    a_run(bandung)
    an_event(bandung, state="dead")
    assert tone(bandung) == ("warn", "1 could not be handled")


def test_a_batch_that_was_stopped_proves_nothing(bandung: Connection) -> None:
    a_run(bandung)
    a_run(bandung, state="dead", last_error="Stopped by hand.")
    assert tone(bandung) == ("warn", "The last batch stopped")


def test_failing_is_red_and_paused_is_grey(bandung: Connection, owner: Membership) -> None:
    a_run(bandung)
    failing(bandung, "The key was refused.")
    assert tone(bandung) == ("bad", "Not working")
    pause(actor=acting(owner), connection=bandung)
    assert tone(bandung) == ("off", "Paused")


def test_a_regular_look_that_has_just_begun_changes_nothing(bandung: Connection) -> None:
    SyncRun.objects.filter(pk=a_run(bandung).pk).update(created_at=timezone.now() - timedelta(hours=1))
    look = a_run(bandung, kind="poll", state="waiting")
    assert tone(bandung) == ("good", "Complete")
    SyncRun.objects.filter(pk=look.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    assert tone(bandung) == ("busy", "Comparing now")


def test_a_failing_connection_is_told_to_admins_today_until_it_works(
    browse: Browse, owner: Membership, agent: Membership, bandung: Connection
) -> None:
    failing(bandung, "The key was refused. Enter a new one.")
    assert "The key was refused. Enter a new one." in browse(owner).get("/today").content.decode()
    assert "The key was refused" not in browse(agent).get("/today").content.decode()
    recovered(bandung)
    assert "The key was refused" not in browse(owner).get("/today").content.decode()


def test_another_clients_trouble_is_not_told(
    browse: Browse, owner: Membership, bandung: Connection, meadow: Client
) -> None:
    failing(bandung, "The key was refused.")
    assert "The key was refused" not in browse(owner).get(f"/today?client={meadow.pk}").content.decode()


def test_it_is_tried_and_says_that_it_works(browse: Browse, owner: Membership, bandung: Connection) -> None:
    failing(bandung, "The key was refused.")
    answer = browse(owner).post(at(bandung, "/check"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#checked")
    assert "It answers, and the key works." in answer.content.decode()
    assert str(bandung.pk) in answer["HX-Trigger"]
    assert tone(bandung)[0] == "plain"


def test_it_says_what_is_wrong_without_our_secret(
    browse: Browse, owner: Membership, every: Every, bandung: Connection, secrets: tuple[str, ...]
) -> None:
    every.wrong = f"The key {secrets[0]} was refused. Make a new one."
    answer = browse(owner).post(at(bandung, "/check"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#checked")
    assert "The key •••••• was refused. Make a new one." in answer.content.decode()
    bandung.refresh_from_db()
    assert bandung.failure == "The key •••••• was refused. Make a new one."
    plain = browse(owner).post(at(bandung, "/check"))
    assert (plain.status_code, plain["Location"]) == (303, at(bandung, "/setup"))


def test_comparing_shows_how_far_it_is_and_can_be_stopped(
    browse: Browse, owner: Membership, every: Every, bandung: Connection
) -> None:
    every.pages = [Page("contacts", [], {"page": 1}, total=40), Page("contacts", [], None, total=40)]
    browser = browse(owner)
    begun = browser.post(at(bandung, "/compare"), headers={"HX-Request": "true"}).content.decode()
    assert ('hx-trigger="fresh, every 1s"' in begun, "Beginning …" in begun) == (True, True)
    run = SyncRun.objects.get()
    batches.step(run)
    part = browser.get(at(bandung), headers={"HX-Request": "true"}).content.decode()
    assert ("Contacts: 0 of 40 seen" in part, '<progress class="run__progress"' in part) == (True, True)
    again = browser.post(at(bandung, "/compare"), headers={"HX-Request": "true"})
    assert (again.status_code, SyncRun.objects.count()) == (409, 1)
    stopped = browser.post(at(bandung, f"/batches/{run.pk}/stop"), headers={"HX-Request": "true"})
    assert "Stopped by hand." in stopped.content.decode()
    run.refresh_from_db()
    assert run.state == SyncRun.State.DEAD


def test_everything_is_compared_on_demand(browse: Browse, owner: Membership, bandung: Connection) -> None:
    assert browse(owner).post(at(bandung, "/compare"), {"full": "1"}).status_code == 303
    assert SyncRun.objects.get().is_full is True


def test_a_run_of_another_connection_is_not_stopped_here(
    browse: Browse, owner: Membership, bandung: Connection
) -> None:
    other = a_run(connected(owner, name="Jakarta").connection, state="waiting")
    assert browse(owner).post(at(bandung, f"/batches/{other.pk}/stop")).status_code == 404
    other.refresh_from_db()
    assert other.state == SyncRun.State.WAITING


def test_refused_signatures_are_counted_for_all_to_see(browse: Browse, owner: Membership, bandung: Connection) -> None:
    refused = browse(owner).post(f"/hooks/every/{bandung.secrets['token']}", b"{}", content_type="application/json")
    assert refused.status_code == 401
    assert "1 request with a wrong signature, the last" in browse(owner).get(at(bandung)).content.decode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", 10), ("/batches", 7), ("/events", 9), ("/sent", 8), ("/settings", 6), ("/setup", 6)],
)
def test_the_number_of_queries_is_fixed(
    browse: Browse, owner: Membership, bandung: Connection, path: str, expected: int
) -> None:
    browser = browse(owner)

    def asked() -> int:
        with CaptureQueriesContext(database) as questions:
            assert browser.get(at(bandung, path), headers={"HX-Request": "true"}).status_code == 200
        return len(questions)

    fill(bandung, 1)
    few = asked()
    fill(bandung, 30)
    assert (few, asked()) == (few, few)
    assert few <= expected


def fill(connection: Connection, count: int) -> None:
    for number in range(count):
        a_run(connection)
        an_event(connection, f"{count}-{number}", state="dead", last_error="No.")
        a_push(connection, connection.pk, state="dead", kind=f"kind{count}-{number}")


def test_the_list_asks_as_much_for_thirty_as_for_one(
    browse: Browse, owner: Membership, harbour: Client, bandung: Connection
) -> None:
    browser = browse(owner)

    def asked() -> int:
        with CaptureQueriesContext(database) as questions:
            assert browser.get(LIST).status_code == 200
        return len(questions)

    fill(bandung, 1)
    few = asked()
    for number in range(30):
        fill(connected(owner, harbour, f"Number {number}").connection, 2)
    assert (few, asked()) == (few, few)
    page = browser.get(LIST).content.decode()
    assert page.count('class="connections__row"') == 31
