"""Addresses of what everybody reads of a unit's standards. Behind the log-in they are in `collector.desk.urls`."""

from django.urls import URLPattern, re_path

from collector.standards.show import data, public

_UNIT = r"(?P<code>[A-Za-z0-9._-]{1,40})"
_SERVICE = r"(?P<service>[A-Za-z0-9._-]{1,40})"

pages: list[URLPattern] = [
    re_path(rf"^unit/{_UNIT}/standar/$", public.listed, name="standards"),
    re_path(rf"^unit/{_UNIT}/standar/{_SERVICE}/$", public.one, name="standard"),
    re_path(
        rf"^unit/{_UNIT}/standar/{_SERVICE}/(?P<number>[0-9]{{1,6}})/$", public.one, name="standard-version"
    ),
    re_path(rf"^unit/{_UNIT}/maklumat/$", public.promise, name="maklumat"),
]
"""In both languages."""
urlpatterns: list[URLPattern] = [
    re_path(rf"^unit/{_UNIT}/standar/{_SERVICE}\.pdf$", public.sheet, name="standard-sheet"),
    re_path(rf"^unit/{_UNIT}/maklumat\.pdf$", public.promise_sheet, name="maklumat-sheet"),
    re_path(rf"^unit/{_UNIT}/maklumat/(?P<number>[0-9]{{1,6}})\.jpg$", public.photo, name="maklumat-photo"),
    re_path(rf"^api/v1/standards/{_UNIT}\.json$", data.as_json, name="standards-json"),
    re_path(rf"^api/v1/standards/{_UNIT}\.csv$", data.as_csv, name="standards-csv"),
]
