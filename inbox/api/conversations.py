"""`/conversations`, and the labels on one."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.response import Response

from accounts.models import Workspace
from contacts import labels
from contacts.models import Label
from contacts.serializers import LabelChoice
from crm.api.paging import Order, Paging
from crm.api.requests import ApiRequest
from crm.api.views import ApiView, Changed, Changing, Created, Found, Listed, Read, Verb
from inbox import actions, opening
from inbox.filters import ConversationFilters
from inbox.models import Conversation
from inbox.serializers.conversations import ConversationChange, ConversationShown, ConversationTaken

MORNING = time(9)


class ConversationView(ApiView):
    """Threads with one contact on one channel."""

    noun, nouns = "conversation", "conversations"
    shows = ConversationShown

    def rows(self) -> QuerySet[Any]:
        rows = Conversation.objects.visible_to(self.actor).select_related("contact", "identity", "intent_tag")
        return rows.defer("contact__search").prefetch_related("labels")


class Conversations(Listed, Created, ConversationView):
    """Threads with one contact on one channel, newest activity first. A POST with an `external_id` that is known here
    answers with the first one, 200."""

    filters = ConversationFilters
    takes = ConversationTaken
    paging = Paging(order=Order("sorted_at"))

    def create(self, given: dict[str, Any]) -> Any:
        conversation, new = opening.open_conversation(actor=self.actor, **given)
        return conversation if new else Found(conversation)


class OneConversation(Read, Changed, ConversationView):
    """status: `snoozed` without `snoozed_until` means until tomorrow morning."""

    takes_change = ConversationChange

    def change(self, row: Conversation, given: dict[str, Any]) -> None:
        if "assigned_to" in given:
            to = actions.assignable(self.actor, given["assigned_to"])
            actions.assign(actor=self.actor, conversation=row, to=to)
        if "intent" in given:
            actions.override_intent(actor=self.actor, conversation=row, intent=given["intent"])
        if "status" in given or "snoozed_until" in given:
            self.change_status(row, given)
        if "unread" in given:
            mark = actions.mark_unread if given["unread"] else actions.mark_read
            mark(actor=self.actor, conversation=row)
        if "turn" in given:
            actions.no_reply_needed(actor=self.actor, conversation=row)

    def change_status(self, row: Conversation, given: dict[str, Any]) -> None:
        until = given.get("snoozed_until")
        status = given.get("status") or ("snoozed" if until else None)
        if status is None and row.status == Conversation.Status.SNOOZED:  # snoozed_until is null: wake it
            status = "active"
        if status == "active":
            actions.reopen(actor=self.actor, conversation=row, reason="by hand")
        elif status == "closed":
            actions.close(actor=self.actor, conversation=row)
        elif status == "snoozed" and (until or row.status != Conversation.Status.SNOOZED):
            until = until or tomorrow_morning(self.actor.workspace)
            actions.snooze(actor=self.actor, conversation=row, until=until)


class ConversationLabels(Verb, ConversationView):
    """Put a label on; a name that is no label yet becomes one. DELETE takes one off."""

    takes = LabelChoice
    answers = {"DELETE": {"conversation": ConversationShown}}

    def act(self, row: Conversation, given: dict[str, Any]) -> None:
        label = labels.chosen(actor=self.actor, label_id=given.get("label_id"), name=given.get("label", ""))
        actions.label(actor=self.actor, conversation=row, label=label)

    def delete(self, request: ApiRequest, **named: str) -> Response:
        given = self.given(LabelChoice)
        label = labels.chosen(
            actor=self.actor, label_id=given.get("label_id"), name=given.get("label", ""), make=False
        )  # fmt: skip
        self.changing(lambda row: actions.unlabel(actor=self.actor, conversation=row, label=label))
        return self.answer(self.row())


class ConversationLabel(Changing, ConversationView):
    """Take a label off."""

    answers = {"DELETE": {"conversation": ConversationShown}}

    def delete(self, request: ApiRequest, **named: str) -> Response:
        self.changing(self.unlabel)
        return self.answer(self.row())

    def unlabel(self, conversation: Conversation) -> None:
        label = self.row(Label.objects.visible_to(self.actor), "label", self.kwargs["label_id"])
        actions.unlabel(actor=self.actor, conversation=conversation, label=label)


def tomorrow_morning(workspace: Workspace) -> datetime:
    """At nine, where the workspace is."""
    zone = ZoneInfo(workspace.time_zone)
    return datetime.combine(timezone.now().astimezone(zone).date() + timedelta(days=1), MORNING, zone)
