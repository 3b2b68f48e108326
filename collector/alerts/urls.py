"""The address of the figures for Prometheus."""

from django.urls import path

from collector.alerts import metrics

urlpatterns = [path("metrics", metrics.page, name="metrics")]
