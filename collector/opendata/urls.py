"""Addresses of open data."""

from django.urls import URLPattern, path, re_path

from collector.opendata import pages as views

_SET = (
    r"^data/(?P<instrument>[a-z0-9-]{1,64})/(?P<period>[0-9]{4}(?:-[A-Za-z0-9]{1,4})?)/"
    r"(?:(?P<kind>region|agency)/(?P<code>[A-Za-z0-9._-]{1,40})/)?"
)

pages: list[URLPattern] = [
    path("data/", views.catalogue, name="open-data"),
    re_path(rf"{_SET}$", views.page, name="open-data-set"),
]
"""In both languages."""
urlpatterns: list[URLPattern] = [
    path("api/v1/exports", views.catalogue_data, name="exports"),
    path("data/katalog.json", views.catalogue_data, name="open-data-catalogue"),
    re_path(rf"{_SET}(?P<file>[a-z-]{{3,20}}\.(?:csv|json))$", views.file, name="open-data-file"),
]
