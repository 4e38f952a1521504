"""What one did can be taken back: once, soon, and by nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity import undoing
from activity.models import Undo
from activity.undoing import Touched, forget_old, offer, take_back
from clients.models import Client
from crm.errors import Conflict, NotAllowed, NotFound
from tests.cast import acting
from tests.crowd import at_once


@pytest.fixture(autouse=True)
def renaming(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of change that is taken back by giving a client its former name, unless somebody gave it another."""

    def restore(actor: Actor, data: dict[str, Any]) -> list[Touched]:
        client = Client.objects.get(pk=data["id"])
        if client.name != data["after"]:
            raise Conflict(f"It is called {client.name} by now.")
        client.name = data["before"]
        client.save()
        return [Touched("client", client.pk)]

    monkeypatch.setitem(undoing.RESTORERS, "test.renamed", restore)


def renamed(who: Membership, client: Client, name: str) -> Undo:
    before, client.name = client.name, name
    client.save()
    undo = offer(
        acting(who), "Renamed.", kind="test.renamed", data={"id": client.pk, "before": before, "after": name}
    )  # fmt: skip
    assert undo is not None
    return undo


@pytest.mark.django_db
def test_who_did_it_takes_it_back_and_learns_what_changed(agent: Membership, harbour: Client) -> None:
    undo = renamed(agent, harbour, "Harbour Cakes")

    undone, touched = take_back(acting(agent), undo.pk)

    harbour.refresh_from_db()
    assert (harbour.name, undone.sentence) == ("Harbour Bakery", "Renamed.")
    assert touched == [Touched("client", harbour.pk)]


@pytest.mark.django_db
def test_it_is_taken_back_once(agent: Membership, harbour: Client) -> None:
    undo = renamed(agent, harbour, "Harbour Cakes")
    take_back(acting(agent), undo.pk)
    with pytest.raises(Conflict, match="taken back already"):
        take_back(acting(agent), undo.pk)


@pytest.mark.django_db
def test_nobody_else_takes_it_back(agent: Membership, admin: Membership, outsider: Membership, harbour: Client) -> None:
    undo = renamed(agent, harbour, "Harbour Cakes")
    for other in (admin, outsider):
        with pytest.raises(NotFound):
            take_back(acting(other), undo.pk)
    harbour.refresh_from_db()
    assert harbour.name == "Harbour Cakes"


@pytest.mark.django_db
def test_what_somebody_changed_since_stays_and_the_offer_too(agent: Membership, harbour: Client) -> None:
    undo = renamed(agent, harbour, "Harbour Cakes")
    Client.objects.update(name="Harbour Pies")
    with pytest.raises(Conflict, match="called Harbour Pies by now"):
        take_back(acting(agent), undo.pk)
    Client.objects.update(name="Harbour Cakes")
    take_back(acting(agent), undo.pk)
    assert Client.objects.get().name == "Harbour Bakery"


@pytest.mark.django_db
def test_after_ten_minutes_it_is_too_late_and_after_a_day_it_is_forgotten(agent: Membership, harbour: Client) -> None:
    undo = renamed(agent, harbour, "Harbour Cakes")
    Undo.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(Conflict, match="too long ago"):
        take_back(acting(agent), undo.pk)
    assert forget_old() == 0
    Undo.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert forget_old() == 1
    assert not Undo.objects.exists()


@pytest.mark.django_db
def test_a_viewer_takes_nothing_back(agent: Membership, harbour: Client) -> None:
    undo = renamed(agent, harbour, "Harbour Cakes")
    agent.role = "viewer"
    with pytest.raises(NotAllowed):
        take_back(acting(agent), undo.pk)


@pytest.mark.django_db
def test_no_person_no_offer(workspace: Workspace) -> None:
    assert offer(system(workspace, "test"), "Done.", kind="test.renamed", data={}) is None
    assert not Undo.objects.exists()


@pytest.mark.django_db
def test_what_nobody_can_take_back_is_not_offered(agent: Membership) -> None:
    with pytest.raises(LookupError, match=r"test\.unknown"):
        offer(acting(agent), "Done.", kind="test.unknown", data={})


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_take_it_back_once(agent: Membership, harbour: Client) -> None:
    undo = renamed(agent, harbour, "Harbour Cakes")
    answers = at_once([lambda: take_back(acting(agent), undo.pk)] * 4)
    assert sum(isinstance(answer, tuple) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 3
