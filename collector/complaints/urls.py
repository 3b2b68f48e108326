"""Addresses of the public ticket pages."""

from django.urls import path

from collector.complaints import pages as views

pages = [path("t/<str:code>", views.ticket, name="ticket")]
"""In both languages."""
