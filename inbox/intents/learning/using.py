"""Which model judges what arrives in a workspace: the shipped one, or one that learned there and was switched on."""

from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Workspace
from activity.log import record
from activity.types import EventType
from crm.errors import Conflict
from inbox.intents import local
from inbox.intents.features import FORMAT
from inbox.intents.learning.models import LearnedModel
from inbox.intents.local import LocalModel

State = LearnedModel.State


def model_of(workspace: Workspace) -> LocalModel:
    """One query. One made for features of an earlier version of Parley is passed over: its page says so."""
    on = LearnedModel.objects.filter(workspace=workspace, on_since__isnull=False, off_since=None, features=FORMAT)
    pk = on.values_list("pk", flat=True).first()
    return _read(pk) if pk else local.shipped()


@lru_cache(maxsize=8)
def _read(pk: UUID) -> LocalModel:
    """A model never changes once it is made."""
    return local.read(bytes(LearnedModel.objects.values_list("content", flat=True).get(pk=pk) or b""))


@transaction.atomic
def switch_on(*, actor: Actor, model: LearnedModel) -> None:
    """From now on it judges what arrives; what was judged stays as it is. Raises Conflict while it is not through."""
    locked = _locked(actor, model)
    if locked.state != State.DONE:
        raise Conflict("It has not judged the past yet: wait until you see what would change.", code="still_running")
    if locked.features != FORMAT:
        raise Conflict("It was made by an earlier version of Parley: train a new one.", code="outdated")
    if locked.is_on:
        return
    for other in LearnedModel.objects.select_for_update().filter(
        workspace=actor.workspace, on_since__isnull=False, off_since=None
    ):
        _off(actor, other)
    LearnedModel.objects.filter(pk=locked.pk).update(on_since=timezone.now(), off_since=None)
    record(actor, EventType.MODEL_SWITCHED, locked, version=locked.version, on=True)


@transaction.atomic
def switch_off(*, actor: Actor, model: LearnedModel) -> None:
    """The model that Parley comes with judges again."""
    locked = _locked(actor, model)
    if locked.is_on:
        _off(actor, locked)


@transaction.atomic
def discard(*, actor: Actor, model: LearnedModel) -> None:
    """It and what it said in the shadow are gone. Raises Conflict while it judges what arrives."""
    locked = _locked(actor, model)
    if locked.is_on:
        raise Conflict("It is at work on what arrives: switch it off first.", code="switched_on")
    locked.delete()


def _locked(actor: Actor, model: LearnedModel) -> LearnedModel:
    """Two switches of one workspace, one after the other."""
    actor.must_administer()
    actor.must_see_all()
    Workspace.objects.select_for_update().get(pk=actor.workspace.pk)
    return LearnedModel.objects.select_for_update().get(pk=model.pk, workspace=actor.workspace)


def _off(actor: Actor, model: LearnedModel) -> None:
    LearnedModel.objects.filter(pk=model.pk).update(off_since=timezone.now())
    record(actor, EventType.MODEL_SWITCHED, model, version=model.version, on=False)
