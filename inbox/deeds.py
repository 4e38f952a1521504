"""What can be done to many conversations in one go, as a form or a run asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from accounts.models import Membership
from contacts import labels
from contacts.models import Label
from crm.errors import Invalid
from crm.pages.typed import identifier, moment
from inbox import actions
from inbox.models import Conversation
from inbox.undoing import Change, change_of, state_of

PLAIN = {
    "close": (actions.close, "Closed", "Close"),
    "reopen": (actions.reopen, "Reopened", "Reopen"),
    "read": (actions.mark_read, "Marked as read", "Mark as read"),
    "unread": (actions.mark_unread, "Marked as unread", "Mark as unread"),
}


@dataclass(frozen=True)
class Deed:
    """What is done to each. done, to_do: in words, “Closed”, “Close”."""

    done: str
    to_do: str
    verb: Any
    how: Mapping[str, Any]
    label: tuple[Label, bool] | None = None

    def do(self, actor: Actor, conversation: Conversation) -> Change:
        """Do it to a locked row. Returns the change, empty where it was so already."""
        before = state_of(conversation)
        did = self.verb(actor=actor, conversation=conversation, **self.how)
        return change_of(before, conversation, label=self.label if did else None)


def deed(actor: Actor, given: Mapping[str, str]) -> Deed:
    """What a form asks for: `do` (close, reopen, read, unread), `until` (or `at`), `to`, `label` or `unlabel`. Raises
    Invalid where it is none of these."""
    actor.must_write()
    if given.get("do") in PLAIN:
        verb, done, to_do = PLAIN[given["do"]]
        return Deed(done, to_do, verb, {})
    if "until" in given or given.get("at"):
        until = moment(given.get("at") or given.get("until", ""), "until", "Choose when they should come back.")
        return Deed("Snoozed", "Snooze", actions.snooze, {"until": until})
    if "to" in given:
        return _assignment(actions.assignable(actor, identifier(given["to"], "assigned_to")))
    for name in ("label", "unlabel"):
        if given.get(name):
            return _labelling(labels.chosen(actor=actor, label_id=identifier(given[name], name)), on=name == "label")
    raise Invalid("Choose what to do with them.")


def _assignment(to: Membership | None) -> Deed:
    whom = str(to.user) if to else "nobody"
    return Deed(f"Assigned to {whom}", f"Assign to {whom}", actions.assign, {"to": to})


def _labelling(label: Label, *, on: bool) -> Deed:
    if on:
        return Deed(f"Labelled “{label.name}”", f"Label “{label.name}”", actions.label, {"label": label}, (label, True))
    return Deed(
        f"Took “{label.name}” off", f"Take “{label.name}” off", actions.unlabel, {"label": label}, (label, False)
    )
