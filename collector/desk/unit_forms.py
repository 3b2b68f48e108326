"""What evaluators fill in about a unit that has ended, or never was one."""

from collections.abc import Mapping
from datetime import date

from django import forms

from collector.desk.forms import day_field

_LONGEST = 300


def _reason() -> forms.CharField:
    return forms.CharField(
        label="Alasan", max_length=_LONGEST, help_text="Terbaca semua orang di halaman unit."
    )


class RetireForm(forms.Form):
    """The day a unit ends, why, and what follows it."""

    on = day_field(
        "Berakhir pada",
        help_text="Hari pertama unit ini tidak ada lagi: hari ini atau sesudahnya. Periode yang sudah dimulai tetap ditagih.",
    )
    why = _reason()
    successor = forms.CharField(
        label="Kode unit penggantinya", max_length=40, required=False, help_text="Boleh kosong."
    )

    def __init__(self, data: Mapping[str, object] | None, *, today: date) -> None:
        super().__init__(data, initial={"on": today}, prefix="akhiri")


class HideForm(forms.Form):
    """Why there never was such a unit."""

    why = _reason()

    def __init__(self, data: Mapping[str, object] | None) -> None:
        super().__init__(data, prefix="sembunyikan")


class ShowForm(forms.Form):
    """Why that is taken back."""

    why = forms.CharField(label="Alasan", max_length=_LONGEST, help_text="Tercatat di jejak.")

    def __init__(self, data: Mapping[str, object] | None) -> None:
        super().__init__(data, prefix="kembalikan")
