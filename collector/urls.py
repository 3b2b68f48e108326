"""All addresses: the doors of the kiosks under `/api/v1/`, and the pages at the root.

Pages (`pages` of each room) are in two languages: at the root and below `/en/` (`collector.language`). Everything else
has one address.
"""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from collector.accounts import urls as accounts
from collector.api.contract import api
from collector.complaints import urls as complaints
from collector.desk import urls as desk
from collector.followup import urls as followup
from collector.handover import urls as handover
from collector.opendata import urls as opendata
from collector.papers import urls as papers
from collector.releases import urls as releases
from collector.standards import urls as standards
from collector.visits import urls as visits

handler500 = "collector.api.failing.answered"
urlpatterns = [
    path("api/v1/", api.urls),
    path("api/v1/", include("collector.evidence.urls")),
    path("api/v1/", include("collector.fleet.urls")),
    path("api/v1/", include("collector.complaints.urls")),
    path("", include("collector.alerts.urls")),
    path("", include("collector.followup.urls")),
    path("", include("collector.handover.urls")),
    path("", include("collector.log.urls")),
    path("", include("collector.opendata.urls")),
    path("", include("collector.papers.urls")),
    path("", include("collector.standards.urls")),
    path("", include("collector.releases.urls")),
    path("", include("collector.accounts.urls")),
    path("", include("collector.desk.urls")),
    *i18n_patterns(
        *accounts.pages,
        *complaints.pages,
        *desk.pages,
        *followup.pages,
        *handover.pages,
        *opendata.pages,
        *papers.pages,
        *standards.pages,
        *releases.pages,
        *visits.pages,
        prefix_default_language=False,
    ),
]
