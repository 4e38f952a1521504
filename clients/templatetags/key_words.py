"""What the templates say about API keys."""

from django import template

from clients import keys

register = template.Library()
register.filter("scopes_in_words", keys.scopes_in_words)
