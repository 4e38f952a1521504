"""Telling systems what happened: once a quiet moment, never what they told us, until it arrives or is given up."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from activity.consumers import consume_all
from contacts import actions as contacts
from contacts.models import Contact
from integrations import pushing
from integrations.base import Connected, Failed, Wanted
from integrations.connecting import Opened, connect
from integrations.models import Connection, Push
from tests.arrivals import wait_until_readable
from tests.cast import acting
from tests.integrations.plain import Plain, nothing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listening(plain: Plain) -> None:
    """The plain system came after the rooms were ready: the log is read for it too."""
    pushing.listen()


def person(owner: Any, **fields: Any) -> Contact:
    return contacts.create(actor=acting(owner), name="Priya Sharma", email="priya@example.com", **fields)


def a_wish(opened: Opened, contact: Contact, after: float = 0) -> None:
    pushing.wish(opened.connection, Wanted("contact", contact.pk, {"event": "x"}, after=after))


def test_ten_edits_are_one_call_after_a_quiet_moment(opened: Opened, listening: None, plain: Plain, owner: Any) -> None:
    contact = person(owner)
    for number in range(10):
        contacts.change(actor=acting(owner), contact=contact, name=f"Priya {number}")
    wait_until_readable()
    consume_all()
    assert (pushing.work_off(), Push.objects.count(), Push.objects.get().wishes) == (0, 1, 11)
    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        assert pushing.work_off() == 1
    push = Push.objects.get()
    assert (push.state, push.outcome, plain.sent) == ("done", "Told contact.updated", [f"{push.pk}-1"])


def test_however_often_it_is_wished_for_it_is_put_off_by_half_a_minute_at_most(opened: Opened, owner: Any) -> None:
    contact, began = person(owner), timezone.now()
    for seconds in range(0, 60, 4):
        with time_machine.travel(began + timedelta(seconds=seconds), tick=False):
            a_wish(opened, contact, after=5)
    assert Push.objects.get().due_at <= began + timedelta(seconds=31)


def test_what_a_system_told_us_is_told_to_the_others_alone(
    opened: Opened, listening: None, plain: Plain, owner: Any
) -> None:
    other = connect(actor=acting(owner), system="plain", name="Other", settings={"api_key": "k"}).connection
    contacts.create(actor=Connected(opened.connection).actor, name="From there", email="from@example.com")
    wait_until_readable()
    consume_all()
    assert list(Push.objects.values_list("connection", flat=True)) == [other.pk]


def test_a_connection_hears_of_its_own_side_of_the_wall_alone(
    opened: Opened, listening: None, owner: Any, harbour: Any
) -> None:
    theirs = connect(
        actor=acting(owner), system="plain", name="Harbour", client_id=harbour.pk, settings={"api_key": "k"}
    ).connection  # fmt: skip
    contact = contacts.create(actor=acting(owner), name="At the harbour", client_id=harbour.pk)
    wait_until_readable()
    consume_all()
    assert list(Push.objects.values_list("connection", "subject_id")) == [(theirs.pk, contact.pk)]


def test_what_changes_while_it_is_sent_is_sent_again_as_a_new_call(opened: Opened, plain: Plain, owner: Any) -> None:
    contact = person(owner)
    a_wish(opened, contact)

    def edited_meanwhile(push: Push) -> None:
        if push.round == 1:
            a_wish(opened, contact)

    plain.in_send = edited_meanwhile
    assert pushing.work_off() == 2
    push = Push.objects.get()
    assert (push.state, plain.sent) == ("done", [f"{push.pk}-1", f"{push.pk}-2"])


def test_a_retry_bears_the_same_key(opened: Opened, plain: Plain, owner: Any) -> None:
    a_wish(opened, person(owner))
    keys: list[str] = []

    def cut(push: Push) -> None:
        keys.append(push.idempotency_key)
        if len(keys) < 3:
            raise RuntimeError("cut")

    plain.in_send = cut
    for hours in (0, 1, 2):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            pushing.work_off()
    assert (len(keys), len(set(keys)), Push.objects.get().state) == (3, 1, "done")


def test_what_they_refuse_for_good_is_given_up_once_and_sent_again_by_hand(
    opened: Opened, plain: Plain, owner: Any
) -> None:
    a_wish(opened, person(owner))

    def refuse(push: Push) -> None:
        raise Failed("They do not know this number.")

    plain.in_send = refuse
    pushing.work_off()
    push = Push.objects.get()
    assert (push.state, push.last_error) == ("dead", "They do not know this number.")
    assert plain.given_up == ["They do not know this number."]
    plain.in_send = nothing
    pushing.replay(actor=acting(owner), push=push)
    pushing.work_off()
    assert plain.sent == [f"{push.pk}-2"]


def test_a_connection_that_ended_is_told_nothing(opened: Opened, listening: None, plain: Plain, owner: Any) -> None:
    a_wish(opened, person(owner))
    Connection.objects.update(deleted_at=timezone.now())
    assert (pushing.work_off(), plain.sent) == (0, [])
    wait_until_readable()
    consume_all()
    assert Push.objects.count() == 1
