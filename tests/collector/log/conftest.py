"""The page from a stick in a headless Chromium, and a village under a log."""

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from collector.fleet.models import Unit
from collector.releases.models import Release
from tests.chromium import chromium
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.log.village import Village, moment
from tests.collector.log.world import World
from witness.verify.page import page as made

OCTOBER, NOVEMBER = date(2026, 10, 5), date(2026, 11, 9)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page in a headless Chromium, from a file as from a stick."""
    path = tmp_path_factory.mktemp("stick") / "periksa.html"
    path.write_text(made(), encoding="utf-8")
    # Playwright keeps a loop in this thread, beside which Django would refuse the tests' own database.
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with pytest.MonkeyPatch.context() as started:
            # On another date Chromium would wait for moments that never come, and use up a core.
            started.delenv("LD_PRELOAD", raising=False)
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=chromium(), args=["--headless", "--no-sandbox"]
            )
        page = browser.new_page(viewport={"width": 390, "height": 900})
        page.goto(f"file://{path}")
        yield page
        browser.close()


@pytest.fixture
def world(
    unit: Unit,
    own_clock: OwnClock,
    arrive: Arrive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    opened: Page,
) -> World:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path / "data")
    monkeypatch.setattr(settings, "IKM_LOG_POLICY", None)
    own_clock.moment = moment(date(2026, 9, 27))
    village = Village(unit, own_clock, arrive)
    found = World(village, tmp_path, capsys, opened)
    for name, values in (("balai", (4, 3, 3, 2, 4, 3)), ("loket", (2, 2, 3, 4, 4, 1, 3))):
        card = village.card(name)
        card.serve(OCTOBER, *values)
        card.serve(NOVEMBER, *values)
    found.log()
    return found


@pytest.fixture
def released(world: World) -> Release:
    world.village.send()
    release = world.village.publish()
    world.log()
    return release
