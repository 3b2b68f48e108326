"""Addresses of the log, as C2SP's tlog-tiles has them."""

from django.urls import path, re_path

from collector.log import doors

urlpatterns = [
    path("api/v1/log/<str:kiosk>", doors.kiosk_news, name="log-news"),
    path("log/checkpoint", doors.checkpoint, name="log-checkpoint"),
    re_path(
        r"^log/tile/(?P<path>(?:[0-9]{1,2}|entries)/(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/[0-9]{1,3})?)$",
        doors.tile,
        name="log-tile",
    ),
]
