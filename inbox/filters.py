"""How the lists of conversations and follow-ups are narrowed."""

from typing import Any

from django.db.models import Exists, OuterRef

from contacts.filters import LabelFilter, PeopleFilters
from contacts.models import Contact
from crm.filters import Filters, IdFilter, IdOrNoneFilter, MomentFilter, OneOfFilter, TextFilter, YesNoFilter
from inbox.channels import Channel
from inbox.models import INTENTS, Conversation, Message


class ConversationFilters(PeopleFilters):
    """updated_after: changed at or after this time, so that nothing is missed between two polls."""

    status = OneOfFilter(choices=Conversation.Status.choices)
    channel = OneOfFilter(choices=Channel.choices)
    campaign_id = IdFilter(field_name="campaign_id")
    client_id = IdFilter(field_name="client_id")
    contact_id = IdFilter(field_name="contact_id")
    intent = OneOfFilter(choices=INTENTS)
    assigned_to = IdOrNoneFilter(field_name="assignee_id")
    label = LabelFilter()
    unread = YesNoFilter(method="is_unread")
    turn = OneOfFilter(choices=Conversation.Turn.choices)
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")
    search = TextFilter(method="said")

    def is_unread(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(unread_count__gt=0) if value == "true" else rows.filter(unread_count=0)

    def said(self, rows: Any, name: str, value: str) -> Any:
        """Those whose person or any message has these words."""
        query = self.words(value)
        if query is None:
            return rows.none()
        people = Contact.objects.filter(pk=OuterRef("contact"), search=query)
        messages = Message.objects.filter(conversation=OuterRef("pk"), search=query)
        return rows.filter(Exists(people) | Exists(messages))


class FollowUpFilters(Filters):
    done = YesNoFilter(field_name="done_at", lookup_expr="isnull", exclude=True)
    owner = IdOrNoneFilter(field_name="owner_id")
    client_id = IdFilter(field_name="client_id")
    contact_id = IdFilter(field_name="contact_id")
    conversation_id = IdFilter(field_name="conversation_id")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")
    due_after = MomentFilter(field_name="due_at", lookup_expr="gte")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")
