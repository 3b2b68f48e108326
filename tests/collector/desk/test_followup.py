"""A unit's follow-up in the browser: each role through each door, from a plan to its evidence and to the forum."""

import re
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.followup import forum, register
from collector.followup.models import Evidence, Forum, Item, ReportDay
from collector.headers import PAGE
from collector.people.models import TrailEntry
from collector.releases.models import Release
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import browser, seen
from tests.collector.desk.visitors import EVERYBODY, visitor
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
ROOT = "/meja/unit/sukamaju/tindak-lanjut/"
FORUM = "/meja/unit/sukamaju/forum/"
FIELDS = {
    "element": "waktu", "problem": "Antre lama", "action": "Loket kedua", "first_month": "2027-01", "last_month": "2027-03",
    "responsible": "Sekretaris Desa",
}  # fmt: skip
DONE = {"day": "2027-01-09", "result": "Loket kedua dibuka", "people": "12"}
HELD = {
    "held_on": "2027-01-07", "place": "Balai Desa", "title": "Forum Konsultasi Publik (FKP)", "topic": "Standar pelayanan",
    "came_pengguna": "14", "came_ahli": "1", "came_instansi": "0", "came_masyarakat": "0", "came_media": "2",
    "signers": "Kepala Desa\nWakil pengguna",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)
    cache.clear()


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    return desa.released(post)


@pytest.fixture
def officer(post: Post) -> Client:
    return browser(person("budi", roles.UNIT_OFFICER, post.unit))


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("rapat.jpg", desa.picture(), content_type="text/html")


def reads(item: Item, file: Evidence) -> tuple[str, ...]:
    return (ROOT, f"{ROOT}{item.number}/", f"{ROOT}bukti/{file.pk}/", FORUM)


def writes(item: Item, file: Evidence, release: Release) -> list[tuple[str, dict[str, object]]]:
    one = f"{ROOT}{item.number}/"
    return [
        (f"{ROOT}baru/?rilis={release.address}", dict(FIELDS)),
        (f"{one}ubah/", FIELDS | {"why": "x"}),
        (f"{one}selesai/", dict(DONE)),
        (f"{one}bukti/", {"file": photo()}),
        (f"{one}tarik/", {"file": file.pk, "why": "x"}),
        (f"{one}batal/", {"why": "x"}),
        (f"{one}buka/", {"why": "x"}),
        (f"{ROOT}laporan/", {"rilis": release.address, "report": "tindak lanjut", "day": "2027-01-09"}),
        (f"{FORUM}baru/", dict(HELD)),
    ]


def kept() -> tuple[int, ...]:
    return (
        Item.objects.count(), Evidence.objects.filter(taken_back_at=None).count(), ReportDay.objects.count(), Forum.objects.count(),
        TrailEntry.objects.count(),
    )  # fmt: skip


@pytest.mark.parametrize("role, read, write", EVERYBODY)
def test_each_role_reads_and_writes_through_its_doors_and_no_other(
    post: Post, release: Release, role: str | None, read: int, write: int
) -> None:
    item = desa.add(release)
    file = register.attach(item, name="rapat.jpg", data=desa.picture(), who="budi")
    client = visitor(role, post.unit)
    for path in reads(item, file):
        answer = client.get(path)
        assert answer.status_code == read, path
        assert answer["Content-Security-Policy"], path
    before = kept()
    for path, fields in writes(item, file, release):
        assert client.post(path, fields).status_code == write, path
    if role not in (roles.UNIT_OFFICER, roles.ADMINISTRATOR):
        assert kept() == before
        if role != "nobody":
            assert client.get(f"{ROOT}baru/?rilis={release.address}").status_code == write
    else:
        assert kept()[:4] == (2, 1, 1, 1)


