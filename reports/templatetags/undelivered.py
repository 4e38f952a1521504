"""What other rooms' pages say of reports by mail. Loaded as `{% load undelivered %}`."""

from typing import Any

from django import template

from reports import failed

register = template.Library()
MOST = 3


@register.inclusion_tag("reports/_undelivered_today.html", takes_context=True)
def undelivered_reports(context: dict[str, Any]) -> dict[str, Any]:
    """Those that did not reach somebody, for whoever can do something about it. One query, none for who only reads."""
    found = failed.undelivered(context["request"].actor)
    return {"undelivered": found[:MOST], "more": len(found) > MOST}
