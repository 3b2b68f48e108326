"""The public pages in a real browser, at a phone's and a desktop's width."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import faults, heard_from

pytestmark = pytest.mark.browser

UNIT = "/unit/sukamaju/?period=2026-TW3"
PAGES = (
    "/",
    UNIT,
    "/unit/sinarbaru/?period=2026-TW3",
    "/region/18.01/?period=2026-TW3",
    "/region/18/?period=2026-TW3",
    "/unit/sukamaju/?instrument=spkp&period=2026-TW3",
    "/?instrument=spkp",
    "/unit/mekarsari/?instrument=maladministrasi&period=2026-TW3",
    "/?mutu=C&sort=nama",
    "/?berakhir=ya",
    "/region/",
    "/place/mpp-kalianda/",
    "/agency/",
    "/agency/pemdes/",
    "/data/",
    "/data/?region=18.01",
    "/data/skm-2017/2026-TW3/region/18.01/",
    "/unit/tanjungasih/standar/",
    "/unit/tanjungasih/standar/sku/1/",
    "/unit/tanjungasih/maklumat/",
    "/privasi/",
    "/pengaduan/",
    "/aksesibilitas/",
    "/en/",
    "/en/unit/sukamaju/?period=2026-TW3",
    "/en/unit/sukamaju/?instrument=spkp&period=2026-TW3",
    "/en/region/18/?period=2026-TW3",
    "/en/data/skm-2017/2026-TW3/region/18.01/",
    "/en/unit/tanjungasih/standar/",
    "/en/privasi/",
    "/en/nothing-here/",
    "/en/cara-menghitung/?nrr=3.62;3.48;3.45;4;3.52;3.62;3.66;3.62;3.97&weight=3&rounding=2,2",
    "/cara-menghitung/?nrr=3,62;3,48;3,45;4;3,52;3,62;3,66;3,62;3,97&weight=3&rounding=2,2",
)
SIZES = {"phone": (360, 780), "desktop": (1280, 900)}


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    opened = browser.new_page(viewport={"width": width, "height": height}, locale="id-ID")
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=SIZES)
def same_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """One for all addresses: to open one takes longer than to look at it."""
    width, height = SIZES[request.param]
    opened = browser.new_page(viewport={"width": width, "height": height}, locale="id-ID")
    yield opened
    opened.close()


@pytest.mark.sampled(4)
@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_nothing_is_foreign_and_axe_finds_no_violation(
    same_page: Page, address: str, axe: Axe, path: str
) -> None:
    page = same_page
    with heard_from(page) as (said, asked):
        answer = page.goto(address + path)
    assert answer is not None
    assert answer.status == (404 if "nothing" in path else 200)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert "nothing" in path or said == []
    assert all(url.startswith(address) for url in asked)
    cut = page.eval_on_selector_all(
        "h1, h2, td, th, dd, dt, p", "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
    )
    assert cut == 0
    assert faults(axe, page) == []
    every_control_has_a_name_and_the_page_one_heading(page)
    assert page.locator("html").get_attribute("lang") == ("en" if path.startswith("/en/") else "id")


def every_control_has_a_name_and_the_page_one_heading(page: Page) -> None:
    assert page.locator("h1").count() == 1
    for control in page.locator("input:not([type=hidden]), select, button").all():
        named = control.evaluate(
            "one => (one.labels && one.labels.length > 0) || one.textContent.trim() || one.getAttribute('aria-label')"
        )
        assert named
    for picture in page.locator("svg").all():
        assert picture.get_attribute("aria-hidden") == "true" or picture.get_attribute("aria-label")


def contrast(page: Page, selector: str) -> float:
    """The contrast of an element's text with its own background, as WCAG reckons it."""
    return float(
        page.locator(selector).first.evaluate(
            """one => {
                const light = text => {
                    const [r, g, b] = text.match(/[0-9.]+/g).map(Number).map(part => part / 255)
                        .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                let ground = one;
                while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
                const a = light(getComputedStyle(one).color), b = light(getComputedStyle(ground).backgroundColor);
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            }"""
        )
    )


def test_text_can_be_read_on_its_ground(page: Page, address: str) -> None:
    page.goto(address + UNIT)
    for selector in ("p", ".lead", ".note", ".crumbs a", "dt", "dd small", ".grade.B", ".grade.C", "button"):
        assert contrast(page, selector) >= 4.5, selector


