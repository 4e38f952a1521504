"""How sure a label must be: moved by an admin, obeyed by what is shown and by what acts."""

from importlib import import_module

import pytest
from django.db import connection

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from contacts.models import Suppression
from crm.errors import Invalid, NotAllowed
from inbox import actions
from inbox.intents.labels import Intent
from inbox.intents.passes import NEEDS_A_LOOK
from inbox.models import Conversation, IntentThreshold
from inbox.reactions import SURE
from inbox.thresholds import move, thresholds
from tests.arrivals import wants
from tests.cast import a_workspace, acting
from tests.inbox.reacting import react


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_they_are_the_same_for_every_label_until_one_is_moved(owner: Membership, workspace: Workspace) -> None:
    assert thresholds(workspace) == dict.fromkeys(Intent, NEEDS_A_LOOK)
    assert move(actor=acting(owner), values={Intent.OBJECTION: 0.9, Intent.BOOKING: NEEDS_A_LOOK}) == [Intent.OBJECTION]
    assert thresholds(workspace) == {**dict.fromkeys(Intent, NEEDS_A_LOOK), Intent.OBJECTION: 0.9}
    assert thresholds(a_workspace()) == dict.fromkeys(Intent, NEEDS_A_LOOK)


def test_what_comes_next_needs_a_look_below_it(owner: Membership, us: Actor) -> None:
    move(actor=acting(owner), values={Intent.OBJECTION: 0.9, Intent.BOOKING: 0.6})
    shown = [
        fresh(wants(us, intent, confidence=confidence, sender=f"{number}@example.com")).needs_look
        for number, (intent, confidence) in enumerate(
            [(Intent.OBJECTION, 0.89), (Intent.OBJECTION, 0.9), (Intent.BOOKING, 0.61), (Intent.QUESTION, 0.69)]
        )
    ]
    assert shown == [True, False, False, True]


def test_what_is_open_is_looked_at_again_and_what_a_person_said_stays_sure(owner: Membership, us: Actor) -> None:
    unsure = wants(us, Intent.OBJECTION, confidence=0.82, sender="a@example.com")
    closed = wants(us, Intent.OBJECTION, confidence=0.82, sender="b@example.com")
    said = wants(us, Intent.QUESTION, confidence=0.82, sender="c@example.com")
    other = wants(us, Intent.BOOKING, confidence=0.82, sender="d@example.com")
    actions.close(actor=acting(owner), conversation=fresh(closed))
    actions.override_intent(actor=acting(owner), conversation=fresh(said), intent=Intent.OBJECTION)
    theirs = wants(system(a_workspace(), "test"), Intent.OBJECTION, confidence=0.82)
    move(actor=acting(owner), values={Intent.OBJECTION: 0.9})
    assert set(Conversation.objects.filter(needs_look=True)) == {unsure}
    move(actor=acting(owner), values={Intent.OBJECTION: 0.82})
    assert not Conversation.objects.filter(needs_look=True).exists()
    assert {closed, said, other, theirs} <= set(Conversation.objects.filter(needs_look=False))


def test_nothing_acts_below_it_and_what_takes_people_off_lists_never_below_its_own(
    owner: Membership, us: Actor
) -> None:
    move(actor=acting(owner), values={Intent.NOT_INTERESTED: 0.95})
    wants(us, Intent.NOT_INTERESTED, confidence=0.94, sender="a@example.com")
    react("close_uninterested")
    assert not Suppression.objects.exists()
    move(actor=acting(owner), values={Intent.NOT_INTERESTED: 0.6})
    wants(us, Intent.NOT_INTERESTED, confidence=SURE - 0.01, sender="b@example.com")
    wants(us, Intent.NOT_INTERESTED, confidence=SURE, sender="c@example.com")
    react("close_uninterested")
    assert [one.value for one in Suppression.objects.all()] == ["c@example.com"]


def test_what_was_open_when_the_usual_one_moved_is_looked_at_again(owner: Membership, us: Actor) -> None:
    move(actor=acting(owner), values={Intent.BOOKING: 0.6})
    between = wants(us, Intent.OBJECTION, confidence=0.75, sender="a@example.com")
    sure = wants(us, Intent.OBJECTION, confidence=0.78, sender="b@example.com")
    moved = wants(us, Intent.BOOKING, confidence=0.75, sender="c@example.com")
    closed = wants(us, Intent.OBJECTION, confidence=0.75, sender="d@example.com")
    said = wants(us, Intent.QUESTION, confidence=0.75, sender="e@example.com")
    theirs = wants(system(a_workspace(), "test"), Intent.BOOKING, confidence=0.75)
    actions.close(actor=acting(owner), conversation=fresh(closed))
    actions.override_intent(actor=acting(owner), conversation=fresh(said), intent=Intent.OBJECTION)
    Conversation.objects.update(needs_look=False)
    Conversation.objects.filter(pk__in=[sure.pk, moved.pk]).update(needs_look=True)
    versions = dict(Conversation.objects.values_list("pk", "version"))

    with connection.cursor() as cursor:
        cursor.execute(import_module("inbox.migrations.0014_looked_at_again").LOOK_AGAIN)
        assert cursor.rowcount == 4

    assert set(Conversation.objects.filter(needs_look=True)) == {between, theirs}
    assert dict(Conversation.objects.values_list("pk", "version")) == versions


@pytest.mark.parametrize("value", [0.49, 0.991, 0.0, -1, 7, float("nan")])
def test_a_share_that_means_nothing_is_refused(owner: Membership, value: float) -> None:
    with pytest.raises(Invalid, match="Choose from 50% to 99%"):
        move(actor=acting(owner), values={Intent.OBJECTION: value})
    assert not IntentThreshold.objects.exists()


@pytest.mark.parametrize("name", ["agent", "viewer", "other_client_agent"])
def test_only_who_administers_all_of_it_moves_them(request: pytest.FixtureRequest, name: str) -> None:
    with pytest.raises(NotAllowed):
        move(actor=acting(request.getfixturevalue(name)), values={Intent.OBJECTION: 0.9})
    assert not IntentThreshold.objects.exists()
