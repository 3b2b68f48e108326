"""Addresses of public papers, below the release they are of."""

from django.urls import URLPattern, re_path

from collector.papers import doors

pages: list[URLPattern] = [
    re_path(r"^r/(?P<text>[A-Za-z0-9-]{8,12})/berkas/$", doors.listed, name="papers"),
]
"""In both languages."""
urlpatterns: list[URLPattern] = [
    re_path(r"^unit/(?P<code>[A-Za-z0-9._-]{1,40})/embed\.html$", doors.newest_embed, name="unit-embed"),
    re_path(
        r"^r/(?P<text>[A-Za-z0-9-]{8,12})/(?P<file>[a-z0-9][a-z0-9.-]{2,59})$", doors.paper, name="paper"
    ),
]
