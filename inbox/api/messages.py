"""`/conversations/:id/messages`, and the files attached to them."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from crm.api.paging import Order, Page, Paging
from crm.api.requests import ApiRequest
from crm.api.views import ApiView, Created, Found, Listed
from crm.errors import Invalid
from inbox import opening, sending
from inbox.messages import Draft
from inbox.models import Attachment, Conversation, IntentTag, Message, MessageDelivery
from inbox.serializers.messages import MessageShown, MessageTaken


class Messages(Listed, Created, ApiView):
    """What was said, oldest first: the whole history, unless `page` or `cursor` asks for a part of it. With `source`,
    each as its mail was: `html` and `headers` too.

    A POST records what was said elsewhere; `outbound` without `sent_at` is sent. The same `external_id` again answers
    with the first message, 200.
    """

    noun, nouns = "message", "messages"
    shows = MessageShown
    takes = MessageTaken
    paging = Paging(order=Order("occurred_at", descending=False))
    parameters = {"source": {"type": "boolean", "default": False, "description": "With html and headers."}}

    def context(self) -> dict[str, Any]:
        return {**super().context(), "with_source": self.with_source}

    @property
    def with_source(self) -> bool:
        given = self.request.query_params.get("source", "false")
        if given not in ("true", "false"):
            raise Invalid(fields={"source": ["Send true or false."]})
        return given == "true"

    def conversation(self) -> Conversation:
        return self.row(Conversation.objects.visible_to(self.actor), "conversation")  # type: ignore[no-any-return]

    def rows(self) -> QuerySet[Any]:
        rows = Message.objects.filter(conversation=self.conversation()).select_related("conversation__contact")
        unread = () if self.with_source else ("html", "headers")
        return rows.defer(*unread, "search", "conversation__contact__search").prefetch_related(
            Prefetch("attachments", Attachment.objects.defer("content")),
            Prefetch("intent_tags", IntentTag.objects.order_by("created_at", "id")),
            Prefetch("deliveries", MessageDelivery.objects.order_by("occurred_at", "created_at")),
        )

    def page(self, rows: QuerySet[Any]) -> Page:
        if set(self.paging.parameters) & set(self.request.query_params):
            return super().page(rows)
        found = list(rows.order_by(*self.paging.order.columns))
        count = len(found)
        return Page(found, {"page": 1, self.paging.size: count, "total": count, "total_pages": min(1, count)})

    def create(self, given: dict[str, Any]) -> Any:
        conversation = self.conversation()
        outbound = given["direction"] == Message.Direction.OUTBOUND
        if outbound and "sent_at" not in given:
            return sending.reply(
                actor=self.actor, conversation=conversation, body=given["body"], subject=given.get("subject", "")
            )
        draft = Draft(
            direction=given["direction"],
            body=given["body"],
            subject=given.get("subject", ""),
            headers=given.get("headers", ()),
            external_id=given.get("external_id"),
            occurred_at=given.get("sent_at") or given.get("received_at"),
            author_kind=self.actor.kind if outbound else "",
            author_id=self.actor.id if outbound else None,
            author_name=self.actor.name if outbound else "",
        )
        message, new = opening.add_message(actor=self.actor, conversation=conversation, draft=draft)
        return message if new else Found(message)


class AttachmentFile(ApiView):
    """The file itself. Always a download: what came from outside is never shown under our own address."""

    noun = "attachment"
    binary = True

    def rows(self) -> QuerySet[Any]:
        messages = Message.objects.visible_to(self.actor)
        return Attachment.objects.filter(workspace=self.actor.workspace, message__in=messages)

    def get(self, request: ApiRequest, **named: str) -> HttpResponse:
        found: Attachment = self.row()
        response = HttpResponse(bytes(found.content), content_type="application/octet-stream")
        disposition = content_disposition_header(as_attachment=True, filename=found.name or "attachment")
        response.headers["Content-Disposition"] = disposition or "attachment"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
