"""A visit's checklist in a real browser: filled in without a network, kept over a reload, sent once there is one, and never twice."""

import io
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import cut, faults
from tests.browser.test_desk_pages import DESKTOP, PHONE, log_in, tab_to

pytestmark = pytest.mark.browser
CHECK = "/meja/kunjungan/tanjungasih/"
READY = "Halaman ini tersimpan di perangkat"
WAITING = "Terkirim sendiri begitu ada jaringan"
RECEIVED = re.compile(r"/meja/unit/tanjungasih/kunjungan/\d+/$")


@pytest.fixture(scope="module")
def field(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """An evaluator's telephone."""
    context = browser.new_context(viewport=PHONE, locale="id-ID", base_url=address)  # type: ignore[arg-type]  # playwright's own dictionary
    page = context.new_page()
    log_in(page, "penilai")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(field: BrowserContext) -> Iterator[Page]:
    """The checklist, kept by the browser."""
    field.set_offline(False)
    page = field.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "violat" in message.text else None)
    page.goto(CHECK)
    expect(page.locator("#kept")).to_contain_text(READY)
    yield page
    field.set_offline(False)
    page.close()
    assert said == [], "nothing that the policy of the page forbids"


def choose(page: Page, item: str, words: str) -> None:
    page.locator("fieldset", has=page.locator("legend", has_text=item)).get_by_label(
        words, exact=True
    ).check()


def fill(page: Page, note: str) -> None:
    choose(page, "Persyaratan", "Ada")
    choose(page, "Biaya/tarif", "Sebagian")
    page.locator("#id_note_biaya").fill(note)
    page.locator("#id_office").fill("Bagian Organisasi Setda")


def files(note: str) -> list[dict[str, object]]:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(out, "PNG")
    return [{"name": f"{note}.png", "mimeType": "image/png", "buffer": out.getvalue()}]


def test_the_checklist_fits_both_widths_and_has_no_violation(page: Page, axe: Axe) -> None:
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # playwright's own dictionary
        assert cut(page) == [], size
        assert faults(axe, page) == [], size


def test_what_is_filled_in_without_a_network_outlives_a_reload_and_is_sent_when_there_is_one(
    page: Page, field: BrowserContext
) -> None:
    field.set_offline(True)
    fill(page, "tanpa jaringan")
    page.locator("#photo-biaya").set_input_files(files("papan"))  # type: ignore[arg-type]  # playwright's own dictionary
    expect(page.locator("#photos-biaya li")).to_have_count(1)
    page.reload()
    expect(page.get_by_text("Isian yang belum dikirim dimuat kembali.")).to_be_visible()
    expect(page.locator("#id_note_biaya")).to_have_value("tanpa jaringan")
    expect(page.locator("#id_found_biaya_1")).to_be_checked()
    expect(page.locator("#photos-biaya li")).to_contain_text("papan.png")
    page.get_by_role("button", name="Tanda tangani dan kirim").click()
    expect(page.locator("#said")).to_contain_text(WAITING)
    page.close()  # the telephone goes into the pocket
    page = field.new_page()
    page.goto(CHECK)
    expect(page.locator("#said")).to_contain_text(WAITING)
    field.set_offline(False)
    expect(page).to_have_url(RECEIVED, timeout=20_000)
    expect(page.get_by_text("tanpa jaringan")).to_be_visible()
    expect(page.locator("a.proof img")).to_have_count(1)
    expect(page.get_by_text("menurut perangkatnya")).to_be_visible()
    expect(page.get_by_text("Isi dan fotonya sama dengan yang tercatat")).to_be_visible()
    page.goto(CHECK)
    expect(page.locator("#kept")).to_contain_text(READY)
    expect(page.locator("#id_note_biaya")).to_have_value("")
    expect(page.locator("#photos-biaya li")).to_have_count(0)
    page.close()


