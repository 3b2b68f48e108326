"""The citizen's door in a real browser: from a QR code, typed without a script, and every act on a phone of 360 px."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from survey.record.ticket import new_code, show_code
from tests.browser.conftest import cut, faults
from tests.set_up import set_up
from tests.world import until_it_listens

pytestmark = pytest.mark.browser

SIZES = {"phone": (360, 780), "desktop": (1280, 900)}


class Door(NamedTuple):
    """A collector with complaints, and their codes."""

    address: str
    answered: str
    new: str
    regretted: str
    settling: str


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A collector of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("collector")
    environment = {**os.environ, "IKM_DATA": str(folder), "DATABASE_URL": ""}
    run = [sys.executable, "-m"]
    set_up(environment)
    filed = subprocess.run(
        [*run, "tests.browser.complained"], env=environment, check=True, capture_output=True
    )
    codes = filed.stdout.decode().split()
    log = (folder / "serve.log").open("wb")
    serve = [*run, "collector.manage", "serve", "--port", str(port), "--workers", "1"]
    with log, subprocess.Popen(serve, env=environment, stdout=log, stderr=log) as server:
        until_it_listens(port, server, folder / "serve.log")
        yield Door(f"http://127.0.0.1:{port}", *codes)
        server.terminate()
    told = (folder / "serve.log").read_text()
    assert [code for code in codes if code in told or show_code(code) in told] == [], "a log holds a code"


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    opened = browser.new_page(viewport={"width": width, "height": height}, locale="id-ID")
    yield opened
    opened.close()


def look_at(page: Page, axe: Axe, name: str) -> None:
    """Check the page as it stands, and keep a picture of it where one is asked for."""
    assert cut(page) == []
    assert faults(axe, page) == []
    assert page.locator("h1").count() == 1
    folder = os.environ.get("IKM_PICTURES")
    if folder and page.viewport_size is not None:
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)


def test_a_qr_code_opens_the_complaint_and_no_address_holds_its_code(
    page: Page, door: Door, axe: Axe
) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{door.address}/pengaduan/#{door.answered}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pengaduan Anda")
    expect(page.get_by_text("Loket kedua dibuka mulai Senin.")).to_be_visible()
    assert page.url == f"{door.address}/pengaduan/"
    assert [one for one in asked if door.answered in one] == []
    assert all(one.startswith(door.address) for one in asked)
    assert said == []
    look_at(page, axe, "ticket-answered")
    page.go_back()
    expect(page).not_to_have_url(f"{door.address}/pengaduan/#{door.answered}")


def test_without_a_script_the_code_is_typed(browser: Browser, door: Door) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=door.address)
    page = context.new_page()
    page.goto("/pengaduan/")
    page.get_by_label("Kode pengaduan Anda").fill(show_code(door.new).lower())
    page.get_by_role("button", name="Lihat").press("Enter")
    expect(page.get_by_text("15 Desember 2026")).to_be_visible()
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_form_and_what_it_says_of_wrong_codes(page: Page, door: Door, axe: Axe, language: str) -> None:
    page.goto(f"{door.address}{language}/pengaduan/")
    look_at(page, axe, f"door{language.replace('/', '-')}")
    wrong = {
        "letters": "O1CDE 3467 MNPQ",
        "length": "ACDE",
        "check": ("A" if door.new[0] != "A" else "C") + door.new[1:],
    }
    for name, code in {**wrong, "unknown": new_code()}.items():
        page.locator("#code").fill(code)
        page.locator("#kode button").click()
        expect(page.get_by_role("alert")).to_be_visible()
        look_at(page, axe, f"door-{name}{language.replace('/', '-')}")


def test_a_citizen_adds_a_word_and_a_number(page: Page, door: Door, axe: Axe) -> None:
    page.goto(f"{door.address}/pengaduan/#{door.new}")
    page.get_by_text("Tambahkan keterangan").click()
    page.get_by_label("Keterangan Anda").fill("Hari ini loket tutup lagi.")
    page.get_by_role("button", name="Kirim keterangan").click()
    expect(page.get_by_role("status")).to_contain_text("Tambahan Anda tersimpan")
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Tambahan Anda tersimpan")
    look_at(page, axe, "ticket-word")
    page.get_by_text("Ganti atau tambahkan nomor telepon").click()
    page.get_by_label("Nomor yang baru").fill("0812")
    page.get_by_role("button", name="Simpan nomor").click()
    expect(page.get_by_text("Nomor ini tidak dapat dihubungi")).to_be_visible()
    look_at(page, axe, "ticket-wrong-number")
    page.get_by_label("Nomor yang baru").fill("0813 9999 8888")
    page.get_by_label("Saya setuju").check()
    page.get_by_role("button", name="Simpan nomor").click()
    expect(page.get_by_role("status")).to_contain_text("sudah dimusnahkan")
    expect(page.get_by_role("button", name="Sudah beres")).to_have_count(0)  # nobody has answered yet


def test_a_citizen_says_that_it_is_settled_and_then_that_it_is_not(page: Page, door: Door, axe: Axe) -> None:
    page.goto(f"{door.address}/pengaduan/#{door.settling}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pengaduan Anda")
    if page.get_by_role("button", name="Sudah beres").count():  # else by the run at the other width
        page.get_by_role("button", name="Sudah beres").click()
        expect(page.get_by_text("Pengaduan ini sudah ditutup.")).to_be_visible()
        look_at(page, axe, "ticket-settled")
        page.get_by_role("button", name="Belum beres").click()
    expect(page.get_by_role("button", name="Belum beres")).to_have_count(0)
    expect(page.get_by_text("Dijawab paling lambat")).to_be_visible()
    look_at(page, axe, "ticket-unsettled")


def test_a_complaint_is_taken_back_after_being_asked_once_more(page: Page, door: Door, axe: Axe) -> None:
    page.goto(f"{door.address}/pengaduan/#{door.regretted}")
    if page.get_by_text("Dicabut oleh Anda").count():  # by the run at the other width
        look_at(page, axe, "ticket-withdrawn")
        return
    page.get_by_role("heading", name="Cabut pengaduan").click()
    page.get_by_role("button", name="Cabut pengaduan …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cabut pengaduan ini?")
    look_at(page, axe, "ticket-withdraw")
    page.get_by_role("button", name="Tidak, kembali").click()
    page.get_by_role("heading", name="Cabut pengaduan").click()
    page.get_by_role("button", name="Cabut pengaduan …").click()
    page.get_by_role("button", name="Ya, cabut pengaduan").click()
    expect(page.get_by_text("Dicabut oleh Anda")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    look_at(page, axe, "ticket-withdrawn")


def test_who_is_turned_away_waits_and_is_let_in(page: Page, door: Door, axe: Axe) -> None:
    for _ in range(5):  # where ten seconds were over just then, somebody is let in
        page.goto(f"{door.address}/pengaduan/")
        page.locator("#code").fill(door.answered)
        for _ in range(60):
            answer = page.request.post(f"{door.address}/pengaduan/", form={"code": new_code()})
            if answer.status == 429:
                break
        assert answer.status == 429
        with page.expect_navigation():
            page.locator("#kode button").click()
        if page.get_by_role("heading", level=1).inner_text() == "Sebentar lagi":
            break
    expect(page.get_by_role("heading", level=1)).to_have_text("Sebentar lagi")
    look_at(page, axe, "ticket-wait")
    page.wait_for_timeout(10_100)  # as the page says
    page.get_by_role("button", name="Coba lagi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pengaduan Anda")
