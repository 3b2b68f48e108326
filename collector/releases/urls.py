"""Addresses of what is published: pages for people, JSON and CSV for programs."""

from django.urls import URLPattern, path, re_path

from collector.releases.show import api, breakdowns, evaluations, explaining, malls, one, proof, statements
from collector.releases.show.overview import pages as overview
from collector.releases.show.pages import unit

pages: list[URLPattern] = [
    path("", overview.home, name="home"),
    re_path(r"^r/(?P<text>[A-Za-z0-9 -]{8,12})/$", one.page, name="release"),
    re_path(r"^unit/(?P<code>[A-Za-z0-9._-]{1,40})/$", unit, name="unit"),
    path("region/", overview.regions, name="regions"),
    re_path(r"^region/(?P<code>[0-9.]{2,13})/$", overview.region, name="region"),
    path("agency/", overview.agencies, name="agencies"),
    re_path(r"^agency/(?P<code>[A-Za-z0-9._-]{1,40})/$", overview.agency, name="agency"),
    re_path(r"^place/(?P<code>[A-Za-z0-9._-]{1,40})/$", malls.mall, name="place"),
    path("privasi/", statements.privacy, name="privacy"),
    path("aksesibilitas/", statements.accessibility, name="accessibility"),
    path("cara-menghitung/", explaining.page, name="explain"),
]
"""In both languages."""
urlpatterns: list[URLPattern] = [
    path("api/v1/releases", api.listed, name="releases"),
    re_path(
        r"^api/v1/releases/(?P<text>[A-Za-z0-9-]{8,12})\.(?P<form>json|csv)$", one.data, name="release-data"
    ),
    re_path(r"^log/proof/(?P<text>[A-Za-z0-9-]{8,12})\.json\.gz$", proof.file, name="release-proof"),
    re_path(r"^log/tests/(?P<text>[A-Za-z0-9-]{8,12})\.json\.gz$", proof.tests, name="release-tests"),
    re_path(r"^log/rows/(?P<text>[A-Za-z0-9-]{8,12})\.json$", proof.rows, name="release-rows"),
    path("api/v1/explain", explaining.data, name="explain-data"),
    path("api/v1/breakdowns", breakdowns.breakdowns, name="breakdowns"),
    path("api/v1/ipp", evaluations.ipp, name="ipp"),
    path("api/v1/indices", api.live_indices, name="indices"),
]
