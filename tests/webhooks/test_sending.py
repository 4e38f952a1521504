"""From what happens to what is told elsewhere: once for each event, signed, tried again, and behind the walls."""

import base64
import hmac
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor, system
from activity.models import Event
from clients.models import Client
from contacts.models import Contact
from inbox.composing import notes
from inbox.erasure import erase
from tests.arrivals import wait_until_readable, write_in
from tests.cast import a_workspace
from tests.webhooks.conftest import Receiver
from webhooks import endpoints, fan_out, replaying, sending, signing
from webhooks.endpoints import TYPES
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.sending import WAITS, work_off

BODY = b'{"test": 2432232314}'


def tell() -> int:
    """What the reader of the log and the worker do, until nothing is due."""
    fan_out.tell(Event.objects.filter(type__in=TYPES).order_by("sequence"))
    return work_off()


def due_now() -> None:
    Delivery.objects.update(due_at=timezone.now())


def types(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for _, body in receiver.heard]


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    signed = signing.headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_event_is_told_once_signed_and_as_the_feed_shows_it(
    us: Actor, endpoint: Endpoint, receiver: Receiver
) -> None:
    message = write_in(us, "Hello")
    tell()
    tell()
    assert types(receiver) == ["contact.created", "conversation.created", "message.received"]
    headers, body = receiver.heard[2]
    told = json.loads(body)
    event = Event.objects.get(type="message.received")
    assert told["timestamp"] == told["data"]["created_at"]
    assert (told["data"]["id"], told["data"]["subject"]["id"]) == (str(event.sequence), str(message.pk))
    delivery = Delivery.objects.get(event=event)
    assert (delivery.state, delivery.status, delivery.tries) == ("done", 204, 1)
    assert headers["webhook-id"] == delivery.message_id
    assert headers["content-type"] == "application/json"
    assert headers["webhook-signature"] == f"v1,{signature(endpoint, headers, body)}"


