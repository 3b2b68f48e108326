"""What officers fill in about a unit: its follow-up, its services, whom it served. Every form works without scripts."""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms

from collector.fleet.services import LONGEST_NAME
from collector.followup.forum import MOST_PEOPLE, Minutes
from collector.followup.models import LONGEST, Group, Item
from collector.followup.register import Plan
from collector.language import later, say_here, spoken
from collector.local import month_text, period_text
from collector.scores.show.labels import called
from collector.scores.users import MOST_USERS
from survey.index.periods import Period

_MONTHS_AHEAD = 36
Choices = list[tuple[str, str]]


def day_field(label: str, *, initial: date | None = None, help_text: str = "") -> forms.DateField:
    """Give a field for a day, which browsers show as a calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, initial=initial, widget=widget, help_text=help_text)


class PlanForm(forms.Form):
    """A plan."""

    element = forms.ChoiceField(label=later("desk.field_element"))
    problem = forms.CharField(
        label=later("desk.field_problem"),
        max_length=LONGEST["problem"],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    action = forms.CharField(
        label=later("desk.field_action"),
        max_length=LONGEST["action"],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    first_month = forms.ChoiceField(label=later("desk.field_first_month"))
    last_month = forms.ChoiceField(label=later("desk.field_last_month"))
    responsible = forms.CharField(
        label=later("desk.field_responsible"), max_length=LONGEST["responsible"],
        help_text=later("desk.field_responsible_help"),
    )  # fmt: skip
    why = forms.CharField(label=later("desk.field_why_changed"), max_length=300)

    def __init__(
        self, data: Mapping[str, object] | None, *, elements: Choices, first: date, item: Item | None = None
    ) -> None:
        initial: dict[str, object] = {}
        if item is not None:
            initial = {
                name: getattr(item, name) for name in ("element", "problem", "action", "responsible")
            } | {"first_month": _month_key(item.first_month), "last_month": _month_key(item.last_month)}
        super().__init__(data, initial=initial)
        known = (item.first_month, item.last_month) if item is not None else ()
        for name in ("first_month", "last_month"):
            self.fields[name].choices = _months(first, known)  # type: ignore[attr-defined]
        self.fields["element"].choices = elements  # type: ignore[attr-defined]
        self.fields["element"].required = not any(not key for key, _ in elements)
        if item is None:
            del self.fields["why"]

    def plan(self) -> Plan:
        """Give what was filled in."""
        said = self.cleaned_data
        return Plan(
            element=said["element"],
            problem=said["problem"],
            action=said["action"],
            first_month=date.fromisoformat(f"{said['first_month']}-01"),
            last_month=date.fromisoformat(f"{said['last_month']}-01"),
            responsible=said["responsible"],
        )


class DoneForm(forms.Form):
    """That a plan is done, with what shows it."""

    day = day_field(later("desk.field_done_day"))
    result = forms.CharField(
        label=later("desk.field_result"),
        max_length=LONGEST["result"],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    people = forms.IntegerField(
        label=later("desk.field_people"), required=False, min_value=0, max_value=1_000_000
    )
    file = forms.FileField(
        label=later("desk.field_proof"), required=False,
        help_text=later("desk.field_proof_help"),
    )  # fmt: skip
    why = forms.CharField(label=later("desk.field_why_changed"), max_length=300)

    def __init__(self, data: object = None, files: object = None, *, item: Item) -> None:
        initial = {"day": item.done_on, "result": item.result, "people": item.people}
        super().__init__(data, files, initial=initial)  # type: ignore[arg-type]  # a request's own
        if item.done_on is None:
            del self.fields["why"]


class ForumForm(forms.Form):
    """The minutes of a forum."""

    held_on = day_field(later("desk.field_day"))
    place = forms.CharField(label=later("desk.field_place"), max_length=150)
    title = forms.CharField(label=later("desk.field_forum"), max_length=150)
    topic = forms.CharField(label=later("desk.field_topic"), max_length=200)
    signers = forms.CharField(
        label=later("desk.field_signers"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "lang": "id"}),
        help_text=later("desk.field_signers_help"),
    )  # fmt: skip
    why = forms.CharField(
        label=later("desk.field_why_changed"), max_length=300, required=False, help_text=later("desk.field_why_forum_help")
    )  # fmt: skip

    def __init__(
        self, data: Mapping[str, object] | None, *, title: str, signers: Iterable[str], place: str
    ) -> None:
        initial = {"title": title, "signers": "\n".join(signers), "place": place}
        super().__init__(data, initial=initial)
        counts = {
            f"came_{group.value}": forms.IntegerField(
                label=say_here("desk.field_came", group=called(str(group.label), spoken()).capitalize()),
                min_value=0,
                max_value=MOST_PEOPLE,
                initial=0,
            )
            for group in Group
        }
        order = ["held_on", "place", "title", "topic", *counts, "signers", "why"]
        self.fields.update(counts)
        self.order_fields(order)

    def minutes(self) -> Minutes:
        """Give what was filled in."""
        said = self.cleaned_data
        return Minutes(
            held_on=said["held_on"],
            place=said["place"],
            title=said["title"],
            topic=said["topic"],
            attendance={group.value: said[f"came_{group.value}"] for group in Group},
            signers=tuple(said["signers"].splitlines()),
        )


class ServiceForm(forms.Form):
    """A new service."""

    name = forms.CharField(
        label=later("desk.field_service"),
        max_length=LONGEST_NAME,
        help_text=later("desk.field_service_help"),
    )


class UsersForm(forms.Form):
    """How many people were served in a period."""

    period = forms.ChoiceField(label=later("desk.field_period"))
    users = forms.IntegerField(
        label=later("desk.field_users"),
        min_value=0,
        max_value=MOST_USERS,
        help_text=later("desk.field_users_help"),
    )
    why = forms.CharField(
        label=later("desk.field_why_changed"), max_length=300, required=False, help_text=later("desk.field_why_users_help")
    )  # fmt: skip

    def __init__(self, data: Mapping[str, object] | None, *, offered: Iterable[Period]) -> None:
        choices = [(one.identifier, period_text(one, spoken())) for one in offered]
        super().__init__(data, initial={"period": choices[1][0]})  # the last that is over
        self.fields["period"].choices = choices  # type: ignore[attr-defined]


def _months(first: date, known: Iterable[date]) -> Choices:
    start = first.year * 12 + first.month - 1
    wanted = {date(place // 12, place % 12 + 1, 1) for place in range(start, start + _MONTHS_AHEAD)}
    return [(_month_key(day), month_text(day, "id")) for day in sorted(wanted | set(known))]


def _month_key(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
