"""The address batches are posted to."""

from django.urls import path

from collector.evidence import views

urlpatterns = [path("batches", views.batches, name="batches")]