def test_a_visitor_finds_a_unit_and_another_period_by_keyboard_alone(page: Page, address: str) -> None:
    page.goto(address + "/?period=2026-TW3")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_label("Cari unit").focus()
    page.keyboard.type("sukamaju")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Balai Desa Sukamaju")).to_be_visible()
    expect(page.get_by_role("link", name="Balai Pekon")).to_have_count(0)
    page.get_by_role("link", name="Balai Desa Sukamaju").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Balai Desa Sukamaju")
    page.get_by_label("Periode").select_option("2026-TW2")
    page.get_by_role("button", name="Tampilkan").press("Enter")
    expect(page.get_by_role("heading", name="IKM Triwulan II Tahun 2026")).to_be_visible()
    page.get_by_role("link", name="Kabupaten Lampung Selatan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kabupaten Lampung Selatan")


def test_the_page_shows_what_the_release_says(page: Page, address: str) -> None:
    (out,) = page.request.get(
        f"{address}/api/v1/releases?unit=sukamaju&period=2026-TW3&instrument=skm-2017"
    ).json()["releases"]
    answer = page.request.get(f"{address}/api/v1/releases/{out['address']}.json").json()["index"]
    for path in (UNIT, f"/r/{out['address']}/"):
        page.goto(address + path)
        expect(page.locator(".big")).to_have_text(f"{answer['value']:.2f}".replace(".", ","))
        expect(page.locator(".verdict .grade")).to_have_text(answer["category"])
        assert page.locator("section[aria-labelledby=unsur] tbody tr").count() == len(answer["elements"]) == 9
    assert answer["flagged"] == 7
    expect(page.locator(".facts")).to_contain_text("7")


def test_a_reader_changes_the_language_and_stays_on_the_page(page: Page, address: str) -> None:
    page.goto(address + UNIT)
    shown = page.locator(".big").inner_text()
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(f"{address}/en{UNIT}")
    expect(page.locator(".big")).to_have_text(shown.replace(",", "."))
    expect(page.get_by_role("heading", name="IKM Quarter III 2026")).to_be_visible()
    page.get_by_label("Period").select_option("2026-TW2")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="IKM Quarter II 2026")).to_be_visible()
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(page.get_by_role("heading", name="IKM Triwulan II Tahun 2026")).to_be_visible()


def test_a_small_unit_shows_no_number(page: Page, address: str) -> None:
    page.goto(address + "/unit/sinarbaru/?period=2026-TW3")
    expect(page.get_by_text("kurang dari 5 responden lengkap")).to_be_visible()
    expect(page.locator(".big")).to_have_count(0)


def test_the_page_prints_without_its_controls(page: Page, address: str) -> None:
    page.goto(address + UNIT)
    page.emulate_media(media="print")
    expect(page.locator(".ask")).to_be_hidden()
    expect(page.locator(".big")).to_be_visible()


def test_an_evaluation_s_result_fits_and_leads_to_the_users_part(page: Page, address: str) -> None:
    (out,) = page.request.get(f"{address}/api/v1/releases?ipp=sukamaju").json()["releases"]
    page.goto(f"{address}/r/{out['address']}/")
    expect(page.locator(".big")).to_have_text(f"{out['value']:.2f}".replace(".", ","))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator(".facts a").click()
    expect(page.get_by_role("heading", name="F-03 Triwulan III Tahun 2026")).to_be_visible()


def test_a_list_is_sorted_and_narrowed_without_a_script_and_by_links(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("/?period=2026-TW3")
    names = page.locator("tbody th a").all_text_contents()
    with page.expect_navigation():
        page.get_by_role("link", name="IKM ▾").click()
    assert [name for name in page.locator("tbody th a").all_text_contents() if name in names[:5]] == names[
        :5
    ][::-1]
    page.get_by_text("Saring lagi").click()
    page.get_by_label("Mutu").select_option("C")
    with page.expect_navigation():
        page.get_by_role("button", name="Tampilkan").click()
    grades = page.locator("tbody .grade").all_text_contents()
    assert set(grades) == {"C"}
    assert 0 < len(grades) < len(names)
    context.close()


def test_the_overview_follows_a_dark_screen_and_prints_light(
    browser: Browser, address: str, axe: Axe
) -> None:
    page = browser.new_page(base_url=address, color_scheme="dark")
    for path in ("/", UNIT, "/cara-menghitung/"):
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 25, 29)"
        assert faults(axe, page) == []
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
