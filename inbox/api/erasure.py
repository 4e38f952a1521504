"""`/contacts/:id/erase`: this room holds what the person wrote, so it blanks it."""

from collections.abc import Mapping
from typing import Any

from contacts.api.contacts import ContactView
from contacts.models import Contact
from contacts.serializers import NothingTaken
from crm.api.views import Verb
from inbox.erasure import erase


class Erase(Verb, ContactView):
    """Erase a person, as privacy law asks. For admins; it cannot be taken back."""

    takes = NothingTaken
    answers = {"POST": {}}

    def act(self, row: Contact, given: dict[str, Any]) -> Mapping[str, Any]:
        erase(actor=self.actor, contact=row)
        return {}
