"""What officers fill in about a unit's service standards and its maklumat. Every form works without scripts."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.core.files.uploadedfile import UploadedFile

from collector.desk.forms import day_field
from collector.desk.wording import official
from collector.followup.models import Group
from collector.language import later, say_here
from collector.standards.components import COMPONENTS, INNER, PUBLIC
from collector.standards.models import LONGEST_TEXT, Maklumat, Standard
from collector.standards.promise import Promise
from collector.standards.register import Said

PROMISED = (
    "Dengan ini, kami menyatakan sanggup menyelenggarakan pelayanan sesuai standar pelayanan yang telah ditetapkan dan apabila tidak "
    "menepati janji ini, kami siap menerima sanksi sesuai peraturan perundang-undangan yang berlaku."
)
"""What is proposed to an office without a maklumat; it changes it as it likes."""
_WHY = forms.CharField(
    label=later("desk.field_why_version"), max_length=300, help_text=later("desk.field_why_version_help")
)


def _optional(field: forms.DateField) -> forms.DateField:
    field.required = False
    return field


class StandardForm(forms.Form):
    """A version of a standard: fourteen texts, from when it holds, and who decreed it."""

    in_force_from = day_field(later("desk.field_in_force_from"))
    decided_by = forms.CharField(
        label=later("desk.field_decided_by"),
        max_length=150,
        required=False,
        help_text=later("desk.field_decided_by_help"),
    )
    decree_number = forms.CharField(label=later("desk.field_decree_number"), max_length=100, required=False)
    decree_date = _optional(day_field(later("desk.field_decree_date")))
    groups = forms.MultipleChoiceField(
        label=later("desk.field_groups"), choices=Group.choices, required=False, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip
    reviewed_on = _optional(
        day_field(later("desk.field_reviewed_on"), help_text=later("desk.field_reviewed_on_help"))
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    why = _WHY

    def __init__(self, data: Mapping[str, object] | None, *, latest: Standard | None, first: date) -> None:
        initial: dict[str, object] = {"seen": 0, "in_force_from": first}
        if latest is not None:
            initial = {
                name: getattr(latest, name)
                for name in (
                    "in_force_from",
                    "decided_by",
                    "decree_number",
                    "decree_date",
                    "reviewed_on",
                    "groups",
                )
            } | {"seen": latest.number}
            initial |= {f"text_{key}": text for key, text in latest.texts.items()}
        super().__init__(data, initial=initial)
        for one in COMPONENTS:
            self.fields[f"text_{one.key}"] = forms.CharField(
                label=official(one.name), max_length=LONGEST_TEXT, required=False,
                widget=forms.Textarea(attrs={"rows": 4, "lang": "id"}),
            )  # fmt: skip
        if latest is None:
            del self.fields["why"]

    def parts(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Give the texts' fields by group, each with a title and what becomes of it."""
        return [
            (
                say_here("desk.part_public"),
                say_here("desk.part_public_note"),
                [self[f"text_{one.key}"] for one in PUBLIC],
            ),
            (
                say_here("desk.part_inner"),
                say_here("desk.part_inner_note"),
                [self[f"text_{one.key}"] for one in INNER],
            ),
        ]

    def others(self) -> list[forms.BoundField]:
        """Give the fields beside the texts that people see, without the five groups."""
        names = ("in_force_from", "decided_by", "decree_number", "decree_date", "reviewed_on", "why")
        return [self[name] for name in names if name in self.fields]

    def said(self) -> Said:
        """Give what was filled in."""
        given = self.cleaned_data
        return Said(
            texts={one.key: given[f"text_{one.key}"] for one in COMPONENTS},
            in_force_from=given["in_force_from"],
            decided_by=given["decided_by"],
            decree_number=given["decree_number"],
            decree_date=given["decree_date"],
            reviewed_on=given["reviewed_on"],
            groups=tuple(given["groups"]),
        )


class MaklumatForm(forms.Form):
    """A version of the maklumat."""

    text = forms.CharField(
        label=later("desk.field_promise"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "lang": "id"}),
    )
    issued_on = day_field(later("desk.field_issued_on"))
    signer = forms.CharField(
        label=later("desk.field_signer"), max_length=150, help_text=later("desk.field_signer_help")
    )  # fmt: skip
    photo = forms.FileField(
        label=later("desk.field_photo"), required=False,
        help_text=later("desk.field_photo_help"),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    why = _WHY

    def __init__(
        self,
        data: Mapping[str, object] | None,
        files: Mapping[str, UploadedFile] | None,
        *,
        latest: Maklumat | None,
        first: date,
    ) -> None:
        initial: dict[str, object] = {"seen": 0, "issued_on": first, "text": PROMISED}
        if latest is not None:
            initial = {name: getattr(latest, name) for name in ("text", "issued_on", "signer")} | {
                "seen": latest.number
            }
        super().__init__(data, files, initial=initial)  # type: ignore[arg-type]  # a request's own
        if latest is None:
            del self.fields["why"]

    def promise(self) -> Promise:
        """Give what was filled in."""
        given = self.cleaned_data
        photo = given["photo"]
        return Promise(
            text=given["text"],
            issued_on=given["issued_on"],
            signer=given["signer"],
            photo=(photo.name, photo.read()) if photo else None,
        )
