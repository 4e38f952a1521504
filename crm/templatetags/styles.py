"""The parts of the one style sheet, so that a page can name them all at once. Loaded as `{% load styles %}`."""

import re
from functools import cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_IMPORT = re.compile(r'@import url\("([^"]+)"\)')


@register.simple_tag
@cache
def early_styles(sheet: str) -> SafeString:
    """A preload for each part that `sheet` imports: asked for with the page, not once the sheet itself is here."""
    found = finders.find(sheet)
    if found is None:
        raise template.TemplateSyntaxError(f"There is no style sheet {sheet}.")
    folder = sheet.rpartition("/")[0]
    parts = _IMPORT.findall(Path(found).read_text())
    return format_html_join(
        "\n    ", '<link rel="preload" as="style" href="{}">', ((static(f"{folder}/{part}"),) for part in parts)
    )
