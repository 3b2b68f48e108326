"""The checklist of a visit, as a form that works without scripts; a script of ours keeps it while there is no network."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from collector.desk.forms import day_field
from collector.errors import CollectorError
from collector.language import later
from collector.standards.checklist import GROUPS, ITEMS, Item
from collector.standards.history import found_words
from collector.standards.models import Found, Visit
from collector.standards.visits import LONGEST_NOTE, Answer, Checked, Photo


class Row(NamedTuple):
    """An item with its fields."""

    item: Item
    found: forms.BoundField
    note: forms.BoundField
    last: str
    """What the last visit found; empty without one."""


class VisitForm(forms.Form):
    """A visit."""

    visited_on = day_field(later("desk.field_visited_on"))
    name = forms.CharField(label=later("desk.field_name"), max_length=150)
    office = forms.CharField(
        label=later("desk.field_office"), max_length=150, help_text=later("desk.field_office_help")
    )  # fmt: skip
    note = forms.CharField(
        label=later("desk.field_note_general"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput)
    account = forms.CharField(widget=forms.HiddenInput, max_length=150)
    filled_ms = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        account: str,
        name: str,
        last: Visit | None,
        own: Visit | None,
        today: date,
    ) -> None:
        initial = {
            "visited_on": today,
            "name": own.name if own is not None else name,
            "office": own.office if own is not None else "",
            "key": uuid.uuid4(),
            "account": account,
        }
        super().__init__(data, files, initial=initial)
        self._last, self._account = last, account
        for one in ITEMS:
            self.fields[f"found_{one.key}"] = forms.ChoiceField(
                label=one.name, choices=Found.choices, required=False, widget=forms.RadioSelect
            )  # fmt: skip
            self.fields[f"note_{one.key}"] = forms.CharField(
                label=later("desk.field_note"), max_length=500, required=False
            )

    def groups(self) -> Iterator[tuple[str, list[Row]]]:
        """Give the items by the four indicators."""
        for title, items in GROUPS.items():
            yield (
                title,
                [
                    Row(
                        one,
                        self[f"found_{one.key}"],
                        self[f"note_{one.key}"],
                        found_words(self._last, one.key) if self._last is not None else "",
                    )
                    for one in items
                ],
            )

    def who(self) -> list[forms.BoundField]:
        """Give the fields of who looked, and when."""
        return [self[name] for name in ("visited_on", "name", "office")]

    def checked(self) -> Checked:
        """Give what was filled in.

        Raises:
            CollectorError: somebody else began it in this browser (`visit_account`), or an item has a note or a photo and no
                finding (`visit_item`).
        """
        said = self.cleaned_data
        if said["account"] != self._account:
            raise CollectorError("visit_account", account=said["account"])
        answers, photos = {}, []
        for one in ITEMS:
            note, found = said[f"note_{one.key}"], said[f"found_{one.key}"]
            files = self.files.getlist(f"photo_{one.key}")
            if not found and (note or files):
                raise CollectorError("visit_item", item=one.name)
            if found:
                answers[one.key] = Answer(Found(found), note)
            photos += [Photo(one.key, str(file.name), file.read()) for file in files]
        return Checked(
            key=said["key"],
            visited_on=said["visited_on"],
            name=said["name"],
            office=said["office"],
            answers=answers,
            note=said["note"],
            photos=photos,
            filled_ms=said["filled_ms"],
        )
