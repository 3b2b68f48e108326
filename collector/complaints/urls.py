"""Addresses: the citizen's door, a unit's complaints in numbers, and the kiosks' door to how tickets stand."""

from django.urls import URLPattern, path, re_path

from collector.complaints import door, standing
from collector.complaints import pages as views

urlpatterns = [path("tickets/<str:kiosk>", door.kiosk_tickets, name="kiosk-tickets")]

pages: list[URLPattern] = [
    path("pengaduan/", views.door, name="ticket"),
    re_path(r"^unit/(?P<code>[A-Za-z0-9._-]{1,40})/pengaduan/$", standing.shown, name="complaints"),
]
"""In both languages."""
