"""Visits at the desk: each role through each door, the plain form without scripts, and the unit's reply."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collector.accounts import roles
from collector.fleet.models import Unit
from collector.headers import OFFLINE, WORKER
from collector.people.models import TrailEntry
from collector.standards.models import Visit, VisitPhoto, VisitReply
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import browser, seen
from tests.collector.desk.visitors import visitor
from tests.collector.standards import office

pytestmark = pytest.mark.django_db
ROOT = "/meja/unit/sukamaju/kunjungan/"
CHECK = "/meja/kunjungan/sukamaju/"
FIELDS = {
    "visited_on": "2026-05-11", "name": "Wati Rahayu", "office": "Bagian Organisasi", "found_biaya": "ada", "note_biaya": "gratis",
    "found_maklumat": "tidak",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _spring(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 5, 11, 3, tzinfo=UTC)
    cache.clear()


@pytest.fixture
def unit() -> Unit:
    return office.unit()


@pytest.fixture
def evaluator(unit: Unit) -> Client:
    return browser(person("wati", roles.EVALUATOR, region=unit.region))


def photo(data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("papan.jpg", data or office.picture(), content_type="text/html")


def filled(account: str, **other: object) -> dict[str, object]:
    return FIELDS | {"key": str(uuid4()), "account": account} | other


@pytest.mark.parametrize(
    "role, read, check, reply",
    [
        ("nobody", 302, 302, 302),
        (None, 404, 404, 404),
        (roles.VIEWER, 404, 404, 404),
        (roles.AUDITOR, 404, 404, 404),
        ("officer of another unit", 404, 404, 404),
        ("evaluator of another region", 404, 404, 404),
        (roles.UNIT_OFFICER, 200, 403, 302),
        (roles.EVALUATOR, 200, 302, 403),
        (roles.ADMINISTRATOR, 200, 302, 403),
    ],
)
def test_each_role_reads_signs_and_replies_through_its_doors_and_no_other(
    unit: Unit, role: str | None, read: int, check: int, reply: int
) -> None:
    kept = office.visit(unit)
    client = visitor(role, unit)
    account = {roles.ADMINISTRATOR: "rina"}.get(str(role), "sari")
    file = VisitPhoto.objects.get()
    for path in (ROOT, f"{ROOT}1/", f"{ROOT}1/foto/{file.pk}/"):
        answer = client.get(path)
        assert answer.status_code == read, path
        if read != 200:
            assert "Wati Rahayu" not in answer.content.decode(), path
    before = TrailEntry.objects.count()
    assert client.get(CHECK).status_code == (200 if check == 302 and role != "nobody" else check)
    assert client.post(CHECK, filled(account)).status_code == check
    assert client.post(f"{ROOT}1/tanggapan/", {"said": "terima"}).status_code == reply
    signed = role in (roles.EVALUATOR, roles.ADMINISTRATOR)
    assert Visit.objects.exclude(pk=kept.pk).count() == signed
    assert VisitReply.objects.count() == (role == roles.UNIT_OFFICER)
    assert TrailEntry.objects.count() == before + (signed or role == roles.UNIT_OFFICER)


def test_nothing_of_a_visit_is_public(unit: Unit) -> None:
    office.service(unit)
    office.visit(unit)
    for path in ("/unit/sukamaju/standar/", "/api/v1/standards/sukamaju.json", "/unit/sukamaju/"):
        told, _, foot = Client().get(path).content.decode().partition("<footer")
        assert "Wati Rahayu" not in told + foot
        assert "kunjungan" not in told.lower()  # the foot's own link is to a citizen's visit to the office


def test_the_checklist_is_a_plain_form_that_gives_a_signed_visit(evaluator: Client, unit: Unit) -> None:
    page = evaluator.get(CHECK)
    assert page["Content-Security-Policy"] == OFFLINE
    text = page.content.decode()
    assert text.count("<fieldset>") == 16, "fifteen items, and who looked"
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', text)
    assert key is not None
    answer = evaluator.post(CHECK, filled("wati", key=key[1], photo_biaya=[photo(), photo()]))
    assert answer["Location"] == f"{ROOT}1/"
    page_of_visit = seen(evaluator, f"{ROOT}1/")
    for words in (
        "Kunjungan 1: diterima dan tercatat", "Wati Rahayu Bagian Organisasi; akun wati", "Isi dan fotonya sama dengan yang tercatat",
        "Ada : gratis", "Maklumat pelayanan Tidak", "Kunjungan pertama", "2026-05-11 10:00 WIB",
    ):  # fmt: skip
        assert words in page_of_visit, words
    assert VisitPhoto.objects.count() == 2
    again = evaluator.get(CHECK).content.decode()
    assert 'value="Bagian Organisasi"' in again, "who looked last is proposed"
    assert "Kunjungan terakhir: tidak." in again
    assert key[1] not in again


def test_what_cannot_be_is_said_in_words_and_what_was_filled_in_is_not_lost(
    evaluator: Client, unit: Unit
) -> None:
    for other, words in (
        ({"found_biaya": ""}, "Pilih ada, sebagian, atau tidak: Biaya/tarif"),
        (
            {"found_waktu": "", "photo_waktu": photo()},
            "Pilih ada, sebagian, atau tidak: Jangka waktu pelayanan",
        ),
        ({"visited_on": "2026-05-12"}, "tidak boleh di masa depan"),
        ({"photo_biaya": photo(b"<script>")}, "bukan gambar"),
        ({"account": "tuti"}, "Isian ini dimulai oleh akun tuti"),
        ({"found_biaya": "mungkin"}, "mungkin"),
        ({"key": "x"}, "UUID"),
    ):
        answer = evaluator.post(CHECK, filled("wati") | other)
        assert answer.status_code == 400, other
        assert words in answer.content.decode(), other
        assert 'value="gratis"' in answer.content.decode(), other
    assert Visit.objects.count() == 0


def test_the_same_visit_sent_twice_leads_to_the_same_page(evaluator: Client, unit: Unit) -> None:
    fields = filled("wati")
    assert [evaluator.post(CHECK, fields)["Location"] for _ in range(2)] == [f"{ROOT}1/"] * 2
    answer = evaluator.post(CHECK, fields | {"note": "lain"})
    assert "sudah diterima dengan isi lain sebagai nomor 1" in answer.content.decode()
    assert Visit.objects.count() == 1


def test_a_unit_objects_with_a_note_and_later_acknowledges(evaluator: Client, unit: Unit) -> None:
    office.visit(unit)
    officer = browser(person("budi", roles.UNIT_OFFICER, unit))
    assert "Belum ditanggapi unit" in seen(officer, ROOT)
    assert "Tanggapi kunjungan 1, Balai Desa Sukamaju" in seen(officer, "/meja/")
    assert "Tanggapi kunjungan" not in seen(evaluator, "/meja/")
    officer.post(f"{ROOT}1/tanggapan/", {"said": "keberatan", "note": ""})
    assert "Tulis keberatannya" in seen(officer, f"{ROOT}1/")
    officer.post(f"{ROOT}1/tanggapan/", {"said": "keberatan", "note": "Maklumat ada di pintu"})
    assert "Unit keberatan: Maklumat ada di pintu" in seen(evaluator, ROOT)
    officer.post(f"{ROOT}1/tanggapan/", {"said": "terima"})
    assert "Diterima unit" in seen(evaluator, ROOT)
    assert "Tanggapi kunjungan" not in seen(officer, "/meja/")
    assert officer.post(f"{ROOT}1/tanggapan/", {"said": "menari"}).status_code == 404
    assert officer.post(f"{ROOT}9/tanggapan/", {"said": "terima"}).status_code == 404
    assert "Tanggapan unit" in seen(evaluator, f"{ROOT}1/")
    assert "Ajukan keberatan" not in seen(evaluator, f"{ROOT}1/")


def test_a_visit_that_was_altered_says_so(evaluator: Client, unit: Unit) -> None:
    office.visit(unit)
    Visit.objects.update(note="baik semua")
    assert "Isi tidak sama dengan yang tercatat dalam jejak audit." in seen(evaluator, f"{ROOT}1/")


def test_photos_are_given_to_their_visit_alone_and_run_nothing(evaluator: Client, unit: Unit) -> None:
    office.visit(unit)
    far = office.visit(office.unit("lain", "Balai Lain"))
    pk = VisitPhoto.objects.get(visit__unit=unit).pk
    answer = evaluator.get(f"{ROOT}1/foto/{pk}/")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert evaluator.get(f"{ROOT}1/foto/{far.photos.get().pk}/").status_code == 404
    assert evaluator.get(f"{ROOT}7/").status_code == 404


def test_the_worker_says_nothing_of_anybody_and_may_ask_our_own_site_alone() -> None:
    for language in ("", "/en"):  # a worker gives pages below its own address alone
        answer = Client().get(f"{language}/meja/kunjungan/luring.js")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
        assert answer["Content-Security-Policy"] == WORKER
