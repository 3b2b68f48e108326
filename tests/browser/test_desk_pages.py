"""The desk in a real browser: every page of every role at a phone's and a desktop's width, by keyboard alone, printed, and in the dark."""

import base64
import hmac
import re
import time
from collections.abc import Iterator, Mapping

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import cut, faults, heard_from

pytestmark = pytest.mark.browser

PASSWORD = "ayam-goreng-kremes-4711"
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
EVERYBODY = ("/meja/", "/meja/minggu-ini/", "/akun/")
UNIT = "/meja/unit/tanjungasih/2026-TW3/"
KIOSKS = ("/meja/kios/", "/meja/kios/loket-2/", "/meja/peringatan/")
SERVICES = "/meja/unit/tanjungasih/layanan/"
STANDING, MAILS = "/meja/unit/tanjungasih/keadaan/", "/meja/surel/"
OF_EVALUATORS = (
    "/meja/rilis/?period=2026-TW3",
    "/meja/belum-melapor/?period=2026-TW3",
    UNIT,
    "/meja/akun/",
    "/meja/akun/undang/",
)
PAGES: Mapping[str, tuple[str, ...]] = {
    "pembaca": (*EVERYBODY[:1], MAILS),
    "pemeriksa": (
        *EVERYBODY[:1],
        "/meja/angka/",
        "/meja/angka/?unit=tanjungasih&from=2026-07-01&to=2026-09-30&by=month",
        f"{UNIT}jam/",
        "/meja/pengaduan/rantai/?unit=tanjungasih",
    ),
    "petugas": (
        *EVERYBODY,
        "/meja/pengaduan/?tampil=semua",
        "/meja/pengaduan/900001/",
        "/meja/pengaduan/900002/",
        "/meja/pengaduan/aturan/",
        "/meja/unit/tanjungasih/jawaban/",
        UNIT,
        "/meja/unit/tanjungasih/rilis/",
        "/meja/unit/tanjungasih/tindak-lanjut/",
        "/meja/unit/tanjungasih/forum/",
        "/meja/unit/tanjungasih/pekppp/2026/",
        "/meja/unit/tanjungasih/standar/",
        "/meja/unit/tanjungasih/standar/layanan/sku/",
        "/meja/unit/tanjungasih/standar/layanan/sku/tulis/",
        "/meja/unit/tanjungasih/maklumat/",
        "/meja/unit/tanjungasih/kunjungan/",
        "/meja/unit/tanjungasih/kunjungan/2/",
        "/meja/pekerjaan/",
        *KIOSKS,
        SERVICES,
        STANDING,
        MAILS,
    ),
    "penilai": (
        *EVERYBODY,
        *OF_EVALUATORS,
        "/meja/pengaduan/?tampil=semua",
        "/meja/pengaduan/900003/",
        "/meja/pengaduan/900004/",
        "/meja/pengaduan/kalender/",
        "/meja/pengaduan/bulan/",
        *KIOSKS,
        SERVICES,
        STANDING,
        MAILS,
        "/meja/unit/tanjungasih/standar/",
        "/meja/unit/tanjungasih/kunjungan/",
    ),
    "pengelola": (
        "/meja/",
        "/meja/akun/",
        "/meja/akun/undang/",
        "/meja/akun/token/",
        "/meja/akun/token/?tampil=semua",
        "/meja/akun/token/baru/",
        "/meja/armada/",
        "/meja/peringatan/penerima/",
        "/meja/setelan/",
        "/meja/setelan/wilayah/18.01/",
        "/meja/setelan/unit/tanjungasih/",
        "/meja/setelan/unit/tanjungasih/opening_hours/",
        "/meja/mal/",
        "/meja/mal/mpp-kalianda/",
        "/meja/wilayah/",
    ),
}
"""What each role sees of its own; the rest of an administrator's rooms look as an evaluator's do."""


@pytest.fixture(scope="module")
def desks(browser: Browser, address: str) -> Iterator[dict[str, BrowserContext]]:
    """A browser for each role, logged in as people do."""
    found = {}
    for role in PAGES:
        context = browser.new_context(viewport=DESKTOP, locale="id-ID", base_url=address)
        found[role] = context
        page = context.new_page()
        log_in(page, role)
        if role == "pengelola":
            set_up_second_factor(page)
        page.close()
    yield found
    for context in found.values():
        context.close()


@pytest.fixture(scope="module")
def same_pages(desks: dict[str, BrowserContext]) -> Iterator[dict[str, Page]]:
    """One for each role: to open one takes longer than to look at it."""
    pages = {role: context.new_page() for role, context in desks.items()}
    yield pages
    for page in pages.values():
        page.close()


