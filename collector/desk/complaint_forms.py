"""What officers fill in about a complaint: each form works without scripts, and offers only what may be done."""

from collections.abc import Iterable, Mapping

from django import forms

from collector.complaints import answers, passing
from collector.complaints.models import Kind, Rejection, Stop, Supervision, TicketStatus
from collector.complaints.rules import Rules
from collector.complaints.sorting import FORMS
from collector.desk.forms import Choices, day_field
from collector.language import later, say_here, spoken
from collector.scores.show.labels import called

Data = Mapping[str, object] | None
_LONG = 2_000


def _text(
    label: str, *, rows: int, most: int, help_text: str = "", required: bool = False
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "lang": "id"})
    return forms.CharField(
        label=label, max_length=most, widget=widget, help_text=help_text, required=required
    )


class WhyForm(forms.Form):
    """Why something is read, or done."""

    why = forms.CharField(label=later("complaint.why"), max_length=300)


class MoveForm(forms.Form):
    """Where a complaint goes next, with what its citizen reads and what the office keeps to itself."""

    status = forms.ChoiceField(label=later("complaint.next"))
    answer = _text(later("complaint.answer"), rows=5, most=_LONG, help_text=later("complaint.answer_help"))
    note = _text(later("complaint.note"), rows=2, most=_LONG, help_text=later("complaint.note_help"))
    rejected_as = forms.ChoiceField(label=later("complaint.rejected_as"), required=False)
    root_cause = forms.CharField(
        label=later("complaint.root_cause"),
        max_length=500,
        required=False,
        help_text=later("complaint.root_cause_help"),
    )
    compensation = forms.CharField(
        label=later("complaint.compensation"), max_length=500, required=False, help_text=later("complaint.compensation_help")
    )  # fmt: skip

    def __init__(
        self, data: Data = None, *, possible: Iterable[TicketStatus], initial: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        offered = list(possible)
        self.fields["status"].choices = [(str(one), _called(one)) for one in offered]  # type: ignore[attr-defined]
        if TicketStatus.REJECTED not in offered:
            del self.fields["rejected_as"]
        else:
            self.fields["rejected_as"].choices = [("", "–"), *_named(Rejection.values)]  # type: ignore[attr-defined]
        if TicketStatus.DONE not in offered and TicketStatus.ANSWERED not in offered:
            del self.fields["root_cause"], self.fields["compensation"]


class PassForm(forms.Form):
    """To whom a complaint is passed on, and why."""

    receiver = forms.ChoiceField(label=later("complaint.receiver"))
    unit = forms.CharField(
        label=later("complaint.other_unit"),
        max_length=40,
        required=False,
        help_text=later("complaint.other_unit_help"),
    )
    why = forms.CharField(label=later("complaint.why"), max_length=passing.LONGEST_WHY)

    def __init__(self, data: Data = None, *, receivers: Choices, guarded: bool) -> None:
        super().__init__(data)
        self.fields["receiver"].choices = receivers  # type: ignore[attr-defined]
        if guarded:
            del self.fields["unit"]


class LaporForm(forms.Form):
    """The number that LAPOR! gave; empty where something else is acknowledged."""

    lapor_number = forms.CharField(label=later("complaint.lapor_number"), max_length=passing.LONGEST_NUMBER)


class StopForm(forms.Form):
    """Why the clock is to stand still."""

    why = forms.ChoiceField(label=later("complaint.stop_why"))

    def __init__(self, data: Data = None, *, rules: Rules) -> None:
        super().__init__(data)
        known = [one for one in Stop.values if one in rules.stops]
        self.fields["why"].choices = _named(known)  # type: ignore[attr-defined]


class ClassForm(forms.Form):
    """What a complaint is."""

    kind = forms.ChoiceField(label=later("complaint.kind"))
    supervision = forms.ChoiceField(label=later("complaint.supervision"), required=False)
    forms_of = forms.MultipleChoiceField(
        label=later("complaint.forms"), required=False, widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=later("complaint.forms_help"),
    )  # fmt: skip

    def __init__(self, data: Data = None, *, initial: Mapping[str, object] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["kind"].choices = _named(Kind.values)  # type: ignore[attr-defined]
        self.fields["supervision"].choices = [("", "–"), *_named(Supervision.values)]  # type: ignore[attr-defined]
        self.fields["forms_of"].choices = _named(FORMS)  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """Which complaint another is to follow."""

    leader = forms.CharField(
        label=later("complaint.leader"), max_length=12, help_text=later("complaint.leader_help")
    )


class HolidayForm(forms.Form):
    """A day without work."""

    day = day_field(later("complaint.holiday_day"))
    name = forms.CharField(label=later("complaint.holiday_name"), max_length=120)
    region = forms.CharField(
        label=later("complaint.holiday_region"), max_length=13, required=False, help_text=later("complaint.holiday_region_help")
    )  # fmt: skip
    joint = forms.BooleanField(label=later("complaint.holiday_joint"), required=False)
    source = forms.CharField(label=later("complaint.holiday_source"), max_length=200)


class TemplateForm(forms.Form):
    """Words that answers begin with."""

    name = forms.CharField(label=later("complaint.template_name"), max_length=answers.LONGEST_NAME)
    text = _text(later("complaint.template_text"), rows=6, most=answers.LONGEST_TEXT, required=True)
    everywhere = forms.BooleanField(label=later("complaint.template_agency"), required=False)

    def __init__(self, data: Data = None, *, may_everywhere: bool) -> None:
        super().__init__(data)
        if not may_everywhere:
            del self.fields["everywhere"]


def _called(value: str) -> str:
    return say_here(f"complaint.to_{value}")


def _named(values: Iterable[str]) -> Choices:
    return [(one, called(one, spoken())) for one in values]
