"""Addresses of the public pages and of the indices' API."""

from django.urls import URLPattern, path

from collector.scores import pages

urlpatterns: list[URLPattern] = [path("", pages.home, name="home")]
