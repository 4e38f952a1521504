"""Who is told that Parley switched an endpoint off."""

from django.core.mail import EmailMessage

from accounts.models import Membership, Role
from activity.models import Event
from clients.models import Client
from desk.people.letters import send_due
from tests.cast import member
from tests.pages.conftest import signed_in
from webhooks.giving_up import switch_off
from webhooks.models import Endpoint


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
