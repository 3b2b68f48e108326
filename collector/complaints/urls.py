"""Addresses of the citizen's door, and of the kiosks' door to how tickets stand."""

from django.urls import URLPattern, path

from collector.complaints import door
from collector.complaints import pages as views

urlpatterns = [path("tickets/<str:kiosk>", door.kiosk_tickets, name="kiosk-tickets")]

pages: list[URLPattern] = [path("pengaduan/", views.door, name="ticket")]
"""In both languages."""