def test_an_officer_s_plan_goes_from_the_lowest_element_to_evidence(
    officer: Client, release: Release, own_clock: OwnClock
) -> None:
    page = seen(officer, "/meja/")
    assert "Satu hal menunggu Anda" in page
    assert "Susun rencana tindak lanjut Triwulan IV Tahun 2026, Balai Desa Sukamaju" in page
    assert "31 hari lagi untuk nilai 5" in page
    form = officer.get(f"{ROOT}baru/?rilis={release.address}").content.decode()
    options = re.findall(r"<option[^>]*>([^<]*)</option>", form)
    assert all("(tiga terendah)" in one for one in options[:3])
    assert not any("(tiga terendah)" in one for one in options[3:9])
    assert officer.post(f"{ROOT}baru/?rilis={release.address}", FIELDS)["Location"] == ROOT
    page = seen(officer, ROOT)
    assert "Terlaksana 0 dari 1 (0,0 %): nilai 1 dari 5" in page
    assert "1. U3 Waktu Penyelesaian" in page
    assert "Januari–Maret 2027" in page
    own_clock.moment = datetime(2027, 1, 31, 3, tzinfo=UTC)
    officer.force_login(User.objects.get(username="budi"))  # the session of three weeks ago is over
    assert "9 hari lagi untuk nilai 5" in seen(officer, "/meja/")
    assert officer.post(f"{ROOT}1/selesai/", DONE | {"file": photo()})["Location"] == f"{ROOT}1/"
    page = seen(officer, f"{ROOT}1/")
    for words in ("9 Januari 2027", "Loket kedua dibuka", "12 orang", "rapat.jpg", "Menunggu rilis"):
        assert words in page
    assert "nilai 5 dari 5" in seen(officer, ROOT)
    officer.post(
        f"{ROOT}laporan/", {"rilis": release.address, "report": "tindak lanjut", "day": "2027-01-31"}
    )
    assert "nilai kecepatan 5 dari 5" in seen(officer, ROOT)
    assert "tindak lanjut Triwulan" not in seen(officer, "/meja/")


def test_what_cannot_be_is_said_in_words_and_changes_nothing(officer: Client, release: Release) -> None:
    item = desa.add(release)
    answer = officer.post(
        f"{ROOT}baru/?rilis={release.address}", FIELDS | {"last_month": "2027-01", "first_month": "2027-05"}
    )
    assert answer.status_code == 400
    assert "bukan rencana" in answer.content.decode()
    assert (
        officer.post(f"{ROOT}baru/?rilis={release.address}", FIELDS | {"element": "parkir"}).status_code
        == 400
    )
    assert officer.get(f"{ROOT}baru/?rilis=XXXXXXXX").status_code == 404
    assert officer.get(f"{ROOT}baru/").status_code == 404
    answer = officer.post(f"{ROOT}1/selesai/", DONE | {"day": "2027-02-01"})
    assert (answer.status_code, "tanggal selesai" in answer.content.decode().lower()) == (400, True)
    assert officer.post(f"{ROOT}1/selesai/", DONE | {"day": "besok"}).status_code == 400
    nonsense = SimpleUploadedFile("a.pdf", b"MZ", content_type="application/pdf")
    assert officer.post(f"{ROOT}1/selesai/", DONE | {"file": nonsense}).status_code == 400, "nor half of it"
    bad = SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>", content_type="image/jpeg")
    officer.post(f"{ROOT}1/bukti/", {"file": bad})
    assert "bukan gambar" in seen(officer, f"{ROOT}1/")
    officer.post(f"{ROOT}1/bukti/")
    officer.post(f"{ROOT}1/batal/", {"why": ""})
    officer.post(f"{ROOT}laporan/", {"rilis": release.address, "report": "koran", "day": "2027-01-09"})
    assert officer.post(f"{ROOT}1/dance/").status_code == 404
    assert officer.get(f"{ROOT}9/").status_code == 404
    item.refresh_from_db()
    assert (item.state, Evidence.objects.count(), ReportDay.objects.count()) == ("direncanakan", 0, 0)


