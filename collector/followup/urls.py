"""Addresses of what everybody reads of a unit's follow-up."""

from django.urls import URLPattern, re_path

from collector.followup.show import board

_UNIT = r"(?P<code>[A-Za-z0-9._-]{1,40})"

pages: list[URLPattern] = [re_path(rf"^unit/{_UNIT}/tindak-lanjut/$", board.page, name="followup")]
"""In both languages."""
urlpatterns: list[URLPattern] = [
    re_path(rf"^api/v1/followup/{_UNIT}\.json$", board.data, name="followup-data"),
]
