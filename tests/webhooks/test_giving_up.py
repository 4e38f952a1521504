"""Who is told that Parley switched an endpoint off."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Letter, Membership, Role
from activity.models import Event
from clients.models import Client
from desk.people.letters import send_due
from tests.cast import member
from tests.pages.conftest import signed_in
from tests.webhooks.conftest import Receiver
from webhooks import endpoints, sending
from webhooks.giving_up import switch_off
from webhooks.models import Delivery, Endpoint


def test_whoever_looks_after_an_endpoint_that_was_switched_off_is_told_by_mail_once(
    endpoint: Endpoint, owner: Membership, admin: Membership, agent: Membership, outsider: Membership, harbour: Client,
    meadow: Client, mailoutbox: list[EmailMessage],
) -> None:  # fmt: skip
    """Of an endpoint of one client: of its admins, not of another client's."""
    Endpoint.objects.update(client=harbour, description="The shop")
    endpoint.refresh_from_db()
    ours = member(owner.workspace, "Hera Harbour", Role.ADMIN, clients=[harbour])
    member(owner.workspace, "Mia Meadow", Role.ADMIN, clients=[meadow])
    gone = member(owner.workspace, "Gone Admin", Role.ADMIN)
    Membership.objects.filter(pk=gone.pk).update(is_active=False)
    for _ in range(2):
        switch_off(endpoint, "It failed for 5 days.")
    send_due()
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(one.user.email for one in (owner, admin, ours))
    subject, body = mailoutbox[0].subject, str(mailoutbox[0].body)
    assert subject == "The webhook to 127.0.0.1 was switched off"
    assert ("(The shop). It failed for 5 days." in body, f"/settings/webhooks/{endpoint.pk}" in body) == (True, True)
    assert "s3cret" not in f"{subject} {body}"  # which its address holds
    event = Event.objects.get(type="endpoint.updated")
    assert (event.payload, event.actor_kind) == ({"host": "127.0.0.1", "changed_fields": ["is_active"]}, "system")
    page = signed_in(owner).get(f"/settings/webhooks/{endpoint.pk}").content.decode()
    assert "It failed for 5 days. The owners and admins who see it were told by mail." in page


@pytest.mark.parametrize("answer", [410, 500])
def test_what_the_old_address_answers_late_is_not_held_against_the_new_one(
    us: Actor, endpoint: Endpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, answer: int
) -> None:
    """It failed for days, and is moved while one try is on its way; what was to be told is told at the new address."""
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    Delivery.objects.create(workspace=us.workspace, endpoint=endpoint, type="webhook.test", due_at=timezone.now())
    receiver.answers = [(answer, {})]
    say = sending.say

    def says_and_is_moved(asked: Endpoint, message_id: str, body: bytes) -> sending.Said:
        said = say(asked, message_id, body)
        if said.status == answer:
            endpoints.change(actor=us, endpoint=endpoint, url=f"{receiver.url}&new=1")
        return said

    monkeypatch.setattr(sending, "say", says_and_is_moved)
    sending.work_off()
    now = Endpoint.objects.get()
    assert (now.is_active, now.off_words, now.failing_since) == (True, "", None)
    assert not Letter.objects.exists()
    Delivery.objects.update(due_at=timezone.now())
    sending.work_off()
    assert [path[-6:] for path, _ in receiver.told] == ["s3cret", "&new=1"]
    assert Delivery.objects.get().state == "done"


def test_one_that_did_well_meanwhile_is_not_given_up(endpoint: Endpoint) -> None:
    switch_off(endpoint, "It failed for 5 days.", since=timezone.now() - timedelta(days=6))
    assert Endpoint.objects.get().is_active
