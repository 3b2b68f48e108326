"""The address of the citizen's door."""

from django.urls import path

from collector.complaints import pages as views

pages = [path("pengaduan/", views.door, name="ticket")]
"""In both languages."""
