"""Addresses of what is public of complaints: a unit's page with its papers, and Open311 for programs."""

from django.urls import URLPattern, path, re_path

from collector.handover import public
from collector.handover.open311 import pages as open311

_UNIT = r"(?P<code>[A-Za-z0-9._-]{1,40})"
_FORM = r"(?P<form>json|xml)"

pages: list[URLPattern] = [re_path(rf"^unit/{_UNIT}/pengaduan/$", public.page, name="complaints-of-unit")]
"""In both languages."""
urlpatterns: list[URLPattern] = [
    re_path(
        rf"^unit/{_UNIT}/pengaduan/(?P<period>[0-9]{{4}}(?:-[A-Z0-9]{{2,3}})?)\.pdf$",
        public.report_file,
        name="complaint-report",
    ),
    re_path(
        rf"^unit/{_UNIT}/pengaduan/cara-mengadu-(?P<size>a3|a4)\.pdf$",
        public.poster_file,
        name="complaint-poster",
    ),
    path("open311/discovery.json", open311.discovery, name="open311-discovery"),
    re_path(rf"^open311/v2/services\.{_FORM}$", open311.services, name="open311-services"),
    re_path(rf"^open311/v2/requests\.{_FORM}$", open311.requests, name="open311-requests"),
    re_path(
        rf"^open311/v2/requests/(?P<name>[0-9a-f]{{12}})(?:\.{_FORM})?$", open311.one, name="open311-request"
    ),
]
