"""A field in which a code is typed, and which offers the codes with their names while one types: no script is needed for it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from collector.fleet.models import Agency, Unit

MOST = 300
"""A longer list helps nobody, and would be sent with each page: then the code is typed."""
Suggestion = tuple[str, str]
"""A code and what it stands for."""


class Suggesting(forms.TextInput):
    """A text field with suggestions; anything else can be typed too."""

    def __init__(self, suggestions: Sequence[Suggestion]) -> None:
        super().__init__()
        self._suggestions = suggestions

    def render(
        self, name: str, value: object, attrs: dict[str, object] | None = None, renderer: object = None
    ) -> SafeString:
        """Give the field and its list."""
        if not self._suggestions:
            return super().render(name, value, attrs, renderer)  # type: ignore[arg-type]  # Django's own
        listed = f"{(attrs or {}).get('id', name)}-list"
        field = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)  # type: ignore[arg-type]  # Django's own
        options = format_html_join("", '<option value="{}">{}</option>', self._suggestions)
        return field + format_html('<datalist id="{}" lang="id">{}</datalist>', listed, options)


def suggest(field: forms.Field, suggestions: Sequence[Suggestion]) -> None:
    """Let a field of a form offer these."""
    widget = Suggesting(suggestions)
    widget.attrs.update(field.widget_attrs(widget))
    field.widget = widget


def units(found: QuerySet[Unit]) -> list[Suggestion]:
    """Give those of some units that have not ended as suggestions, by name; none where there are too many."""
    return _few(found.filter(retired_on=None, hidden_on=None))


def agencies() -> list[Suggestion]:
    """Give all agencies as suggestions, by name; none where there are too many."""
    return _few(Agency.objects.all())


def _few(found: QuerySet[Any]) -> list[Suggestion]:
    listed = list(found.order_by("name", "code").values_list("code", "name")[: MOST + 1])
    return listed if len(listed) <= MOST else []
