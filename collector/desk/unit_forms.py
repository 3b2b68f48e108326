"""What evaluators fill in about a unit that has ended, or never was one."""

from collections.abc import Mapping, Sequence
from datetime import date

from django import forms

from collector.desk.forms import day_field
from collector.desk.suggesting import Suggestion, suggest
from collector.language import later

_LONGEST = 300


def _reason() -> forms.CharField:
    return forms.CharField(
        label=later("desk.field_why"), max_length=_LONGEST, help_text=later("desk.field_why_public")
    )


class RetireForm(forms.Form):
    """The day a unit ends, why, and what follows it."""

    on = day_field(
        later("desk.field_ends_on"),
        help_text=later("desk.field_ends_on_help"),
    )
    why = _reason()
    successor = forms.CharField(
        label=later("desk.field_successor"),
        max_length=40,
        required=False,
        help_text=later("desk.field_successor_help"),
    )

    def __init__(
        self, data: Mapping[str, object] | None, *, today: date, successors: Sequence[Suggestion]
    ) -> None:
        super().__init__(data, initial={"on": today}, prefix="akhiri")
        suggest(self.fields["successor"], successors)


class HideForm(forms.Form):
    """Why there never was such a unit."""

    why = _reason()

    def __init__(self, data: Mapping[str, object] | None) -> None:
        super().__init__(data, prefix="sembunyikan")


class ShowForm(forms.Form):
    """Why that is taken back."""

    why = forms.CharField(
        label=later("desk.field_why"), max_length=_LONGEST, help_text=later("desk.field_why_trail")
    )

    def __init__(self, data: Mapping[str, object] | None) -> None:
        super().__init__(data, prefix="kembalikan")
