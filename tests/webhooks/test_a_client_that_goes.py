"""While a client's data moves or is erased, step by step: who listened for it hears no more, who listens for another
hears nothing that was not theirs by then, and the workspace hears of everything, once."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from accounts.actors import Actor
from activity import runs
from activity.models import Event, Run
from clients.leaving import going
from clients.leaving.models import Leaving
from clients.models import Client
from crm.errors import Conflict
from deals import actions as deals
from tests.arrivals import wait_until_readable, write_in
from tests.webhooks.conftest import Receiver
from webhooks import endpoints, fan_out, sending
from webhooks.endpoints import TYPES
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listening(us: Actor, receiver: Receiver, harbour: Client, meadow: Client) -> dict[str, Endpoint]:
    fan_out.read_on()  # the first time, it begins with what happens next
    third = Client.objects.create(workspace=us.workspace, name="Third")
    return {
        name: endpoints.create(actor=us, url=f"{receiver.url}&for={name}", client_id=client.pk if client else None)
        for name, client in {"workspace": None, "harbour": harbour, "meadow": meadow, "third": third}.items()
    }


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("contacts.leaving.PEOPLE", "inbox.leaving.PEOPLE"):
        monkeypatch.setattr(name, 1)


def tell() -> None:
    """What the reader of the log and the worker do."""
    wait_until_readable()
    fan_out.read_on()
    sending.work_off()


def heard(receiver: Receiver, name: str) -> list[dict[str, Any]]:
    return [json.loads(body)["data"] for path, body in receiver.told if path.endswith(f"for={name}")]


def sold(us: Actor, client: Client | None, name: str) -> UUID:
    message = write_in(us, f"I am {name}", sender=f"{name}@example.com", client_id=client.pk if client else None)
    return deals.create(actor=us, conversation_id=message.conversation_id, title=name, value=100).contact_id


def step_by_step(us: Actor, leaving: Leaving, others: Client) -> int:
    """Each step of the work, between what others write and what is told of all that; how many there were."""
    steps = 0
    while (run := Run.objects.get(pk=leaving.run_id)).state == Run.State.WAITING:
        assert not run.last_error
        sold(us, others, f"later{steps}")
        runs.work_off(most=1)
        tell()
        steps += 1
    return steps


@pytest.mark.parametrize("fate", ["move", "erase"])
def test_each_step_tells_whoever_may_see_it_by_then(
    us: Actor, harbour: Client, meadow: Client, listening: dict[str, Endpoint], receiver: Receiver, fate: str
) -> None:
    theirs = {sold(us, harbour, name) for name in ("ann", "bob")}
    sold(us, meadow, "mia")
    fan_out.tell(Event.objects.filter(type__in=TYPES))  # waits to be told when it is decided
    theirs.add(sold(us, harbour, "cem"))  # is not read from the log by then
    target = meadow if fate == "move" else None
    leaving = going.leave(actor=us, client=harbour, fate=fate, target=target, name=harbour.name)
    assert step_by_step(us, leaving, meadow) > 5

    assert Run.objects.get(pk=leaving.run_id).state == "done"
    assert heard(receiver, "harbour") == []
    assert heard(receiver, "third") == []
    assert not Endpoint.objects.filter(client=harbour).exists()
    everything = Event.objects.filter(type__in=TYPES).order_by("sequence")
    told = [event["id"] for event in heard(receiver, "workspace")]
    assert sorted(told, key=int) == [str(pk) for pk in everything.values_list("pk", flat=True)]
    ours = heard(receiver, "meadow")
    assert len({event["id"] for event in ours}) == len(ours)
    assert {event["client_id"] for event in ours} == {str(meadow.pk)}
    assert str(harbour.pk) not in json.dumps(ours)
    since = {str(pk) for pk in everything.filter(client=meadow, pk__gt=_decided(harbour)).values_list("pk", flat=True)}
    assert since <= {event["id"] for event in ours}
    came = {event["subject"]["id"] for event in ours if event["data"].get("changed_fields") == ["client_id"]}
    assert {str(pk) for pk in theirs} <= came if fate == "move" else not came
    assert not Delivery.objects.filter(state="waiting").exists()


def _decided(client: Client) -> int:
    return Event.objects.get(type="client.deleted", subject_id=client.pk).sequence


def test_an_endpoint_made_in_the_very_moment_ends_as_well(
    us: Actor, harbour: Client, listening: dict[str, Endpoint], receiver: Receiver
) -> None:
    leaving = going.leave(actor=us, client=harbour, fate="move", name=harbour.name)
    runs.finish(leaving.run)
    Endpoint.objects.create(workspace=us.workspace, client=harbour, url=f"{receiver.url}&for=harbour")
    assert going.look_again() == 1
    assert not Endpoint.objects.filter(client=harbour).exists()
    tell()
    assert heard(receiver, "harbour") == []


def test_while_its_client_goes_it_cannot_be_switched_on_again(
    us: Actor, harbour: Client, listening: dict[str, Endpoint]
) -> None:
    going.leave(actor=us, client=harbour, fate="erase", name=harbour.name)
    ending = Endpoint.objects.get(client=harbour)
    with pytest.raises(Conflict, match="Its client was deleted: this endpoint ends with it") as refused:
        endpoints.change(actor=us, endpoint=ending, is_active=True)
    assert refused.value.code == "client_gone"
    assert not Endpoint.objects.get(pk=ending.pk).is_active


def test_what_it_was_told_for_a_month_is_not_deleted_in_the_request_that_decides(
    us: Actor, harbour: Client, listening: dict[str, Endpoint]
) -> None:
    for name in ("ann", "bob"):
        sold(us, harbour, name)
    tell()
    mine = Delivery.objects.filter(endpoint=listening["harbour"])
    kept = mine.count()
    assert kept > 3
    with connection.execute_wrapper(_nothing_of_deliveries):
        going.leave(actor=us, client=harbour, fate="erase", name=harbour.name)
    assert mine.count() == kept


def _nothing_of_deliveries(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert "webhooks_delivery" not in sql
    return execute(sql, params, many, context)