def signature(endpoint: Endpoint, headers: dict[str, str], body: bytes, name: str = "secret") -> str:
    """As a receiver works it out."""
    key = base64.b64decode(Endpoint.objects.get(pk=endpoint.pk).secrets[name].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


@pytest.mark.django_db(transaction=True)
def test_the_log_is_read_once_a_few_events_at_a_time(
    us: Actor, endpoint: Endpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fan_out.read_on() == 0
    write_in(us, "Hello")
    wait_until_readable()
    monkeypatch.setattr(fan_out, "AT_ONCE", 2)
    assert fan_out.read_on() == 3
    assert fan_out.read_on() == 0
    work_off()
    assert types(receiver) == ["contact.created", "conversation.created", "message.received"]


def test_an_endpoint_is_told_of_its_types_and_its_side_alone(
    us: Actor, receiver: Receiver, harbour: Client, meadow: Client
) -> None:
    own, all_of_it = (
        endpoints.create(actor=us, url=receiver.url, types=["message.received"], client_id=harbour.pk),
        endpoints.create(actor=us, url=receiver.url, types=["message.received", "note.created"]),
    )
    write_in(us, "Ours", sender="a@example.com")
    message = write_in(us, "Harbour's", sender="b@example.com", client_id=harbour.pk)
    write_in(us, "Meadow's", sender="c@example.com", client_id=meadow.pk)
    write_in(system(a_workspace(), "test"), "Elsewhere")
    notes.write(actor=us, conversation=message.conversation, body="For the team alone")
    tell()
    told = [(one.endpoint_id, one.event.type, one.event.client_id) for one in Delivery.objects.select_related("event")]
    assert sorted(told, key=str) == sorted(
        [
            (own.pk, "message.received", harbour.pk),
            (all_of_it.pk, "message.received", None),
            (all_of_it.pk, "message.received", harbour.pk),
            (all_of_it.pk, "message.received", meadow.pk),
            (all_of_it.pk, "note.created", harbour.pk),
        ],
        key=str,
    )


def test_what_admins_did_is_told_nowhere(us: Actor, endpoint: Endpoint, receiver: Receiver) -> None:
    endpoints.change(actor=us, endpoint=endpoint, description="Ours")
    assert Event.objects.filter(type="endpoint.updated").exists()
    tell()
    assert types(receiver) == []


@pytest.mark.parametrize("status", [500, 404, 301, 429])
def test_whatever_is_no_success_is_tried_again_later(
    us: Actor, endpoint: Endpoint, receiver: Receiver, status: int
) -> None:
    receiver.answers = [(status, {"Location": receiver.url})]
    write_in(us, "Hello")
    endpoints.change(actor=us, endpoint=endpoint, types=["message.received"])
    before = timezone.now()
    tell()
    delivery = Delivery.objects.get(type="message.received")
    assert (delivery.state, delivery.status, delivery.tries) == ("waiting", status, 1)
    assert delivery.last_error == f"It answered {status}."
    assert before + timedelta(seconds=3) < delivery.due_at <= timezone.now() + timedelta(seconds=WAITS[0] * 1.1)
    due_now()
    work_off()
    assert Delivery.objects.get().state == "done"
    assert [one.status for one in Attempt.objects.all()] == [status, 204]
    ids = {headers["webhook-id"] for headers, _ in receiver.heard}
    assert ids == {delivery.message_id}


@pytest.fixture
def waiting(us: Actor, receiver: Receiver) -> Delivery:
    """One delivery that was not tried yet."""
    endpoints.create(actor=us, url=receiver.url, types=["message.received"])
    write_in(us, "Hello")
    fan_out.tell(Event.objects.filter(type="message.received"))
    return Delivery.objects.get()


def test_it_waits_for_as_long_as_it_is_asked_to(waiting: Delivery, receiver: Receiver) -> None:
    receiver.answers = [(429, {"Retry-After": "3600"})]
    before = timezone.now()
    work_off()
    hour = timedelta(hours=1)
    assert before + hour <= Delivery.objects.get().due_at <= timezone.now() + hour


def test_after_the_last_try_it_stays_as_failed_and_can_be_replayed(
    us: Actor, waiting: Delivery, receiver: Receiver
) -> None:
    receiver.answers = [(500, {})] * (len(WAITS) + 1)
    for _ in range(len(WAITS) + 1):
        due_now()
        work_off()
    dead = Delivery.objects.get()
    assert (dead.state, dead.tries, Attempt.objects.count()) == ("dead", 10, 10)
    due_now()
    assert work_off() == 0
    replaying.replay(actor=us, delivery=dead)
    work_off()
    again = Delivery.objects.get()
    assert (again.state, again.tries, len(receiver.heard)) == ("done", 1, 11)


def test_410_switches_it_off_and_ends_what_waits(us: Actor, endpoint: Endpoint, receiver: Receiver) -> None:
    receiver.answers = [(410, {})]
    write_in(us, "Hello")
    tell()
    off = Endpoint.objects.get()
    assert (off.is_active, off.off_words) == (False, "It answered 410: it is not wanted there any more.")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dead"}
    assert len(receiver.heard) == 1
    write_in(us, "Hello again")
    tell()
    assert len(receiver.heard) == 1


def test_one_that_fails_for_five_days_is_switched_off_and_a_success_in_between_starts_over(
    waiting: Delivery, receiver: Receiver
) -> None:
    receiver.answers = [(500, {})]
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=4, hours=23))
    work_off()
    assert Endpoint.objects.get().is_active
    due_now()
    work_off()
    assert Endpoint.objects.get().failing_since is None
    Delivery.objects.update(state="waiting", due_at=timezone.now())
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=5, hours=1))
    receiver.answers = [(500, {})]
    work_off()
    assert (Endpoint.objects.get().is_active, Endpoint.objects.get().off_words) == (False, "It failed for 5 days.")


