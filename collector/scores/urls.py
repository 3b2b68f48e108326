"""Addresses of the public pages and of the indices' API."""

from django.urls import URLPattern, path, re_path

from collector.scores.show import api, pages

urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    re_path(r"^unit/(?P<code>[A-Za-z0-9._-]{1,40})/$", pages.unit, name="unit"),
    re_path(r"^region/(?P<code>[0-9.]{2,13})/$", pages.region, name="region"),
    path("api/v1/indices", api.show_indices, name="indices"),
]
