"""Addresses of the public ticket pages."""

from django.urls import path

from collector.complaints import pages

urlpatterns = [path("t/<str:code>", pages.ticket, name="ticket")]