def log_in(page: Page, account: str) -> None:
    """Come in with keys alone."""
    page.goto("/akun/masuk/")
    tab_to(page, "input[name=login]")
    page.keyboard.type(account)
    tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/akun/masuk/"), timeout=20_000)


def set_up_second_factor(page: Page) -> None:
    """An administrator is sent here first, and nowhere else before."""
    page.goto("/meja/")
    expect(page).to_have_url(re.compile("/akun/(ulangi/|faktor/totp/activate/)"))
    if "/akun/ulangi/" in page.url:  # whoever came in a while ago says the password once more
        tab_to(page, "input[name=password]")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/akun/faktor/totp/activate/$"), timeout=20_000)
    for _ in range(3):  # a code may be over before it has arrived
        secret = page.locator("#authenticator_secret").input_value()
        tab_to(page, "input[name=code]")
        page.keyboard.type(code_now(secret))
        with page.expect_navigation(timeout=20_000):
            page.keyboard.press("Enter")
        if "/totp/activate/" not in page.url:
            return
    pytest.fail(f"the second factor was not taken at {page.url}")


def code_now(secret: str) -> str:
    """Give what an authenticator app shows (RFC 6238)."""
    counter = int(time.time() // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def tab_to(page: Page, selector: str, text: str = "") -> None:
    """Press Tab until the focus is on something, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([selector, text]) => document.activeElement.matches(selector) && document.activeElement.textContent.includes(text)",
            [selector, text],
        ):
            return
    raise AssertionError(f"no key leads to {selector} {text}")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("role, path", [(role, path) for role, paths in PAGES.items() for path in paths])
def test_a_page_fits_both_widths_has_no_violation_and_runs_nothing(
    same_pages: dict[str, Page], axe: Axe, role: str, path: str
) -> None:
    page = same_pages[role]
    with heard_from(page) as (said, _):
        answer = page.goto(path)
        assert answer is not None
        assert (answer.status, page.url.endswith(path)) == (200, True)
        assert page.locator("h1").count() == 1
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # playwright's own dictionary
            assert cut(page) == [], size
            assert faults(axe, page) == [], size
        if path.startswith("/meja/"):
            assert page.locator("script").count() == 0
    assert said == []


@pytest.mark.parametrize("role", ["pembaca", "pemeriksa", "petugas"])
def test_the_rooms_of_evaluators_are_shut_to_others(desks: dict[str, BrowserContext], role: str) -> None:
    page = desks[role].new_page()
    for path in OF_EVALUATORS:
        if path not in PAGES[role]:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 403, path
    page.close()


def copy_sheet(page: Page) -> str:
    """Give the address of the copy sheet of a release that an evaluator may have."""
    asked = page.request.get("/api/v1/releases?unit=sukamaju&period=2026-TW3&instrument=skm-2017")
    return f"/meja/rilis/{asked.json()['releases'][0]['address']}/lembar-salin/"


def test_a_value_of_the_copy_sheet_is_copied_by_keyboard_and_the_page_says_so(
    desks: dict[str, BrowserContext], axe: Axe
) -> None:
    desks["penilai"].grant_permissions(["clipboard-read", "clipboard-write"])
    page = desks["penilai"].new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(copy_sheet(page))
    button = page.get_by_role("button", name="Salin NILAI IKM **)")
    value = page.locator("tr", has=button).locator("[data-copy]").inner_text()
    button.press("Enter")
    expect(page.get_by_role("status")).to_have_text(f"Tersalin: NILAI IKM **), Nilai, {value}")
    assert page.evaluate("navigator.clipboard.readText()") == value
    assert page.locator("button.copy").count() == page.locator("[data-copy]").count()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # playwright's own dictionary
        assert cut(page) == [], size
        assert faults(axe, page) == [], size
    page.emulate_media(media="print")
    expect(page.locator("button.copy").first).to_be_hidden()
    assert said == []
    page.close()


def test_the_copy_sheet_says_the_same_without_a_script(
    browser: Browser, desks: dict[str, BrowserContext], address: str
) -> None:
    known = desks["penilai"].storage_state()
    context = browser.new_context(java_script_enabled=False, base_url=address, storage_state=known)
    page = context.new_page()
    page.goto(copy_sheet(page))
    assert page.locator("[data-copy]").count() > 30
    assert page.locator("button.copy").count() == 0
    context.close()


@pytest.mark.parametrize("path", ["/akun/masuk/", "/akun/daftar/", "/akun/undangan/kedaluwarsa/"])
def test_the_doors_have_no_violation_either(browser: Browser, address: str, axe: Axe, path: str) -> None:
    page = browser.new_page(viewport=PHONE, base_url=address)  # type: ignore[arg-type]  # as above
    page.goto(path)
    assert faults(axe, page) == []
    assert cut(page) == []
    page.close()


@pytest.mark.parametrize(
    "path",
    [
        "/meja/",
        "/meja/minggu-ini/",
        OF_EVALUATORS[0],
        OF_EVALUATORS[1],
        UNIT,
        "/meja/unit/tanjungasih/kunjungan/2/",
        "/meja/kunjungan/tanjungasih/",
        *KIOSKS,
    ],
)
def test_in_the_dark_everything_can_be_read(desks: dict[str, BrowserContext], axe: Axe, path: str) -> None:
    page = desks["penilai"].new_page()
    page.emulate_media(color_scheme="dark")
    page.goto(path)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 25, 29)"
    assert faults(axe, page) == []
    page.close()


def test_the_week_prints_without_what_is_for_the_screen(desks: dict[str, BrowserContext]) -> None:
    page = desks["penilai"].new_page()
    page.goto("/meja/minggu-ini/")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".rooms")).to_be_hidden()
    expect(page.locator(".week li").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 38, 43)"
    page.close()


def test_the_kiosk_that_needs_somebody_comes_first_and_is_reached_by_keys_alone(
    desks: dict[str, BrowserContext],
) -> None:
    page = desks["petugas"].new_page()
    page.goto("/meja/minggu-ini/")
    tab_to(page, "a", "Kios")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 dari 2 kios perlu dilihat")).to_be_visible()
    expect(page.locator("tbody th a").first).to_have_text("loket-2")
    tab_to(page, "a", "loket-2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kartu memori penuh.")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".rooms")).to_be_hidden()
    page.close()


def test_a_service_is_added_and_users_are_stated_by_keys_alone(desks: dict[str, BrowserContext]) -> None:
    page = desks["petugas"].new_page()
    page.goto(SERVICES)
    tab_to(page, "summary", "Tambah layanan")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=name]")
    page.keyboard.type("Surat pengantar")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Surat pengantar: ditambahkan.")).to_be_visible()
    tab_to(page, "input[name=users]")
    page.keyboard.type("640")
    page.keyboard.press("Enter")
    expect(page.get_by_text("tercatat.")).to_be_visible()
    expect(page.locator("td", has_text="240")).to_be_visible()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # as above
        page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
        assert cut(page) == [], size
    page.close()


def test_an_evaluator_reminds_a_unit_by_keys_alone(desks: dict[str, BrowserContext]) -> None:
    page = desks["penilai"].new_page()
    page.goto("/meja/minggu-ini/")
    tab_to(page, "a", "periode tidak dilaporkan")
    page.goto("/meja/belum-melapor/?period=2026-TW3")
    tab_to(page, "button", "Ingatkan")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Balai Desa Tanjung Asih diingatkan")).to_be_visible()
    expect(page.get_by_role("button", name="Ingatkan")).to_have_count(0)
    officer = desks["petugas"].new_page()
    officer.goto("/meja/minggu-ini/")
    expect(officer.get_by_text("Penilai mengingatkan pada")).to_be_visible()
    officer.close()
    page.close()


def test_a_quarter_is_handed_in_sent_back_and_published_by_keys_alone(
    desks: dict[str, BrowserContext],
) -> None:
    officer, evaluator = desks["petugas"].new_page(), desks["penilai"].new_page()
    officer.goto("/meja/minggu-ini/")
    tab_to(officer, "a", "ajukan rilis")
    officer.keyboard.press("Enter")
    officer.goto(UNIT)
    tab_to(officer, "button", "Ajukan")
    officer.keyboard.press("Enter")
    expect(officer.get_by_text("diajukan. Sekarang giliran penilai")).to_be_visible()
    evaluator.goto(UNIT)
    tab_to(evaluator, "input[name=why][required]")
    evaluator.keyboard.type("kios belum mengirim")
    evaluator.keyboard.press("Enter")
    expect(evaluator.get_by_text("dikembalikan. Petugas unit membaca")).to_be_visible()
    officer.reload()
    expect(officer.locator("p.wrong", has_text="kios belum mengirim")).to_be_visible()
    tab_to(officer, "button", "Ajukan")
    officer.keyboard.press("Enter")
    evaluator.reload()
    tab_to(evaluator, "button", "Terbitkan")
    evaluator.keyboard.press("Enter")
    expect(evaluator.get_by_text("terbit. Sekarang siapa saja")).to_be_visible()
    tab_to(evaluator, "a.button", "Halaman untuk warga")
    evaluator.keyboard.press("Enter")
    expect(evaluator.get_by_text("kurang dari 5 responden lengkap")).to_be_visible()
    officer.close()
    evaluator.close()
