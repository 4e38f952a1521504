"""Filters of a list, for its page and its API alike: one django-filter set per list, made of these strict parts.

An empty value filters nothing. A value that is not understood is refused, never taken for none.
"""

from typing import Any

import django_filters
from django import forms
from rest_framework import serializers

from crm.api.fields import Moment, read_id
from crm.errors import Invalid


class _IdField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return None
        found = read_id(text)
        if found is None:
            raise forms.ValidationError("Send an id, as this API gave it.")
        return found


class _MomentField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return None
        # An unescaped plus sign arrives as a space: 2026-04-13T09:00:00 02:00.
        try:
            return Moment().to_internal_value(text.replace(" ", "+"))
        except serializers.ValidationError as error:
            raise forms.ValidationError(str(error.detail[0])) from None  # type: ignore[index]


class _WholeField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return None
        if not text.removeprefix("-").isdigit() or not text.isascii() or len(text) > 18:
            raise forms.ValidationError("Send a whole number.")
        return int(text)


class IdFilter(django_filters.Filter):
    field_class = _IdField


class IdOrNoneFilter(django_filters.Filter):
    """An id, or `none` for rows that have none."""

    NONE = "none"

    class field_class(_IdField):  # noqa: N801 - django-filter's own name
        def to_python(self, value: Any) -> Any:
            return IdOrNoneFilter.NONE if value == IdOrNoneFilter.NONE else super().to_python(value)

    def filter(self, qs: Any, value: Any) -> Any:
        if value == self.NONE:
            return qs.filter(**{f"{self.field_name}__isnull": True})
        return super().filter(qs, value)


class MomentFilter(django_filters.Filter):
    """A time with its offset."""

    field_class = _MomentField


class WholeFilter(django_filters.Filter):
    field_class = _WholeField


class OneOfFilter(django_filters.ChoiceFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, empty_label=None, **options)
        offered = ", ".join(str(value) for value, _ in options["choices"])
        self.extra["error_messages"] = {"invalid_choice": f"This must be one of: {offered}."}


class YesNoFilter(OneOfFilter):
    """`true` or `false`; the filter (or its `method`) gets a boolean."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, choices=[("true", "Yes"), ("false", "No")], **options)

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, value if value in ("", None) else value == "true")


class TextFilter(django_filters.CharFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, max_length=200, strip=False, **options)


class Filters(django_filters.FilterSet):
    """The base of each room's set."""

    def applied(self) -> Any:
        """The rows that are asked for. Raises Invalid with what is wrong with which parameter."""
        if not self.is_valid():
            raise Invalid(fields={name: [str(text) for text in texts] for name, texts in self.errors.items()})
        return self.qs
