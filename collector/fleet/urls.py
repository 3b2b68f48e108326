"""Addresses of the kiosks' enrolment and settings."""

from django.urls import path

from collector.fleet import views

urlpatterns = [
    path("ca", views.authority, name="authority"),
    path("enrol", views.enrol, name="enrol"),
    path("settings/<str:kiosk>", views.kiosk_settings, name="kiosk-settings"),
]
