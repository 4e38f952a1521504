"""Two clients live at random, one goes: everything of it is with the other then, and nothing of a third was touched."""

from random import Random
from typing import Any

import pytest
from django.apps import apps

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Event
from clients.leaving.models import Leaving
from clients.models import Client, Side
from contacts.models import Contact, Identity
from inbox.chain import faults
from inbox.models import Conversation
from tests.cast import acting
from tests.clients.leaving.life import finish, finish_while_killed, go, holder, live, told

pytestmark = pytest.mark.django_db
SEEDS = range(1)


@pytest.fixture
def us(owner: Membership) -> Actor:
    return acting(owner)


def of_client(client: Client) -> dict[str, int]:
    """The tables that still name the client, but for what is the client itself."""
    left: dict[str, int] = {}
    for model in apps.get_models():
        for one in model._meta.fields:
            if one.related_model is Client and model != Leaving:
                count = model._base_manager.filter(**{one.name: client}).count()
                left |= {f"{model.__name__}.{one.name}": count} if count else {}
    return left


def snapshot(client: Client | None, us: Actor) -> dict[str, Any]:
    """Every row of a client in every table that has one, column by column."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        names = {one.name for one in model._meta.fields}
        if "wall" in names:
            wall = client.pk if client else us.workspace.pk
            found[model.__name__] = sorted(map(str, model._base_manager.filter(wall=wall).values()))
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("to_workspace", [False, True], ids=["another client", "the workspace"])
def test_everything_is_with_the_target_and_nothing_else_was_touched(
    us: Actor, harbour: Client, meadow: Client, seed: int, to_workspace: bool
) -> None:
    random = Random(seed)  # noqa: S311  (a test's own dice)
    third = Client.objects.create(workspace=us.workspace, name="Third")
    live(us, harbour, random)
    target = None if to_workspace else meadow
    live(us, target, random)
    live(us, third, random)
    here, there, others = told(us, harbour), told(us, target), snapshot(third, us)
    people = list(Contact.objects.filter(client=harbour).values_list("pk", flat=True))
    addresses = dict(Identity.objects.filter(client=harbour).values_list("value", "contact"))

    before = snapshot(harbour, us)
    leaving = go(us, harbour, fate="move", target=target)
    run = finish(leaving) if seed else finish_while_killed(leaving, random)

    assert not [name for name, rows in before.items() if not rows and name != "MatchKey"], "a table nobody lived in"
    assert (run.state, run.last_error, run.failed_count, run.total) == ("done", "", 0, run.handled)
    assert of_client(harbour).keys() <= {"Event.client", "ApiKey.client", "DealState.client"}  # as they stood then
    assert set(Event.objects.filter(client=harbour).values_list("subject_type", flat=True)) <= {"client", "apikey"}
    assert snapshot(third, us) == others
    after = told(us, target)
    for kind in ("messages", "conversations", "deals", "history"):
        assert after[kind] == sorted(here[kind] + there[kind]), kind
    for kind in ("addresses", "suppressed"):
        assert after[kind] == sorted({*here[kind], *there[kind]}), kind
    wall = target.pk if target else us.workspace.pk
    for value, contact in addresses.items():
        assert Identity.objects.get(wall=wall, kind="email", value=value).contact_id == holder(contact)
    assert {Contact.objects.get(pk=holder(pk)).client for pk in people} == {target}
    assert not list(faults(Conversation.objects.filter(workspace=us.workspace)))
    for one in Conversation.objects.filter(wall=wall).exclude(identity=None):
        assert one.identity is not None
        assert one.identity.contact_id == one.contact_id
    assert not Side.objects.filter(wall=harbour.pk).exists()
    total = sum(count for words, count in leaving.owned if words in ("conversations", "messages"))
    assert total == len(here["conversations"]) + len(here["messages"])
