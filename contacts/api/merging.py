"""`/contacts/:id/merge` and `/contacts/:id/unmerge`."""

from collections.abc import Mapping
from typing import Any

from contacts import merging
from contacts.api.contacts import ContactView
from contacts.models import Contact, Merge
from contacts.serializers import ContactShown, MergeTaken, UnmergeTaken
from crm.api.schema import ID
from crm.api.views import Verb
from crm.errors import Conflict
from crm.references import referred


class MergeInto(Verb, ContactView):
    """Join another contact into this one."""

    locks = False
    takes = MergeTaken
    answers = {"POST": {"contact": ContactShown, "merge_id": ID}}

    def act(self, row: Contact, given: dict[str, Any]) -> Mapping[str, Any]:
        people = Contact.objects.visible_to(self.actor)
        loser: Any = referred(people, given["contact_id"], field="contact_id")
        done = merging.merge(actor=self.actor, winner=row, loser=loser)
        return {"contact": self.show(self.row()), "merge_id": str(done.pk)}


class Unmerge(Verb, ContactView):
    """Take a merge apart. What was edited since stays, and `edited_fields` names it."""

    locks = False
    takes = UnmergeTaken
    answers = {
        "POST": {
            "contact": ContactShown,
            "restored": ContactShown,
            "edited_fields": {"type": "array", "items": {"type": "string"}},
        }
    }

    def act(self, row: Contact, given: dict[str, Any]) -> Mapping[str, Any]:
        merges = Merge.objects.filter(winner=row, unmerged_at=None).order_by("-merged_at", "-id")
        done = referred(merges, given.get("merge_id"), field="merge_id") or merges.first()
        if done is None:
            raise Conflict("No contact is merged into this one.", code="not_merged")
        restored, edited = merging.unmerge(actor=self.actor, done=done)
        return {
            "contact": self.show(self.row()),
            "restored": self.show(self.rows().get(pk=restored.pk)),
            "edited_fields": edited,
        }