def test_an_answer_that_is_lost_on_the_way_does_not_make_two_visits(page: Page) -> None:
    fill(page, "jawaban hilang")
    lost: list[str] = []

    def lose(route) -> None:  # type: ignore[no-untyped-def]  # playwright's own
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().url)  # the collector has it; the telephone never hears so
            route.abort()
        else:
            route.continue_()

    page.route(f"**{CHECK}", lose)
    page.get_by_role("button", name="Tanda tangani dan kirim").click()
    expect(page.locator("#said")).to_contain_text(WAITING)
    page.get_by_role("button", name="Tanda tangani dan kirim").click()
    expect(page).to_have_url(RECEIVED, timeout=20_000)
    page.goto("/meja/unit/tanjungasih/kunjungan/")
    numbers = page.locator("h2 a").all_text_contents()
    page.goto(page.locator("h2 a").first.get_attribute("href") or "")
    expect(page.get_by_text("jawaban hilang")).to_be_visible()
    assert len(lost) == 1
    assert len(numbers) == len(set(numbers))
    page.goto("/meja/unit/tanjungasih/kunjungan/")
    texts = [page.request.get(str(one)).text() for one in hrefs(page)]
    assert sum("jawaban hilang" in text for text in texts) == 1


def hrefs(page: Page) -> list[str | None]:
    return [one.get_attribute("href") for one in page.locator("h2 a").all()]


def test_a_session_that_ended_in_the_field_loses_nothing(page: Page, field: BrowserContext) -> None:
    fill(page, "sesi berakhir")
    field.clear_cookies()
    page.get_by_role("button", name="Tanda tangani dan kirim").click()
    expect(page.locator("#said")).to_contain_text("Sesi Anda berakhir")
    page.get_by_role("link", name="Masuk", exact=True).click()
    log_in(page, "penilai")
    page.goto(CHECK)
    expect(page).to_have_url(RECEIVED, timeout=20_000)
    expect(page.get_by_text("sesi berakhir")).to_be_visible()


def test_what_the_collector_refuses_is_said_and_stays_to_be_mended(page: Page) -> None:
    page.locator("#id_office").fill("Bagian Organisasi")
    page.locator("#id_note_waktu").fill("dua hari")
    page.get_by_role("button", name="Tanda tangani dan kirim").click()
    expect(page.locator("#said")).to_contain_text("Pilih ada, sebagian, atau tidak: Jangka waktu pelayanan")
    page.reload()
    expect(page.locator("#id_note_waktu")).to_have_value("dua hari")
    choose(page, "Jangka waktu", "Tidak")
    page.get_by_role("button", name="Tanda tangani dan kirim").click()
    expect(page).to_have_url(RECEIVED, timeout=20_000)


def test_a_draft_is_dropped_only_when_that_is_said_twice_and_a_photo_by_itself(page: Page) -> None:
    fill(page, "buang saya")
    page.locator("#photo-biaya").set_input_files(files("satu"))  # type: ignore[arg-type]  # playwright's own dictionary
    page.locator("#photo-biaya").set_input_files(files("dua"))  # type: ignore[arg-type]  # playwright's own dictionary
    page.get_by_role("button", name="Hapus foto satu.png").click()
    expect(page.locator("#photos-biaya li")).to_have_count(1)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Buang isian").click()
    expect(page.locator("#id_note_biaya")).to_have_value("buang saya")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Buang isian").click()
    expect(page.locator("#id_note_biaya")).to_have_value("")
    expect(page.locator("#photos-biaya li")).to_have_count(0)


def test_an_evaluator_signs_by_keys_alone(page: Page) -> None:
    tab_to(page, "#id_found_persyaratan_0")
    page.keyboard.press("Space")
    expect(page.locator("#id_found_persyaratan_0")).to_be_checked()
    page.locator("#id_office").fill("Bagian Organisasi")
    page.locator("#id_note").focus()
    tab_to(page, "button", "Tanda tangani")
    page.keyboard.press("Enter")
    expect(page).to_have_url(RECEIVED, timeout=20_000)


def test_without_scripts_the_checklist_is_a_plain_form(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address, viewport=PHONE)  # type: ignore[arg-type]  # as above
    page = context.new_page()
    page.goto("/akun/masuk/")
    page.fill("input[name=login]", "penilai")
    page.fill("input[name=password]", "ayam-goreng-kremes-4711")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/meja/$"))
    page.goto(CHECK)
    fill(page, "tanpa skrip")
    page.locator("#photo-biaya").set_input_files(files("papan"))  # type: ignore[arg-type]  # playwright's own dictionary
    page.get_by_role("button", name="Tanda tangani dan kirim").click()
    expect(page).to_have_url(RECEIVED)
    expect(page.get_by_text("tanpa skrip")).to_be_visible()
    expect(page.locator("a.proof img")).to_have_count(1)
    context.close()
