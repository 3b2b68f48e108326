"""Addresses of what everybody reads: a ticket by its code, a unit's complaints in numbers."""

from django.urls import URLPattern, path, re_path

from collector.complaints import pages as views
from collector.complaints import standing

pages: list[URLPattern] = [
    path("t/<str:code>", views.ticket, name="ticket"),
    re_path(r"^unit/(?P<code>[A-Za-z0-9._-]{1,40})/pengaduan/$", standing.shown, name="complaints"),
]
"""In both languages."""
