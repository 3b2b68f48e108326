"""The page of the contract in a real browser: it loads, names every address, and asks nobody else for anything."""

import json
import urllib.request

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_of_the_contract_shows_every_address_and_loads_nothing_foreign(
    browser: Browser, address: str, width: int
) -> None:
    with urllib.request.urlopen(f"{address}/api/v1/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    page = browser.new_page(viewport={"width": width, "height": 844}, locale="id-ID")
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/api/v1/docs")
    expect(page.locator(".opblock")).to_have_count(sum(map(len, paths.values())))
    shown = {
        text.replace("\u200b", "")
        for text in page.locator("[data-path]").evaluate_all("all => all.map(one => one.dataset.path)")
    }
    assert shown == set(paths)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator(".opblock", has_text="/api/v1/releases").first.locator("button").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert (foreign, said) == ([], [])
    page.close()
