"""Addresses of the public ticket pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
