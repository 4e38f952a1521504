"""What other rooms' pages say of connections. Loaded as `{% load connections %}`."""

from typing import Any

from django import template

from integrations.base import System
from integrations.concealing import concealed
from integrations.models import Connection

register = template.Library()
register.filter(concealed)
MOST = 5


@register.filter
def as_words(name: str) -> str:
    """`bulk_label` as people read it: Bulk label."""
    return name.replace("_", " ").replace(".", " ").capitalize()


@register.filter
def ways(system: System) -> str:
    """How it reaches us and we it: Webhook · Nightly comparison · Both ways."""
    kept = ((system.has_hook, "Webhook"), (system.has_batch, "Nightly comparison"), (bool(system.pushes), "Both ways"))
    return " · ".join(words for there, words in kept if there)


@register.inclusion_tag("integrations/_failing.html", takes_context=True)
def failing_connections(context: dict[str, Any]) -> dict[str, Any]:
    """Those that do not work, for whoever can mend them. One query, none for anybody else."""
    request = context["request"]
    if not (request.actor.can_write and request.actor.is_admin):
        return {"failing": []}
    rows = Connection.objects.visible_to(request.looking).filter(failing_since__isnull=False, is_active=True)
    found = rows.defer("secrets").select_related("client").order_by("failing_since", "pk")[: MOST + 1]
    return {"failing": list(found[:MOST]), "more": len(found) > MOST}
