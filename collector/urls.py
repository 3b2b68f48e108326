"""All addresses: the doors of the kiosks under `/api/v1/`, tickets under `/t/`, and the pages at the root."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("collector.evidence.urls")),
    path("api/v1/", include("collector.fleet.urls")),
    path("", include("collector.complaints.urls")),
    path("", include("collector.followup.urls")),
    path("", include("collector.opendata.urls")),
    path("", include("collector.papers.urls")),
    path("", include("collector.standards.urls")),
    path("", include("collector.releases.urls")),
    path("", include("collector.accounts.urls")),
    path("", include("collector.desk.urls")),
]
