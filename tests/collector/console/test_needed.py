"""What a listener loads: everything that a record or a kiosk needs, and nothing of pages, papers and auditors."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.conf import settings

from collector.console.needed import PAGES_ALONE, apps_for

ROOT = Path(__file__).resolve().parents[3]
ABROAD = {
    "allauth", "apprise", "gunicorn", "ninja", "openpyxl", "pikepdf", "pygments", "requests", "segno", "typst", "whitenoise", "xlsxwriter",
}  # fmt: skip
"""What other commands use, by the names of its packages."""
ELSEWHERE = {
    "collector.api", "collector.desk", "collector.evidence.proof", "collector.opendata", "collector.papers.making", "collector.urls",
    "collector.wsgi", "django.contrib.admin", "django.contrib.messages", "django.contrib.sessions", "django.contrib.staticfiles",
}  # fmt: skip
STARTED = """
import sys
from collector import manage
sys.argv = ["ikm-collector", "listen", "--help"]
try:
    manage.main()
except SystemExit:
    print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_the_listener_loads_what_it_works_with(loaded: set[str]) -> None:
    assert {
        "paho.mqtt.client",
        "collector.evidence.intake.group",
        "collector.scores.tallies.projection",
    } <= loaded


def test_the_listener_loads_nothing_of_pages_papers_and_auditors(loaded: set[str]) -> None:
    assert not ABROAD & {name.partition(".")[0] for name in loaded}
    assert not {name for name in loaded for one in ELSEWHERE if f"{name}.".startswith(f"{one}.")}


def test_only_a_listener_goes_without_them() -> None:
    every = list(settings.INSTALLED_APPS)
    assert apps_for("serve", every) == every
    assert apps_for("listen", every) == [app for app in every if app not in PAGES_ALONE]
    assert set(PAGES_ALONE) <= set(every)


def test_nothing_that_a_kiosk_or_a_record_needs_hangs_on_an_app_that_is_left_out() -> None:
    """Such an app registers nothing when it is loaded, and no table of another one leads to its tables."""
    left_out = [one for one in apps.get_app_configs() if one.name in PAGES_ALONE]
    ours = [one for one in left_out if one.name.startswith("collector.")]
    assert ours
    assert [one.name for one in ours if type(one).ready is not AppConfig.ready] == []
    tables = {model for one in left_out for model in one.get_models()}
    leading = {
        field
        for model in set(apps.get_models()) - tables
        for field in model._meta.get_fields()
        if field.concrete and field.related_model in tables
    }
    assert leading == set()
