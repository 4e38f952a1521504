"""Endpoints and deliveries at the API and on the pages: who may, and what they answer."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import IdempotentRequest, Membership
from accounts.plans import Plan
from activity.models import Event
from clients.models import Client
from tests.arrivals import write_in
from tests.cast import Api
from tests.pages.conftest import signed_in
from tests.webhooks.conftest import Receiver
from tests.webhooks.test_sending import tell
from webhooks.models import Delivery, Endpoint
from webhooks.sending import work_off

URL = "https://example.com/hook?key=s3cret"


def test_one_is_made_read_changed_tried_and_deleted(api: Api, receiver: Receiver) -> None:
    caller = api()
    made = caller.post("/webhook_endpoints", {"url": receiver.url, "types": ["deal.won", "contact.created"]})
    assert made.status_code == 201
    shown = made.json()["webhook_endpoint"]
    assert (shown["types"], shown["is_active"], shown["client_id"]) == (["contact.created", "deal.won"], True, None)
    path = f"/webhook_endpoints/{shown['id']}"
    secret = caller.get(f"{path}/secret")
    assert secret.json()["secret"].startswith("whsec_")
    assert secret["Cache-Control"] == "no-store"
    tried = caller.post(f"{path}/test", {}).json()["webhook_delivery"]
    assert (tried["type"], tried["state"], tried["event_id"]) == ("webhook.test", "waiting", None)
    work_off()
    whole = caller.get(f"/webhook_deliveries/{tried['id']}").json()["webhook_delivery"]
    assert (whole["state"], whole["status"], whole["event"]) == ("done", 204, None)
    assert b'"type":"webhook.test"' in receiver.heard[0][1]
    assert caller.patch(path, {"is_active": False}).json()["webhook_endpoint"]["is_active"] is False
    assert caller.post(f"{path}/replay", {}).status_code == 409
    assert caller.post(f"{path}/test", {}).status_code == 409
    assert caller.delete(path).status_code == 200
    assert caller.get(path).status_code == 404
    told = list(Event.objects.filter(subject_type="endpoint").order_by("sequence").values_list("type", flat=True))
    assert told == ["endpoint.created", "endpoint.updated", "endpoint.deleted"]


def test_no_log_and_no_kept_answer_holds_a_secret(api: Api) -> None:
    caller = api()
    made = caller.post("/webhook_endpoints", {"url": URL}, headers={"Idempotency-Key": "one"}).json()
    path = f"/webhook_endpoints/{made['webhook_endpoint']['id']}"
    assert caller.post(f"{path}/secret", {}, headers={"Idempotency-Key": "two"}).json() == {"success": True}
    kept = "".join(IdempotentRequest.objects.values_list("body", flat=True))
    secrets = Endpoint.objects.get().secrets
    logged = str(list(Event.objects.values_list("payload", flat=True)))
    for secret in (secrets["secret"], secrets["previous"]):
        assert secret not in kept
        assert secret not in logged
    assert "s3cret" not in logged


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://name:word@example.com/"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://exa mple.com/"}, "url"),
        ({"url": "https://example.com:99999/"}, "url"),
        ({"url": "http://example.com/"}, "url"),
        ({"url": "https://2852039166/latest/meta-data"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": URL, "types": ["deal.vanished"]}, "types"),
        ({"url": URL, "types": ["key.created"]}, "types"),
        ({}, "url"),
    ],
)
def test_what_cannot_be_told_is_refused_and_makes_nothing(api: Api, given: dict[str, Any], field: str) -> None:
    answer = api().post("/webhook_endpoints", given)
    assert (answer.status_code, list(answer.json()["details"]["fieldErrors"])) == (400, [field])
    assert not Endpoint.objects.exists()


def test_an_address_inside_is_refused_on_the_page_and_when_it_is_changed(
    api: Api, owner: Membership, endpoint: Endpoint, settings: Any
) -> None:
    settings.PRIVATE_HOSTS = []
    browser, caller = signed_in(owner), api()
    inside, page = "https://192.168.1.1/", f"/settings/webhooks/{endpoint.pk}"
    for path in ("/settings/webhooks/new", f"{page}/change"):
        refused = browser.post(path, {"url": inside, "description": "Ours"})
        assert refused.status_code == 422
        assert "“192.168.1.1” is inside this network." in refused.content.decode()
        assert f'value="{inside}"' in refused.content.decode()
    assert caller.patch(f"/webhook_endpoints/{endpoint.pk}", {"url": inside}).status_code == 400
    assert list(Endpoint.objects.values_list("url", flat=True)) == [endpoint.url]
    # One that stands inside already, and is not allowed there any more, can still be changed and switched off.
    kept = {"url": endpoint.url, "description": "The old one", "is_active": False}
    assert caller.patch(f"/webhook_endpoints/{endpoint.pk}", kept).status_code == 200
    assert browser.post(f"{page}/change", {"url": endpoint.url, "description": "Ours"}).status_code == 303


def test_deliveries_are_listed_narrowed_and_replayed(api: Api, us: Actor, endpoint: Endpoint) -> None:
    write_in(us, "Hello")
    tell()
    caller = api()
    listed = caller.get("/webhook_deliveries?type=message.received&state=done").json()["webhook_deliveries"]
    assert [one["type"] for one in listed] == ["message.received"]
    whole = caller.get(f"/webhook_deliveries/{listed[0]['id']}").json()["webhook_delivery"]
    assert [one["status"] for one in whole["attempts"]] == [204]
    assert whole["event"]["id"] == whole["event_id"]
    again = caller.post(f"/webhook_deliveries/{listed[0]['id']}/replay", {}).json()["webhook_delivery"]
    assert (again["state"], again["tries"]) == ("waiting", 0)


def test_the_lists_ask_the_database_as_often_for_one_as_for_many(
    api: Api, us: Actor, owner: Membership, endpoint: Endpoint
) -> None:
    caller, browser, counts = api(), signed_in(owner), []
    for number in range(3):
        write_in(us, "Hello", sender=f"{number}@example.com")
        tell()
        with CaptureQueriesContext(connection) as asked:
            caller.get("/webhook_deliveries")
            browser.get(f"/settings/webhooks/{endpoint.pk}")
            browser.get("/settings/webhooks")
        counts.append(len(asked))
    assert counts[1] == counts[2]  # the first of them also counts its caller in


def test_a_plan_holds_so_many(api: Api, workspace: Any) -> None:
    type(workspace).objects.update(plan=Plan.FREE)
    caller = api()
    answers = [caller.post("/webhook_endpoints", {"url": URL}).status_code for _ in range(3)]
    assert answers == [201, 201, 403]


def test_only_who_administers_and_only_their_side(
    api: Api, us: Actor, agent: Membership, viewer: Membership, harbour: Client, meadow: Client, endpoint: Endpoint
) -> None:
    for who in (agent, viewer):
        assert api(person=who).get("/webhook_endpoints").status_code == 403
        assert signed_in(who).get("/settings/webhooks").status_code == 403
    theirs = api(client=harbour)
    assert theirs.get("/webhook_endpoints").json()["webhook_endpoints"] == []
    assert theirs.get(f"/webhook_endpoints/{endpoint.pk}").status_code == 404
    made = theirs.post("/webhook_endpoints", {"url": URL}).json()["webhook_endpoint"]
    assert made["client_id"] == str(harbour.pk)
    assert api(client=meadow).get(f"/webhook_endpoints/{made['id']}").status_code == 404
    reads = api(scopes=["crm:read"])
    assert reads.get(f"/webhook_endpoints/{endpoint.pk}").status_code == 200
    assert reads.get(f"/webhook_endpoints/{endpoint.pk}/secret").status_code == 403


def test_on_the_pages_one_is_made_tried_switched_off_and_deleted(owner: Membership, receiver: Receiver) -> None:
    browser = signed_in(owner)
    refused = browser.post("/settings/webhooks/new", {"url": "nowhere", "description": "Ours"})
    assert refused.status_code == 422
    assert 'value="Ours"' in refused.content.decode()
    made = browser.post("/settings/webhooks/new", {"url": receiver.url, "types": ["deal.won"]})
    page = made["Location"]
    assert "It works: it answered 204" in browser.post(f"{page}/test").content.decode()
    receiver.answers = [(500, {})]
    assert "It answered 500, which is no success" in browser.post(f"{page}/test").content.decode()
    secret = browser.post(f"{page}/secret")
    assert Endpoint.objects.get().secrets["secret"] in secret.content.decode()
    assert "no-store" in secret["Cache-Control"]
    before = Endpoint.objects.get().secrets["secret"]
    assert "For 24 hours" in browser.post(f"{page}/secret/new").content.decode()
    assert Endpoint.objects.get().secrets["secret"] != before
    assert browser.post(f"{page}/switch", {"on": "0"}).status_code == 303
    assert not Endpoint.objects.get().is_active
    assert browser.post(f"{page}/change", {"url": URL, "version": "1"}).status_code == 409
    version = Endpoint.objects.get().version
    assert browser.post(f"{page}/change", {"url": URL, "version": version}).status_code == 303
    assert (Endpoint.objects.get().url, Endpoint.objects.get().types) == (URL, [])
    assert browser.post(f"{page}/delete").status_code == 303
    assert not Endpoint.objects.exists()


def test_a_delivery_is_shown_with_its_tries_and_told_again(owner: Membership, us: Actor, endpoint: Endpoint) -> None:
    write_in(us, "Hello")
    tell()
    browser, row = signed_in(owner), Delivery.objects.get(type="message.received")
    page = f"/settings/webhooks/{endpoint.pk}/deliveries/{row.pk}"
    shown = browser.get(page).content.decode()
    assert row.message_id in shown
    assert "&quot;type&quot;:&quot;message.received&quot;" in shown
    assert browser.post(f"{page}/replay").status_code == 303
    assert Delivery.objects.get(pk=row.pk).state == "waiting"
    assert "Delivered" in browser.get(f"/settings/webhooks/{endpoint.pk}").content.decode()
