"""Addresses of the public pages and of the indices' API."""

from django.urls import URLPattern, path

from collector.scores import api, pages

urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("unit/<str:code>/", pages.unit, name="unit"),
    path("region/<str:code>/", pages.region, name="region"),
    path("api/v1/indices", api.show_indices, name="indices"),
]
