"""A real collector with invented data, and a headless Chromium to look at it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.chromium import chromium
from tests.set_up import set_up
from tests.world import free_port, until_it_listens

CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a collector that serves invented data."""
    port = free_port()
    folder = tmp_path_factory.mktemp("collector")
    environment = {**os.environ, "IKM_DATA": str(folder), "DATABASE_URL": ""}
    run = [sys.executable, "-m"]
    set_up(environment)
    subprocess.run([*run, "tests.browser.fill"], env=environment, check=True, capture_output=True)
    log = (folder / "serve.log").open("wb")
    with (
        log,
        subprocess.Popen(
            [*run, "collector.manage", "serve", "--port", str(port), "--workers", "1"],
            env=environment,
            stdout=log,
            stderr=log,
        ) as server,
    ):
        until_it_listens(port, server, folder / "serve.log")
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> Axe:
    """The checker of accessibility, read once."""
    return Axe()


def faults(axe: Axe, page: Page) -> list[str]:
    """What axe calls a violation on a page as it stands: the rule and where."""
    if not page.evaluate("'axe' in window"):  # as large as it is, it is read once a page
        page.evaluate(axe.axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


@contextmanager
def heard_from(page: Page) -> Iterator[tuple[list[str], list[str]]]:
    """Hear what a page says on the console, and what it asks for, while something is done with it."""
    said: list[str] = []
    asked: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("console", hear)
    page.on("request", note)
    try:
        yield said, asked
    finally:
        page.remove_listener("console", hear)
        page.remove_listener("request", note)


def cut(page: Page) -> list[str]:
    """What sticks out of the page, or is cut off in its own box."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    texts = page.eval_on_selector_all(
        "h1, h2, td, th, dd, dt, p, button, a.button, label",
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1).map(one => one.textContent)",
    )
    return ([f"{wide} px too wide"] if wide > 0 else []) + list(texts)
