"""What admins and the team change about the workspace itself stands in the log, once for each change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Event
from contacts import labels
from contacts.actions import create
from deals import stages
from desk.settings.labels import join
from inbox.composing import canned
from inbox.intents.labels import Intent
from inbox.intents.llm import choosing
from inbox.thresholds import move
from integrations import connecting
from tests.cast import acting

SECRET = "sk-live-very-secret"


@pytest.fixture
def us(owner: Membership) -> Actor:
    return acting(owner)


def told() -> list[tuple[str, str, dict[str, Any]]]:
    rows = Event.objects.order_by("sequence")
    return [(event.type, event.actor_name, event.payload) for event in rows]


def test_labels(us: Actor) -> None:
    hot, warm = (labels.create(actor=us, name=name) for name in ("hot", "warm"))
    labels.change(actor=us, label=hot, name="Hot", colour="#ff0000")
    labels.change(actor=us, label=hot, name="Hot", colour="#ff0000")
    join(actor=us, label=hot, into=warm)
    labels.delete(actor=us, label=warm)
    assert told() == [
        ("label.created", "Olga Owner", {"name": "hot"}),
        ("label.created", "Olga Owner", {"name": "warm"}),
        ("label.updated", "Olga Owner", {"name": "Hot", "changed_fields": ["colour", "name"]}),
        ("label.joined", "Olga Owner", {"name": "Hot", "into": "warm"}),
        ("label.deleted", "Olga Owner", {"name": "warm"}),
    ]


def test_stages(us: Actor) -> None:
    demo = stages.create(actor=us, key="demo", name="Demo")
    stages.change(actor=us, stage=demo, probability=35, position=2)
    stages.change(actor=us, stage=demo, probability=35, position=2)
    stages.delete(actor=us, stage=demo)
    stages.bring_back(actor=us, stage=demo, position=1)
    about = {"key": "demo", "name": "Demo"}
    assert [(kind, payload) for kind, _, payload in told()] == [
        ("stage.created", about),
        ("stage.updated", {**about, "changed_fields": ["probability", "position"]}),
        ("stage.deleted", about),
        ("stage.created", about),
    ]


def test_canned_replies(us: Actor) -> None:
    reply = canned.create(actor=us, name="Thanks", body="Thank you.")
    fields: dict[str, Any] = {"name": "Thanks", "shortcut": "", "client_id": None}
    canned.change(actor=us, reply=reply, body="Thank you so much.", **fields)
    canned.restore(us, canned.delete(actor=us, reply=reply))
    assert [(kind, payload) for kind, _, payload in told()] == [
        ("canned_reply.created", {"name": "Thanks"}),
        ("canned_reply.updated", {"name": "Thanks", "changed_fields": ["body"]}),
        ("canned_reply.deleted", {"name": "Thanks"}),
        ("canned_reply.created", {"name": "Thanks"}),
    ]


def test_connections_and_no_secret_of_theirs(us: Actor) -> None:
    opened = connecting.connect(actor=us, system="quickreply", name="Our line")
    one = opened.connection
    connecting.pause(actor=us, connection=one)
    connecting.pause(actor=us, connection=one)
    connecting.resume(actor=us, connection=one)
    connecting.change(actor=us, connection=one, name="The line", given={"auth_key": SECRET})
    connecting.disconnect(actor=us, connection=one)
    about = {"system": "quickreply", "name": "Our line"}
    assert [(kind, payload) for kind, _, payload in told()] == [
        ("connection.created", about),
        ("connection.paused", about),
        ("connection.resumed", about),
        ("connection.updated", {"system": "quickreply", "name": "The line", "changed_fields": ["name", "auth_key"]}),
        ("connection.removed", {"system": "quickreply", "name": "The line"}),
    ]
    assert SECRET not in str(told())


def test_a_new_webhook_address_and_nothing_of_it(us: Actor) -> None:
    one = connecting.connect(actor=us, system="jivochat", name="Chat").connection
    url = connecting.renew_address(actor=us, connection=one)
    assert told()[-1] == ("connection.address_renewed", "Olga Owner", {"system": "jivochat", "name": "Chat"})
    assert url.rsplit("/", 1)[1] not in str(told())


def test_thresholds_and_the_language_model_without_its_key(us: Actor) -> None:
    move(actor=us, values={Intent.BOOKING: 0.75})
    move(actor=us, values={Intent.BOOKING: 0.75})
    choice = choosing.Choice(model="tiny", api_key=SECRET, enabled=True, base_url="https://llm.example.com/v1")
    choosing.choose(actor=us, choice=choice)
    moved, chosen = told()
    assert moved[0] == "thresholds.moved"
    assert list(moved[2]["moved"]) == ["booking"]
    assert moved[2]["moved"]["booking"][1] == 0.75
    assert chosen[0] == "llm.updated"
    assert chosen[2] == {
        "enabled": True, "kind": "openai", "model": "tiny", "changed_fields": ["base_url", "enabled", "model", "key"]
    }  # fmt: skip
    assert SECRET not in str(told())


def test_who_took_the_people_as_a_file_and_how_many(
    us: Actor, owner: Membership, browse: Callable[[Membership], Browser]
) -> None:
    create(actor=us, name="Priya")
    b"".join(browse(owner).get("/contacts/export"))
    assert told()[1:] == [("data.exported", "Olga Owner", {"what": "people", "count": 1})]
