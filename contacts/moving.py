"""What hangs on a contact, in whichever room it lives: it follows them into a merge and out of it. The foreign keys
themselves say which tables."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from django.db.models import F, ForeignKey, Model
from django.utils import timezone

from contacts.models import Contact, ContactLabel, Merge, SegmentMember

# Labels are copied in a merge, and segments follow from what the contact is.
_APART = (ContactLabel, SegmentMember)

Ids: TypeAlias = "dict[type[Model], set[str]]"


def followers() -> Iterator[type[Model]]:
    """The tables whose rows hang on a contact by a field called `contact`; addresses first, then what refers to
    them."""
    for relation in Contact._meta.related_objects:
        model = relation.related_model
        if relation.field.name == "contact" and model not in _APART and isinstance(model, type):
            yield model


def move(model: type[Model], source: Contact, target: Contact) -> list[str]:
    """Hang all rows of `source` on `target`, and return their ids."""
    rows = model._base_manager.filter(contact=source)
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    repoint(model, ids, source, target)
    return ids


def repoint(model: type[Model], ids: Iterable[str], source: Contact, target: Contact) -> None:
    """What hangs on somebody else by now stays with them."""
    names = {field.name for field in model._meta.fields}
    changes: dict[str, Any] = {"contact": target}
    if "version" in names:
        changes |= {"version": F("version") + 1, "updated_at": timezone.now()}
    model._base_manager.filter(pk__in=list(ids), contact=source).update(**changes)


def going_back(done: Merge, holder: Contact) -> Ids:
    """The rows of `holder` that go back when the merge is taken apart: first what moved in it; then what came later to
    one of these addresses, or hangs on such a conversation."""
    moved: dict[str, list[str]] = done.moved["rows"]
    back: Ids = {}
    for model in followers():
        rows = model._base_manager.filter(pk__in=moved.get(model._meta.label, []), contact=holder)
        back[model] = {str(pk) for pk in rows.values_list("pk", flat=True)}
    for name in ("identity", "conversation"):
        for model, parent in referring(back, name):
            later = model._base_manager.filter(contact=holder, **{f"{name}__in": back[parent]})
            back[model] |= {str(pk) for pk in later.values_list("pk", flat=True)}
    return back


def forget_moved(done: Merge, back: Ids) -> None:
    """These rows are with their own person again: this merge has nothing to do with them any more."""
    for model, ids in back.items():
        rows = done.moved["rows"].get(model._meta.label, [])
        done.moved["rows"][model._meta.label] = [pk for pk in rows if pk not in ids]


def referring(models: Iterable[type[Model]], name: str) -> Iterator[tuple[type[Model], type[Model]]]:
    """Those of `models` that have a foreign key called `name`, each with the model it points at."""
    for model in models:
        for field in model._meta.fields:
            if field.name == name and isinstance(field, ForeignKey):
                yield model, field.related_model