def test_evidence_of_a_pdf_is_only_ever_saved_and_nothing_runs(officer: Client, release: Release) -> None:
    item = desa.add(release)
    pdf = register.attach(item, name='a";x.pdf', data=b"%PDF-1.4", who="budi")
    answer = officer.get(f"{ROOT}bukti/{pdf.pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="a-x.pdf"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]
    jpeg = register.attach(item, name="a.png", data=desa.picture("PNG"), who="budi")
    answer = officer.get(f"{ROOT}bukti/{jpeg.pk}/")
    assert (answer["Content-Type"], answer.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    officer.post(f"{ROOT}1/tarik/", {"file": jpeg.pk, "why": "ada KTP"})
    assert officer.get(f"{ROOT}bukti/{jpeg.pk}/").status_code == 404
    other = desa.released(Post(town.post("lain").unit, name="k2", stream=2))
    far = register.attach(desa.add(other), name="a.pdf", data=b"%PDF-1.4", who="x")
    assert officer.get(f"{ROOT}bukti/{far.pk}/").status_code == 404


def test_what_a_forum_agreed_flows_back_into_the_register(officer: Client, release: Release) -> None:
    assert officer.post(f"{FORUM}baru/", HELD | {"came_media": "-1"}).status_code == 400
    assert officer.post(f"{FORUM}baru/", HELD)["Location"] == FORUM
    assert officer.post(f"{FORUM}baru/", HELD).status_code == 400, "the same day again needs a reason"
    page = seen(officer, FORUM)
    assert "3 dari lima kelompok hadir: nilai 3 dari 5" in page
    assert "Media massa 2" in page
    assert officer.post(f"{ROOT}baru/?forum=2027-01-07", FIELDS | {"element": ""})["Location"] == ROOT
    assert "Bukan satu unsur" in seen(officer, ROOT)
    assert "Loket kedua" in seen(officer, FORUM)
    assert officer.get(f"{ROOT}baru/?forum=2027-01-06").status_code == 404
    assert "Kepala Desa" in officer.get(f"{FORUM}baru/").content.decode(), "the signers of last time"


def test_everybody_reads_plans_and_what_came_of_them_but_neither_files_nor_names(
    officer: Client, release: Release, post: Post
) -> None:
    item = desa.add(release, action="<b>Loket</b> kedua")
    register.attach(item, name="rahasia.jpg", data=desa.picture(), caption="Bu Ani", who="budi")
    register.done(item, day=date(2027, 1, 9), result="Dibuka", who="budi")
    held = forum.hold(post.unit, desa.minutes(), who="budi")
    register.add(post.unit, desa.plan(element="", action="Kursi roda"), forum=held, who="budi")
    answer = Client().get("/unit/sukamaju/tindak-lanjut/")
    page = answer.content.decode()
    assert answer["Content-Security-Policy"] == PAGE
    assert "&lt;b&gt;Loket&lt;/b&gt; kedua" in page
    for words in (
        "Anda sampaikan, kami lakukan",
        "1 dari 1 rencana selesai",
        "Menunggu rilis",
        "Kursi roda",
        "Dibuka",
    ):
        assert words in page
    told = Client().get("/api/v1/followup/sukamaju.json").json()
    assert [one["number"] for one in told["items"]] == [2, 1]
    assert told["items"][1]["mend"]["seen"] == "menunggu rilis"
    for words in ("rahasia", "Bu Ani", "budi"):
        assert words not in page
        assert words not in str(told)
    assert "/unit/sukamaju/tindak-lanjut/" in Client().get("/unit/sukamaju/").content.decode()
    assert Client().get("/unit/nowhere/tindak-lanjut/").status_code == 404


def test_the_list_asks_as_little_for_many_plans_as_for_one(officer: Client, release: Release) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(path).status_code == 200
        return len(queries)

    desa.add(release)
    asked(ROOT)
    before = [asked(path) for path in (ROOT, "/unit/sukamaju/tindak-lanjut/")]
    for element in ("biaya", "produk", "sarpras"):
        desa.add(release, element=element)
    assert [asked(path) for path in (ROOT, "/unit/sukamaju/tindak-lanjut/")] == before


def test_plans_of_a_shorter_period_are_not_hidden(officer: Client, release: Release, post: Post) -> None:
    month = town.publish(post, parse("2026-10"))
    assert "Oktober 2026" not in seen(officer, ROOT), "the month asks for no plan"
    desa.add(month)
    page = seen(officer, ROOT)
    assert "Oktober 2026" in page
    assert "1. U3 Waktu Penyelesaian" in page
