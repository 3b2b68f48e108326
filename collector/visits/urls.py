"""Address of the page on which a visit is looked up."""

from django.urls import URLPattern, path

from collector.visits import pages as views

pages: list[URLPattern] = [path("bukti/", views.door, name="visit")]
"""In both languages."""