def test_nothing_inside_the_network_is_reached(
    us: Actor, waiting: Delivery, receiver: Receiver, settings: object
) -> None:
    settings.PRIVATE_HOSTS = []  # type: ignore[attr-defined]
    work_off()
    delivery = Delivery.objects.get()
    assert (delivery.status, receiver.heard) == (None, [])
    assert "is inside this network" in delivery.last_error


def test_nobody_listening_is_a_failure_with_words(us: Actor, waiting: Delivery) -> None:
    Endpoint.objects.update(url="http://127.0.0.1:9/")
    work_off()
    assert "The connection failed" in Delivery.objects.get().last_error
    assert Attempt.objects.get().status is None


def test_one_endpoint_is_told_one_thing_at_a_time_and_holds_up_no_other(
    us: Actor, endpoint: Endpoint, receiver: Receiver
) -> None:
    other = endpoints.create(actor=us, url=receiver.url)
    write_in(us, "Hello")
    fan_out.tell(Event.objects.filter(type__in=TYPES).order_by("sequence"))
    first = Delivery.objects.filter(endpoint=endpoint).order_by("due_at").first()
    assert first is not None
    Delivery.objects.filter(pk=first.pk).update(leased_until=timezone.now() + timedelta(seconds=30))
    work_off()
    assert set(Delivery.objects.filter(endpoint=other).values_list("state", flat=True)) == {"done"}
    assert set(Delivery.objects.filter(endpoint=endpoint).values_list("state", flat=True)) == {"waiting"}


def test_while_a_secret_is_replaced_both_sign(us: Actor, waiting: Delivery, receiver: Receiver) -> None:
    endpoint = Endpoint.objects.get()
    old = endpoints.secret_of(actor=us, endpoint=endpoint)
    new = endpoints.renew_secret(actor=us, endpoint=endpoint)
    work_off()
    headers, body = receiver.heard[0]
    both = [signature(endpoint, headers, body, name) for name in ("secret", "previous")]
    assert headers["webhook-signature"] == " ".join(f"v1,{one}" for one in both)
    fresh = Endpoint.objects.get()
    assert fresh.secrets["previous"] == old != new
    later = timezone.now() + endpoints.OVERLAP + timedelta(seconds=1)
    assert endpoints.keys_of(fresh, later) == [new]


def test_an_erased_person_is_in_no_body_any_more(us: Actor, waiting: Delivery, receiver: Receiver) -> None:
    receiver.answers = [(500, {})]
    work_off()
    erase(actor=us, contact=Contact.objects.get())
    due_now()
    work_off()
    assert b"priya" not in receiver.heard[-1][1].lower()


def test_all_that_failed_of_a_stretch_of_time_is_told_again(us: Actor, endpoint: Endpoint, receiver: Receiver) -> None:
    write_in(us, "Hello")
    tell()
    rows = list(Delivery.objects.order_by("created_at", "pk"))
    Delivery.objects.filter(pk=rows[0].pk).update(state="dead")
    assert replaying.replay_all(actor=us, endpoint=endpoint) == 1
    work_off()
    assert replaying.replay_all(actor=us, endpoint=endpoint) == 0
    since = rows[1].created_at
    assert replaying.replay_all(actor=us, endpoint=endpoint, since=since, failed_only=False) == 2
    work_off()
    assert len(receiver.heard) == 3 + 1 + 2


def test_what_is_old_is_forgotten(waiting: Delivery) -> None:
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert replaying.forget_old() == 0
    work_off()
    assert replaying.forget_old() == 2
    assert not Delivery.objects.exists()


def test_a_worker_that_is_killed_tells_it_once_more_under_the_same_id(waiting: Delivery, receiver: Receiver) -> None:
    sending._tell(Delivery.objects.get())  # told, and killed before it was marked
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    work_off()
    assert Delivery.objects.get().state == "done"
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1
