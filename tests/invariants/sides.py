"""A row of every table, on one side of a wall: what the attacks on walls try to link."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models
from django.utils import timezone

from accounts import keys
from accounts.actors import Actor, person, system
from accounts.models import ApiKey, IdempotentRequest, Invitation, InvitationLink, Letter, Workspace
from activity.models import Event, EventWork, Handled, ReactionSwitch, Run
from activity.runs import note, start
from activity.undoing import offer
from clients.leaving.models import ExportPart, Leaving
from clients.models import Campaign, Client
from contacts import labels, segments
from contacts.actions import create as create_contact
from contacts.imports import uploads
from contacts.imports.importing import Plan, begin
from contacts.likeness import compare_waiting
from contacts.merging import merge
from contacts.models import SegmentMember, Suppression, Upload
from deals import actions as deals
from deals.models import ColumnFold
from deals.stages import lay_out
from desk.models import SavedView, ViewPlace
from inbox import actions, follow_ups, sending
from inbox.composing import canned, drafts, notes, presence
from inbox.composing.models import StepAnswer
from inbox.intents.labels import Intent
from inbox.intents.learning.models import LearnedModel, ShadowTag
from inbox.intents.llm.models import LlmDay, LlmSettings, LlmWork
from inbox.messages import File
from inbox.models import Conversation, IntentThreshold, Message, MessageDelivery, OutsideId
from inbox.opening import open_conversation
from integrations.models import Connection, InboundEvent, Link, Push, SyncRun, Watermark
from reports.models import Recipient, ReportMail, SavedReport, Schedule, SharedReport, WorkingHours
from tests.arrivals import judged, write_in
from tests.cast import member
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.signing import new_secret


@dataclass
class Side:
    """Everything of one client of one workspace, or of the workspace itself."""

    workspace: Workspace
    client: Client | None
    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)

    def first(self, model: type[models.Model]) -> Any:
        """The id of the row of `model` that everything hangs on."""
        return self.rows[model][0]

    def last(self, model: type[models.Model]) -> Any:
        """The id of a row of `model` that nothing hangs on yet."""
        return self.rows[model][-1]


def owned() -> list[type[models.Model]]:
    """Every table whose rows belong to a workspace."""
    return [model for model in apps.get_models() if any(one.name == "workspace" for one in model._meta.fields)]


def build(workspace: Workspace, client: Client | None = None, called: str = "") -> Side:
    """called: what stands in every name and text, where it is not the client's name or the workspace's."""
    before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in owned()}
    going = Client.objects.create(workspace=workspace, name=f"Going, beside {client or workspace}")
    Client.objects.create(workspace=workspace, name=f"Beside {client or workspace}")
    _live(workspace, client, called or str(client or workspace))
    _leave(going)
    side = Side(workspace, client)
    for model in owned():
        new = set(model._base_manager.values_list("pk", flat=True)) - before[model]
        side.rows[model] = sorted(new)
    return side


def _live(workspace: Workspace, client: Client | None, name: str) -> None:
    """What a day at work leaves behind."""
    actor = system(workspace, "test")
    whose = client.pk if client else None
    campaign = Campaign.objects.create(workspace=workspace, client=client, name=name)
    connection = Connection.objects.create(workspace=workspace, client=client, system="muro", name=name)
    someone = member(workspace, f"Member of {name}", clients=[client] if client else None)
    message = write_in(
        actor, f"Hello from {name}", name=f"Priya of {name}", sender=f"{connection.pk}@example.com", client_id=whose,
        connection_id=connection.pk, campaign_id=campaign.pk, files=[File("a.txt", "text/plain", b"abc")],
    )  # fmt: skip
    conversation = message.conversation
    tag = judged(message, Intent.INTERESTED)
    assert tag is not None
    LlmWork.objects.create(workspace=workspace, message=message, due_at=timezone.now())
    MessageDelivery.objects.create(workspace=workspace, message=message, state="sent", occurred_at=timezone.now())
    label = labels.create(actor=actor, name=f"Label of {name}")
    actions.label(actor=actor, conversation=conversation, label=label)
    labels.bulk_label(actor=actor, contact_ids=[conversation.contact_id], label=label, attach=True)
    follow_ups.create(actor=actor, conversation_id=conversation.pk, due_at=timezone.now(), owner_id=someone.pk)
    deals.create(actor=actor, conversation_id=conversation.pk, owner_id=someone.pk)
    other = create_contact(actor=actor, name=f"Twin of {name}", client_id=whose)
    merge(actor=actor, winner=conversation.contact, loser=other)
    Suppression.objects.create(
        workspace=workspace, client=client, kind="email", value="gone@example.com", reason="bounced"
    )
    write_in(actor, sender=f"late-{connection.pk}@example.com", client_id=whose, direction="outbound")
    segment = segments.create(actor=actor, name=name, filters={"status": "active"}, client_id=whose)
    SegmentMember.objects.filter(segment=segment, contact=conversation.contact).delete()
    stranger = create_contact(actor=actor, name=f"Stranger of {name}", client_id=whose)
    open_conversation(actor=actor, channel="email", contact_id=stranger.pk)
    _write(person(someone), conversation, whose, name)
    _import(person(someone), whose)
    _arrange(person(someone), client, name)
    _connect(connection, message)
    _report(person(someone), client)
    keys.create_api_key(actor=actor, name=name, client=client)
    _invite(person(someone), f"{connection.pk}@example.com")
    _rest(workspace, ApiKey.objects.filter(workspace=workspace).latest("created_at"))


def _leave(client: Client) -> None:
    """A client that goes, and what was written out of it."""
    run = Run.objects.filter(workspace=client.workspace, kind="contacts.import").latest("created_at")
    leaving = Leaving.objects.create(workspace=client.workspace, client=client, fate="erase", run=run)
    ExportPart.objects.create(
        workspace=client.workspace, leaving=leaving, name=f"{client.pk}.txt", number=0, content=b"a"
    )


def _write(someone: Actor, conversation: Conversation, client: UUID | None, name: str) -> None:
    """What an agent leaves in the composer."""
    sending.reply(actor=someone, conversation=conversation, body="Gladly.", token=uuid4())
    notes.write(actor=someone, conversation=conversation, body=f"Ask @{someone.name}")
    drafts.keep(actor=someone, conversation=conversation, kind="reply", body=f"Dear {name}", seen=1, token=uuid4())
    canned.create(actor=someone, name=f"Thanks of {name}", body=f"Thank you, {name}.", client_id=client)
    presence.beat(actor=someone, conversation=conversation, window=uuid4(), writing=True)
    presence.read(someone, conversation, 1)
    message = conversation.messages.order_by("position")[0]
    StepAnswer.objects.create(
        workspace=someone.workspace, message=message, key="time", taken=True, member=someone.membership
    )


def _arrange(someone: Actor, client: Client | None, name: str) -> None:
    """How a person has set up their pages, and what they may still take back."""
    own: dict[str, Any] = {"workspace": someone.workspace, "member": someone.membership}
    offer(someone, "Follow-up planned.", kind=follow_ups.KIND, data={})
    ColumnFold.objects.create(**own, stage=lay_out(someone.workspace)[0], folded=True)
    view = SavedView.objects.create(**own, client=client, room="inbox", name=f"View of {name}")
    ViewPlace.objects.create(**own, view=view, position=1)


def _import(someone: Actor, client: UUID | None) -> None:
    """A file of people, and the two of them who look like one."""
    assert someone.membership is not None
    upload = uploads.take_in(actor=someone, name="people.csv", content=b"name\nAnn One\n")
    run = begin(actor=someone, upload=upload, plan=Plan(["name"], client=client))
    note(run, number=int(run.pk.hex[-6:], 16), outcome="failed", words="This is no name.")
    # What nothing hangs on yet.
    start(someone, kind="contacts.bulk", title="Labels", params={})
    Upload.objects.create(
        workspace=someone.workspace, member=someone.membership, name="empty.csv", encoding="utf-8", delimiter=",",
        columns=["name"], row_count=0,
    )  # fmt: skip
    for _ in range(2):
        create_contact(actor=someone, name="Ann One", client_id=client)
    while compare_waiting():
        pass


def _report(someone: Actor, client: Client | None) -> None:
    """Reports that somebody keeps, gets by mail and shares."""
    own: dict[str, Any] = {"workspace": someone.workspace, "member": someone.membership}
    due = timezone.now()
    saved = [
        SavedReport.objects.create(**own, client=client, report="speed", name=f"{number} of {client}")
        for number in range(4)
    ]
    when = {"workspace": someone.workspace, "every": "day", "hour": 8, "time_zone": "UTC", "due_at": due}
    schedules = [Schedule.objects.create(**when, saved=one) for one in saved[:3]]
    gets, _ = [Recipient.objects.create(**own, schedule=one) for one in schedules[:2]]
    ReportMail.objects.create(workspace=someone.workspace, recipient=gets, for_time=due, due_at=due)
    shared = client or Client.objects.filter(workspace=someone.workspace).latest("created_at")
    SharedReport.objects.create(
        **own, client=shared, report="speed", digest=uuid4().hex, begins="prl_", expires_at=due + timedelta(days=30)
    )
    WorkingHours.objects.get_or_create(
        workspace=someone.workspace, defaults={"days": [0], "opens": 540, "closes": 1020}
    )


def _invite(someone: Actor, email: str) -> None:
    """Somebody who is asked to join, and what was mailed to them."""
    own: dict[str, Any] = {"workspace": someone.workspace}
    asks: dict[str, Any] = {**own, "invited_by": someone.membership, "expires_at": timezone.now() + timedelta(days=7)}
    asked, _ = [Invitation.objects.create(**asks, email=each, role="agent") for each in (email, f"second-{email}")]
    InvitationLink.objects.create(**own, invitation=asked, digest=uuid4().hex)
    Letter.objects.create(**own, kind="invitation", to=email, invitation=asked, due_at=timezone.now())
    Letter.objects.create(**own, kind="notice", to=email, member=someone.membership, due_at=timezone.now())


def _connect(connection: Connection, message: Message) -> None:
    """What a connection keeps of its outside system."""
    own: dict[str, Any] = {"workspace": connection.workspace, "connection": connection}
    run = SyncRun.objects.create(**own, due_at=timezone.now())
    InboundEvent.objects.create(**own, key="evt_1", type="visitor.identified", due_at=timezone.now(), run=run)
    SyncRun.objects.create(**own, due_at=timezone.now(), state=SyncRun.State.DONE)
    Push.objects.create(**own, kind="reply", subject_id=message.pk, due_at=timezone.now(), wished_at=timezone.now())
    Link.objects.create(**own, kind="label", external_id="lbl_1", subject_id=message.pk)
    Watermark.objects.create(**own, stream="contacts")
    OutsideId.objects.create(
        workspace=connection.workspace, client_id=connection.client_id, message=message, connection=connection,
        external_id="msg_1",
    )  # fmt: skip
    Connection.objects.create(workspace=connection.workspace, client_id=connection.client_id, system="muro", name="2")


def _rest(workspace: Workspace, key: ApiKey) -> None:
    """What stands beside the work itself."""
    event = workspace_event(workspace)
    Handled.objects.get_or_create(consumer=f"test {key.pk}", event_id=event, workspace=workspace)
    EventWork.objects.create(consumer=f"test {key.pk}", event_id=event, workspace=workspace, due_at=timezone.now())
    ReactionSwitch.objects.create(workspace=workspace, reaction=f"test {key.pk}")
    intent = list(Intent)[IntentThreshold.objects.filter(workspace=workspace).count()]
    IntentThreshold.objects.create(workspace=workspace, intent=intent, value=0.8)
    days = LlmDay.objects.filter(workspace=workspace).count()
    LlmDay.objects.create(workspace=workspace, day=timezone.now().date() - timedelta(days=days))
    LlmSettings.objects.get_or_create(workspace=workspace)
    _learn(workspace)
    _listen(workspace, key.client_id)
    IdempotentRequest.objects.create(
        workspace=workspace, sender=key.pk, key="once", fingerprint="f", status=201, body="{}"
    )


def _listen(workspace: Workspace, client: UUID | None) -> None:
    """Somebody elsewhere who is told; nobody answers there."""
    endpoint = Endpoint.objects.create(
        workspace=workspace, client_id=client, url="http://127.0.0.1:9/", secrets={"secret": new_secret()}
    )
    delivery = Delivery.objects.create(
        workspace=workspace, endpoint=endpoint, event_id=workspace_event(workspace), type="deal.created",
        due_at=timezone.now(),
    )  # fmt: skip
    Attempt.objects.create(workspace=workspace, delivery=delivery, status=500, milliseconds=3)


def _learn(workspace: Workspace) -> None:
    """A model that learned here, and a message that it judges otherwise."""
    model = LearnedModel.objects.create(workspace=workspace, features=2, due_at=timezone.now(), state="done")
    message = Message.objects.filter(workspace=workspace, direction="inbound").latest("pk")
    ShadowTag.objects.create(
        workspace=workspace, model=model, message=message, was="question", was_confidence=0.9, intent="booking",
        confidence=0.8, acts_now=True,
    )  # fmt: skip


def workspace_event(workspace: Workspace) -> int:
    return Event.objects.filter(workspace=workspace).latest("sequence").sequence
