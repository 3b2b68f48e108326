"""Addresses of the batches' door and of the public verdicts."""

from django.urls import path

from collector.evidence.doors import http as views

urlpatterns = [
    path("batches", views.batches, name="batches"),
    path("verdicts/<str:unit>", views.verdict, name="verdict"),
]
