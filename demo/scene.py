"""One conversation of the script, played: its messages by the door that every message takes, and what people did."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from accounts.actors import Actor, system
from accounts.models import Membership, Role
from contacts import actions as contacts
from contacts import labels
from crm.models import Versioned, Work
from deals import actions as deals
from deals.models import Deal
from demo import story
from demo.agency import Agency
from demo.arrivals import arrival, draft
from demo.progress import progress
from inbox import actions as inbox
from inbox import follow_ups, sending
from inbox.composing import notes
from inbox.intents.passes import judge
from inbox.messages import append, lock
from inbox.models import Conversation, IntentWork, Message
from inbox.receiving import receive
from inbox.tagging import reply_of, tag

# Something that happens, and when: it is called with its moment.
DELIVERED_AFTER = timedelta(minutes=1)
Beat = tuple[datetime, Callable[[datetime], None]]


class Scene:
    """`beats` are to be played in the order of their moments, together with those of all other scenes: then the event
    log reads like the days that it tells of."""

    conversation: Conversation
    deal: Deal | None = None

    def __init__(self, agency: Agency, client: str, told: story.Conversation, now: datetime) -> None:
        self.agency, self.client, self.told, self.now = agency, client, told, now

    def beats(self) -> Iterator[Beat]:
        moments = [message.moment(self.now) for message in self.told.messages]
        for number, moment in enumerate(moments, 1):
            yield moment, partial(self.say, number)
            if self.told.messages[number - 1].delivery is not None:
                yield moment + DELIVERED_AFTER, partial(self.deliver, number)
        yield moments[0], self.take_up
        for moment, stage in progress(self.told, self.now):
            yield moment, partial(self.advance, stage)
        for promise in self.told.follow_ups:
            before = [moment for moment in moments if moment < promise.due(self.now)]
            yield before[-1], partial(self.promise, promise)
        for note in self.told.notes:
            yield note.moment(self.now), partial(self.note, note)
        yield moments[-1], self.leave

    def say(self, number: int, moment: datetime) -> None:
        line = self.told.messages[number - 1]
        speaker = self.agency.narrator if line.inbound else self.agency.acting(line.sender)
        message = self._add(number, speaker.back_at(moment))
        if line.inbound:
            self._judge(message, line.corrected_intent)

    def deliver(self, number: int, moment: datetime) -> None:
        told = self.told.messages[number - 1].delivery
        if told is not None:
            message = self.conversation.messages.get(position=number)
            actor = self.agency.narrator.back_at(moment)
            sending.report(actor=actor, message=message, state=told.state, words=told.words)

    def note(self, told: story.Note, moment: datetime) -> None:
        actor = self.agency.acting(told.sender).back_at(moment)
        notes.write(actor=actor, conversation=self.conversation, body=told.body)

    def take_up(self, moment: datetime) -> None:
        """What is done about a new conversation: somebody gets it, and the person their company and labels."""
        backdate(self.conversation, moment)
        if self.told.assignee is not None:
            self._assign(self.agency.members[self.told.assignee], moment)
        actor, contact = self._somebody(moment), self.conversation.contact
        backdate(contact, moment)
        if self.told.lead.company:
            contacts.change(actor=actor, contact=contact, company=self.told.lead.company)
        for key in self.told.lead.labels:
            labels.bulk_label(actor=actor, contact_ids=[contact.pk], label=self.agency.labels[key], attach=True)

    def advance(self, stage: str, moment: datetime) -> None:
        """The deal comes into this stage, and into being where it is the first."""
        told = self.told.deal
        if told is None:
            return
        actor = self.agency.acting(told.owner).back_at(moment)
        if self.deal is not None:
            self.deal = deals.move(actor=actor, deal=self.deal, stage=stage, reason=told.lost_reason or "")
            return
        self.deal = deals.create(
            actor=actor, conversation_id=self.conversation.pk, stage=stage, title=told.title, value=told.value,
            currency=told.currency, notes=told.notes, owner_id=actor.id, expected_close_on=told.expected_on(self.now),
        )  # fmt: skip
        backdate(self.deal, moment)

    def promise(self, told: story.FollowUp, moment: datetime) -> None:
        owner = self.agency.acting(told.owner).back_at(moment)
        follow_up = follow_ups.create(
            actor=owner, conversation_id=self.conversation.pk, due_at=told.due(self.now), note=told.note,
            owner_id=owner.id,
        )  # fmt: skip
        backdate(follow_up, moment)

    def leave(self, moment: datetime) -> None:
        """How things stand after the last message."""
        actor, conversation = self._somebody(moment), lock(self.conversation)
        for key in self.told.labels:
            inbox.label(actor=actor, conversation=conversation, label=self.agency.labels[key])
        if not self.told.unread:
            inbox.mark_read(actor=actor, conversation=conversation)
        until = self.told.snoozed_until(self.now)
        if until is not None:
            inbox.snooze(actor=actor, conversation=conversation, until=until)
        if self.told.status == Conversation.Status.CLOSED:
            inbox.close(actor=actor, conversation=conversation)

    def _add(self, number: int, speaker: Actor) -> Message:
        if number > 1:
            conversation = lock(self.conversation)
            return append(
                actor=speaker, conversation=conversation, draft=draft(self.agency, self.told, number, self.now)
            )
        message, _ = receive(actor=speaker, arrival=arrival(self.agency, self.client, self.told, self.now))
        self.conversation = message.conversation
        return message

    def _judge(self, message: Message, corrected: str | None) -> None:
        """What the worker does after a commit, by the same passes; then what a person said to it."""
        moment = message.arrived_at
        tag(message, judge(reply_of(message)), by=system(self.agency.workspace, "intents").back_at(moment))
        IntentWork.objects.filter(message=message).update(state=Work.State.DONE, done_at=moment)
        if corrected is not None:
            conversation = lock(message.conversation)
            inbox.override_intent(actor=self._somebody(moment), conversation=conversation, intent=corrected)

    def _assign(self, member: Membership, moment: datetime) -> None:
        inbox.assign(actor=self._somebody(moment), conversation=lock(self.conversation), to=member)
        if member.role == Role.AGENT:
            Membership.objects.filter(pk=member.pk).update(last_assigned_at=moment)

    def _somebody(self, moment: datetime) -> Actor:
        return self.agency.acting(self.told.assignee).back_at(moment)


def backdate(row: Versioned, moment: datetime) -> None:
    """The row is as old as the first that is told of it."""
    type(row)._base_manager.filter(pk=row.pk, created_at__gt=moment).update(created_at=moment)
