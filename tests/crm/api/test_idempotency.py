"""The same POST twice is done once."""

import threading
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import IdempotentRequest, Membership, Workspace
from accounts.tasks import sweep_idempotent_requests
from activity.models import Event
from clients import actions
from clients import api as clients_api
from clients.models import Client
from contacts.models import Contact
from tests import cast
from tests.cast import Api

KEY: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "order-7"}


def test_the_same_again_is_answered_again(api: Api) -> None:
    caller = api()
    first = caller.post("/clients", {"name": "Harbour", "notes": ""}, **KEY)
    again = caller.post("/clients", {"notes": "", "name": "Harbour"}, **KEY)
    assert "Idempotent-Replayed" not in first.headers
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, first.headers["ETag"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (Client.objects.count(), Event.objects.count()) == (1, 1)


@pytest.mark.parametrize(("path", "body"), [("/clients", {"name": "Meadow"}), ("/campaigns", {"name": "Harbour"})])
def test_the_same_key_for_something_else(api: Api, path: str, body: Any) -> None:
    caller = api()
    caller.post("/clients", {"name": "Harbour"}, **KEY)
    answer = caller.post(path, body, **KEY)
    assert (answer.status_code, answer.json()["error_type"]) == (422, "idempotency_key_reuse")
    assert sorted(answer.json()["details"]) == ["fieldErrors", "formErrors"]
    assert Client.objects.count() == 1


def test_each_sender_has_keys_of_its_own(api: Api) -> None:
    assert api().post("/clients", {"name": "Harbour"}, **KEY).status_code == 201
    assert api().post("/clients", {"name": "Meadow"}, **KEY).status_code == 201


def test_the_very_same_request_of_another_sender_is_never_answered_with_what_the_first_was_told(
    api: Api, owner: Membership, agent: Membership, outsider: Membership, harbour: Client, meadow: Client
) -> None:
    """Two keys, one bound to a client and one to another, people, another workspace: the same words, the same key."""
    senders = [api(), api(), api(client=harbour), api(client=meadow), api(person=owner), api(person=agent)]
    senders += [api(workspace=outsider.workspace), api(person=outsider)]
    told = []
    for number, sender in enumerate(senders):
        sender.cookies["csrftoken"] = "a" * 32
        for again in (False, True):
            answer = sender.post("/contacts", {"name": "Priya"}, HTTP_X_CSRFTOKEN="a" * 32, **KEY)
            assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (201, again), number
        told.append(answer.json()["contact"])
    assert len({one["id"] for one in told}) == Contact.objects.count() == len(senders)
    assert [one["client_id"] for one in told[2:4]] == [str(harbour.pk), str(meadow.pk)]
    here = Contact.objects.filter(workspace=owner.workspace).values_list("pk", flat=True)
    assert {str(pk) for pk in here} == {one["id"] for one in told[:6]}


def test_what_was_refused_may_be_corrected_under_the_same_key(api: Api, harbour: Client) -> None:
    caller = api()
    assert caller.post("/clients", {"name": ""}, **KEY).status_code == 400
    assert caller.post("/clients", {"name": "Harbour Bakery"}, **KEY).status_code == 409
    assert not IdempotentRequest.objects.exists()
    assert caller.post("/clients", {"name": "Harbour Mill"}, **KEY).status_code == 201


def test_what_failed_left_nothing_and_may_be_repeated(api: Api) -> None:
    caller = api()
    caller.raise_request_exception = False
    with patch.object(clients_api.ClientView, "show", side_effect=ZeroDivisionError):
        assert caller.post("/clients", {"name": "Harbour"}, **KEY).status_code == 500
    assert (Client.objects.count(), Event.objects.count(), IdempotentRequest.objects.count()) == (0, 0, 0)
    assert caller.post("/clients", {"name": "Harbour"}, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "   ", "x" * 256])
def test_a_key_that_is_none(api: Api, key: str) -> None:
    answer = api().post("/clients", {"name": "Harbour"}, HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, answer.json()["error_type"]) == (400, "parse_error")
    assert not Client.objects.exists()
    assert api().post("/clients", {"name": "Harbour"}, HTTP_IDEMPOTENCY_KEY="x" * 255).status_code == 201


def test_after_a_day_a_key_is_new(api: Api) -> None:
    caller = api()
    caller.post("/clients", {"name": "Harbour"}, **KEY)
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    answer = caller.post("/clients", {"name": "Meadow"}, **KEY)
    assert answer.status_code == 201
    assert caller.post("/clients", {"name": "Meadow"}, **KEY).content == answer.content
    assert IdempotentRequest.objects.count() == 1


def test_the_sweep_takes_what_is_older_than_a_day(api: Api) -> None:
    caller = api()
    caller.post("/clients", {"name": "Harbour"}, HTTP_IDEMPOTENCY_KEY="old")
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    caller.post("/clients", {"name": "Meadow"}, HTTP_IDEMPOTENCY_KEY="young")
    sweep_idempotent_requests()
    assert [row.key for row in IdempotentRequest.objects.all()] == ["young"]


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_to_wait(workspace: Workspace) -> None:
    secret = cast.key_of(workspace)
    working, told = threading.Event(), threading.Event()
    answers: list[Any] = []
    create = actions.create_client

    def slow(**given: Any) -> Any:
        working.set()
        assert told.wait(60)
        return create(**given)

    def first() -> None:
        try:
            answers.append(cast.caller(secret).post("/clients", {"name": "Harbour"}, **KEY))
        finally:
            connection.close()

    with patch.object(actions, "create_client", slow):
        thread = threading.Thread(target=first)
        thread.start()
        assert working.wait(60)
        second = cast.caller(secret).post("/clients", {"name": "Harbour"}, **KEY)
        told.set()
        thread.join()
    assert (second.status_code, second.json()["error_type"]) == (409, "idempotency_in_progress")
    assert answers[0].status_code == 201
    third = cast.caller(secret).post("/clients", {"name": "Harbour"}, **KEY)
    assert (third.status_code, third.content) == (201, answers[0].content)
    assert Client.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done(workspace: Workspace) -> None:
    secret = cast.key_of(workspace)
    start = threading.Barrier(8)
    answers: list[Any] = []

    def send() -> None:
        try:
            start.wait(60)
            answers.append(cast.caller(secret).post("/clients", {"name": "Harbour"}, **KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len([answer for answer in done if "Idempotent-Replayed" not in answer.headers]) == 1
    assert len({answer.content for answer in done}) == 1
    assert Client.objects.count() == 1
