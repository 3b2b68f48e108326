"""What is filled in about a mall: who serves there, and who agreed to be counted together."""

from collections.abc import Mapping, Sequence

from django import forms

from collector.desk.forms import day_field
from collector.desk.suggesting import Suggestion, suggest
from collector.fleet import courses
from collector.language import later, say_here, spoken
from collector.local import period_text
from survey.index.periods import Period
from survey.instrument.instrument import in_language


class TenantForm(forms.Form):
    """A unit that serves there."""

    unit = forms.CharField(
        label=later("desk.field_tenant"), max_length=40, help_text=later("desk.field_tenant_help")
    )

    since = day_field(later("desk.field_tenant_since"), help_text=later("desk.field_tenant_since_help"))
    last = day_field(later("desk.field_tenant_last"), help_text=later("desk.field_tenant_last_help"))

    questionnaire = forms.ChoiceField(
        label=later("desk.field_tenant_asks"),
        required=False,
        help_text=later("desk.field_tenant_asks_help"),
    )

    def __init__(self, data: Mapping[str, object] | None, *, units: Sequence[Suggestion]) -> None:
        super().__init__(data, prefix="gerai")
        self.fields["since"].required = self.fields["last"].required = False
        self.fields["questionnaire"].choices = [  # type: ignore[attr-defined]
            ("", say_here("desk.field_tenant_asks_none")),
            *((one.name, f"{in_language(one.titles, spoken())} ({one.name})") for one in courses.offered()),
        ]
        suggest(self.fields["unit"], units)


class ConsentForm(forms.Form):
    """That an agency agrees: from when, who said so, and where it stands."""

    agency = forms.ChoiceField(label=later("desk.field_agency"))
    since = day_field(later("desk.field_consent_since"), help_text=later("desk.field_consent_since_help"))
    until = day_field(later("desk.field_consent_until"), help_text=later("desk.field_consent_until_help"))
    given_by = forms.CharField(
        label=later("desk.field_consent_by"), max_length=150, help_text=later("desk.field_consent_by_help")
    )
    document = forms.CharField(label=later("desk.field_consent_document"), max_length=200)

    def __init__(
        self, data: Mapping[str, object] | None, *, agencies: Sequence[Suggestion], first: Period
    ) -> None:
        super().__init__(data, prefix="izin", initial={"since": first.first})
        self.fields["until"].required = False
        self.fields["agency"].widget.attrs["lang"] = "id"
        self.fields["agency"].choices = list(agencies)  # type: ignore[attr-defined]


class PublishForm(forms.Form):
    """Of which period the mall's number is to come out."""

    period = forms.ChoiceField(label=later("desk.field_period"))
    why = forms.CharField(
        label=later("desk.field_why_again"),
        max_length=300,
        required=False,
        help_text=later("desk.field_why_again_help"),
    )

    def __init__(self, data: Mapping[str, object] | None, *, periods: Sequence[Period]) -> None:
        super().__init__(data, prefix="terbit")
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (one.identifier, period_text(one, spoken())) for one in periods
        ]
