"""People as a CSV file, for spreadsheets and for our own import: row by row, in constant memory."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import F, Func, TextField

from contacts.addresses import EMAIL, PHONE
from contacts.models import Contact, Identity
from contacts.queries import Rows
from contacts.spreadsheet import guarded

AT_A_TIME = 500
MOST_CUSTOM = 200
# A spreadsheet takes the file for UTF-8 by this.
MARK = "\ufeff"
COLUMNS = (
    "Name", "E-mail", "Phone", "Further e-mails", "Further phones", "Company", "Owner", "Labels", "Status", "Source",
    "Client", "Created", "Last activity",
)  # fmt: skip


def lines(rows: Rows, zone: tzinfo) -> Iterator[str]:
    """The file, in pieces of some hundred rows. zone: in which times are written."""
    custom = custom_names(rows)
    yield MARK + written([[*COLUMNS, *custom]])
    listed = rows.select_related("client", "owner__user").defer("search").prefetch_related("labels").order_by("pk")
    page = list(listed[:AT_A_TIME])
    while page:
        yield written(cells(page, custom, zone))
        page = list(listed.filter(pk__gt=page[-1].pk)[:AT_A_TIME])


def written(rows: Sequence[Sequence[str]]) -> str:
    """CSV in which nothing is taken for a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def custom_names(rows: Rows) -> list[str]:
    """The further fields that any of these people has."""
    keys = Func(F("custom_fields"), function="jsonb_object_keys", output_field=TextField())
    names = rows.order_by().annotate(key=keys).values_list("key", flat=True).distinct()
    return sorted(names[:MOST_CUSTOM])


def cells(page: Sequence[Contact], custom: Sequence[str], zone: tzinfo) -> list[list[str]]:
    further: dict[Any, dict[str, list[str]]] = {one.pk: {EMAIL: [], PHONE: []} for one in page}
    identities = Identity.objects.filter(contact__in=page, kind__in=(EMAIL, PHONE)).order_by("created_at", "id")
    for identity in identities:
        further[identity.contact_id][identity.kind].append(identity.value)
    return [_row(one, further[one.pk], custom, zone) for one in page]


def _row(one: Contact, addresses: dict[str, list[str]], custom: Sequence[str], zone: tzinfo) -> list[str]:
    return [
        one.name,
        one.email,
        one.phone,
        "; ".join(value for value in addresses[EMAIL] if value != one.email),
        "; ".join(value for value in addresses[PHONE] if value != one.phone),
        one.company,
        str(one.owner.user) if one.owner else "",
        ", ".join(label.name for label in one.labels.all()),
        one.status,
        one.source,
        one.client.name if one.client else "",
        _time(one.created_at, zone),
        _time(one.last_activity_at, zone),
        *(_text(one.custom_fields.get(name)) for name in custom),
    ]


def _time(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
