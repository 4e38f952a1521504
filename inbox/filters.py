"""How the lists of conversations and follow-ups are narrowed."""

from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import OuterRef, Q, Subquery

from contacts.filters import LabelFilter, PeopleFilters
from contacts.models import Contact
from crm.filters import Filters, IdFilter, IdOrNoneFilter, MomentFilter, OneOfFilter, TextFilter, YesNoFilter
from inbox.channels import Channel
from inbox.models import INTENTS, Conversation, Message

SELDOM = 5000


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
        return rows.none() if query is None else self.having(rows, self._people(query), self._messages(query))

    def having(self, rows: Any, people: Any, messages: Any) -> Any:
        """Looked up once for all rows: row by row it would read every message of the workspace."""
        return rows.filter(Q(contact__in=people.values("pk")) | Q(pk__in=messages.values("conversation")))

    def _people(self, query: SearchQuery) -> Any:
        return Contact.objects.filter(workspace=self.actor.workspace, search=query)

    def _messages(self, query: SearchQuery) -> Any:
        return Message.objects.filter(workspace=self.actor.workspace, search=query)


class MineFilter(IdOrNoneFilter):
    """An id, `none`, or `me`: whoever looks. So a view that is sent to a colleague shows them their own."""

    ME = "me"

    class field_class(IdOrNoneFilter.field_class):  # noqa: N801 - django-filter's own name
        def to_python(self, value: Any) -> Any:
            return MineFilter.ME if value == MineFilter.ME else super().to_python(value)

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, self.parent.actor.id if value == self.ME else value)


class MatchingFilters(ConversationFilters):
    """Those of the API, as the pages have them: for all that match, as when they are counted."""

    assigned_to = MineFilter(field_name="assignee_id")


class ListFilters(MatchingFilters):
    """For the first of many, as a page shows them. What is said seldom is looked up beforehand; what is said often is
    met at once on the way down the list, where to look it all up would read half the workspace."""

    def having(self, rows: Any, people: Any, messages: Any) -> Any:
        whose = list(people.values_list("pk", flat=True)[: SELDOM + 1])
        where = list(messages.values_list("conversation", flat=True)[: SELDOM + 1])
        if len(whose) <= SELDOM and len(where) <= SELDOM:
            return rows.filter(Q(contact__in=whose) | Q(pk__in=set(where)))
        # One row each and no EXISTS, which PostgreSQL would take for a reason to look it all up beforehand.
        said = Subquery(messages.filter(conversation=OuterRef("pk")).values("pk")[:1])
        theirs = Subquery(people.filter(pk=OuterRef("contact")).values("pk")[:1])
        return rows.alias(said=said, theirs=theirs).filter(Q(said__isnull=False) | Q(theirs__isnull=False))


class FollowUpFilters(Filters):
    done = YesNoFilter(field_name="done_at", lookup_expr="isnull", exclude=True)
    owner = IdOrNoneFilter(field_name="owner_id")
    client_id = IdFilter(field_name="client_id")
    contact_id = IdFilter(field_name="contact_id")
    conversation_id = IdFilter(field_name="conversation_id")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")
    due_after = MomentFilter(field_name="due_at", lookup_expr="gte")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")
