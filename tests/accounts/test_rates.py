"""Requests a minute, exactly."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts import rates
from accounts.models import ApiKey, Membership, RequestCount, Workspace
from clients.models import Client
from tests import cast
from tests.cast import Api


def test_the_headers_count_down(api: Api) -> None:
    caller = api(rate_limit=3)
    for remaining in ("2", "1", "0"):
        answer = caller.get("/clients")
        assert answer.status_code == 200
        assert answer.headers["X-RateLimit-Limit"] == "3"
        assert answer.headers["X-RateLimit-Remaining"] == remaining
    reset = int(answer.headers["X-RateLimit-Reset"])
    assert reset % 60 == 0
    answer = caller.get("/clients")
    wait = answer.json()["retryAfter"]
    assert (answer.status_code, answer.json()["error_type"]) == (429, "rate_limited")
    assert answer.json()["error"] == f"Too many requests in this minute: wait {wait} seconds."
    assert answer.headers["Retry-After"] == str(wait)
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.headers["X-RateLimit-Reset"] == str(reset)
    assert 0 < wait <= 60


def test_what_is_refused_counts_too(api: Api, harbour: Client) -> None:
    caller = api(scopes=["crm:read"], rate_limit=2)
    assert caller.delete(f"/clients/{harbour.pk}").headers["X-RateLimit-Remaining"] == "1"
    assert caller.get("/nothing").headers["X-RateLimit-Remaining"] == "0"
    assert caller.get("/clients").status_code == 429


@pytest.mark.parametrize(("plan", "limit"), [("free", "60"), ("pro", "300"), ("max", "1200"), ("enterprise", "3000")])
def test_the_plan_says_how_many(api: Api, workspace: Workspace, plan: str, limit: str) -> None:
    type(workspace).objects.update(plan=plan)
    assert api().get("/users").headers["X-RateLimit-Limit"] == limit


def test_a_key_may_have_a_limit_of_its_own(api: Api) -> None:
    caller = api()
    ApiKey.objects.update(rate_limit=7)
    assert caller.get("/users").headers["X-RateLimit-Limit"] == "7"


def test_each_key_and_each_person_counts_alone(api: Api, agent: Membership) -> None:
    for caller in (api(), api(), api(person=agent)):
        assert caller.get("/users").headers["X-RateLimit-Remaining"] == "1199"


def test_the_next_minute_begins_anew(api: Api) -> None:
    caller = api(rate_limit=1)
    assert caller.get("/users").status_code == 200
    assert caller.get("/users").status_code == 429
    count = RequestCount.objects.get()
    RequestCount.objects.update(minute=count.minute - timedelta(minutes=1))
    assert caller.get("/users").status_code == 200


def test_a_request_that_waited_while_the_minute_turned_counts_in_the_new_one(db: None) -> None:
    rates.spend("key:late", 5)
    ahead = RequestCount.objects.get().minute + timedelta(minutes=1)
    RequestCount.objects.update(minute=ahead)
    spent = rates.spend("key:late", 5)
    assert (spent.used, spent.minute) == (2, ahead)


def test_the_count_is_not_written_to_the_log_of_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'accounts_requestcount'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_pass_the_limit(workspace: Workspace) -> None:
    secret = cast.key_of(workspace, rate_limit=20)
    start = threading.Barrier(6)
    statuses: list[int] = []

    def send() -> None:
        try:
            start.wait(30)
            statuses.extend(cast.caller(secret).get("/users").status_code for _ in range(8))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(200), statuses.count(429)) == (20, 28)


def test_guessing_is_slowed_down_by_address(workspace: Workspace, api: Api) -> None:
    for _ in range(rates.UNKNOWN_PER_MINUTE):
        assert cast.caller("msk_" + "0" * 64).get("/clients").status_code == 401
    answer = cast.caller("msk_" + "0" * 64).get("/clients")
    assert answer.status_code == 429
    assert answer.headers["X-RateLimit-Limit"] == str(rates.UNKNOWN_PER_MINUTE)
    assert cast.caller().get("/clients").status_code == 429
    assert api().get("/clients").status_code == 200, "a key that opens is not slowed down by others"
    assert cast.caller().get("/clients", REMOTE_ADDR="192.0.2.7").status_code == 401


def test_addresses_of_one_ipv6_network_count_together(workspace: Workspace) -> None:
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        cast.caller().get("/clients", REMOTE_ADDR=address)
    counts = dict(RequestCount.objects.values_list("subject", "used"))
    assert counts == {"ip:2001:db8::/64": 2, "ip:2001:db8:0:1::/64": 1}
