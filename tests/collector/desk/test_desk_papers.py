"""Papers, the report and long work at the desk: each role through each door, and an officer's way from the list to the ZIP."""

import html
import io
import os
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import docx
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collector.accounts import roles
from collector.jobs import alive, asking, doing, working
from collector.jobs.models import Job, JobState, Piece
from collector.papers.press import Warm
from collector.papers.registry import Audience, Purpose, formats
from collector.papers.report import passages
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.models import Release
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 40)
    return town.publish(post)


def browser(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def everybody(post: Post) -> dict[str, User | None]:
    """An account of each role, and of each role somewhere else."""
    other = add_unit("medan", region="12.71.01.1001", name="Kantor Medan")
    administrator = person("rina", roles.ADMINISTRATOR)
    TOTP.activate(administrator, "JBSWY3DPEHPK3PXP")
    return {
        "nobody": None,
        "without office": person("siti"),
        "viewer": person("vina", roles.VIEWER),
        "auditor": person("audi", roles.AUDITOR),
        "officer elsewhere": person("joko", roles.UNIT_OFFICER, other),
        "evaluator elsewhere": person("edi", roles.EVALUATOR, region=other.region),
        "officer": person("sari", roles.UNIT_OFFICER, post.unit),
        "evaluator": person("wati", roles.EVALUATOR, region=post.unit.region),
        "administrator": administrator,
    }


def body(answer: object) -> bytes:
    """What is streamed; then the file is closed, and nothing else: the answer's own `close` ends the tests' connection too."""
    found = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    for close in answer._resource_closers:  # type: ignore[attr-defined]
        close()
    return found


EVALUATE_HERE = ("evaluator", "administrator")
HERE = {"officer", "evaluator", "administrator"}
OFFICES = HERE | {"officer elsewhere", "evaluator elsewhere"}
EVALUATE = {"evaluator", "evaluator elsewhere", "administrator"}


def test_papers_stand_under_what_they_are_for(post: Post, release: Release) -> None:
    client = browser(person("sari", roles.UNIT_OFFICER, post.unit))
    for path in (f"/meja/rilis/{release.address}/berkas/", f"/r/{release.address}/berkas/"):
        page = html.unescape(client.get(path).content.decode())
        heads = [one for one in re.findall("<h2>(.*?)</h2>", page) if one in set(Purpose)]
        assert heads == sorted(set(heads), key=list(Purpose).index), path
        announced = page[page.index(Purpose.ANNOUNCE) : page.index(Purpose.REPORT)]
        titles = [one.title for one in formats().values() if one.purpose is Purpose.ANNOUNCE]
        assert [title for title in titles if title not in announced] == []


@pytest.mark.heavy
def test_each_role_passes_its_doors_and_no_other(post: Post, release: Release) -> None:
    people = everybody(post)
    job = asking.papers_of(release, user=people["evaluator"])  # type: ignore[arg-type]
    working.run_hand("one", Warm(), parent=os.getppid(), stop=Event())
    room, long = f"/meja/rilis/{release.address}", f"/meja/pekerjaan/{job.pk}"
    doors = [
        ("get", f"{room}/berkas/", HERE),
        ("get", f"{room}/laporan/", HERE),
        ("post", f"{room}/laporan/", HERE),
        ("post", f"{room}/laporan/unggah/", HERE),
        ("post", f"{room}/berkas/semua/", HERE),
        ("get", "/meja/pekerjaan/", OFFICES),
        ("get", f"{long}/", HERE),
        ("get", f"{long}/berkas.zip", HERE),
        ("post", f"{long}/batal/", EVALUATE_HERE),
        ("post", "/meja/rilis/berkas/", EVALUATE),
        *(
            ("get", f"{room}/berkas/{one.file}", HERE)
            for one in formats().values()
            if one.name in ("embed", "tabulation", "report-docx")
        ),
    ]
    wrong = []
    for name, user in people.items():
        client = browser(user)
        for method, path, may in doors:
            answer = getattr(client, method)(path, {"period": "2026-TW4"} if "rilis/berkas" in path else {})
            passed = answer.status_code in (200, 302) and "/akun/masuk/" not in answer.headers.get(
                "Location", ""
            )
            if answer.streaming:
                body(answer)
            if passed != (name in may):
                wrong.append((name, method, path, answer.status_code))
    assert wrong == []
    who = set(
        TrailEntry.objects.filter(action__in=("paper made", "papers fetched", "job asked")).values_list(
            "who", flat=True
        )
    )
    assert who == {"sari", "wati", "rina"}


@pytest.mark.heavy
def test_every_format_is_in_the_list_and_comes_as_the_file_it_is_called(post: Post, release: Release) -> None:
    client = browser(person("sari", roles.UNIT_OFFICER, post.unit))
    page = client.get(f"/meja/rilis/{release.address.lower()}/berkas/").content.decode()
    for one in formats().values():
        if one.audience is Audience.EVALUATORS:
            assert one.file not in page
            assert client.get(f"/meja/rilis/{release.address}/berkas/{one.file}").status_code == 404
            continue
        assert html.escape(one.title) in page
        answer = client.get(f"/meja/rilis/{release.address}/berkas/{one.file}")
        assert (answer.status_code, answer["Content-Type"]) == (200, one.content_type)
        assert (
            answer["Content-Disposition"]
            == f'attachment; filename="sukamaju_2026-TW4_{release.address}_{one.file}"'
        )
        assert answer["Cache-Control"] == "no-store"
    assert client.get(f"/meja/rilis/{release.address}/berkas/rahasia.pdf").status_code == 404
    noted = [
        one.facts["formats"]
        for one in TrailEntry.objects.filter(action="paper made", who="sari").order_by("pk")
    ]
    assert noted == [[one.name] for one in formats().values() if one.audience is Audience.OFFICE]
    assert Client().get(f"/r/{release.address}/laporan.docx").status_code == 404, "no public address"


def test_a_large_sheet_is_left_to_the_workers(post: Post, release: Release) -> None:
    Release.objects.filter(pk=release.pk).update(n=5_001)
    client = browser(person("sari", roles.UNIT_OFFICER, post.unit))
    assert client.get(f"/meja/rilis/{release.address}/berkas/tabulasi.xlsx").status_code == 404
    assert "besar: lewat" in client.get(f"/meja/rilis/{release.address}/berkas/").content.decode()


def test_an_officer_writes_the_report_downloads_it_writes_on_and_gives_it_back(
    post: Post, release: Release
) -> None:
    client = browser(person("sari", roles.UNIT_OFFICER, post.unit))
    room = f"/meja/rilis/{release.address}"
    page = client.get(f"{room}/laporan/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    assert (
        '“[Belum diisi]” pada: <span lang="id">Kata Pengantar, Tempat, tanggal dan penanda tangan, 1.1 Latar'
        in page
    )
    assert page.count("(perlu ditulis)") == sum(one.alone for one in passages.PASSAGES)
    answer = client.post(f"{room}/laporan/", {"seen": seen[1], "analisis": "Antrean <panjang>, dulu 12,34."})
    assert answer.status_code == 302
    page = client.get(f"{room}/laporan/").content.decode()
    assert "1 bagian disimpan." in page
    assert "Antrean &lt;panjang&gt;" in page
    assert "4.1 Analisis Masalah: 12,34" in page, "a number that stands nowhere else"
    late = client.post(f"{room}/laporan/", {"seen": seen[1], "maksud": "Yang saya ketik."})
    assert late.status_code == 400
    assert "Yang saya ketik." in late.content.decode(), "what was typed is not lost"
    assert passages.written(release)["maksud"] == ""
    document = docx.Document(io.BytesIO(client.get(f"{room}/berkas/laporan.docx").content))
    next(one for one in document.paragraphs if "Antrean" in one.text).add_run(" Loket kedua dibuka.")
    document.paragraphs[0].add_run("Coretan.")
    out = io.BytesIO()
    document.save(out)
    answer = client.post(
        f"{room}/laporan/unggah/", {"file": SimpleUploadedFile("x.docx", out.getvalue())}, follow=True
    )
    text = answer.content.decode()
    assert "1 bagian berubah" in text
    assert "tidak dibaca: Coretan" in text
    assert passages.written(release)["analisis"] == "Antrean <panjang>, dulu 12,34. Loket kedua dibuka."
    for bad in (b"", b"not a file"):
        answer = client.post(
            f"{room}/laporan/unggah/", {"file": SimpleUploadedFile("x.docx", bad)}, follow=True
        )
        assert "bukan DOCX" in answer.content.decode()
    assert "bukan DOCX" in client.post(f"{room}/laporan/unggah/", follow=True).content.decode()


def test_one_click_makes_everything_and_the_page_tells_how_far_it_is(post: Post, release: Release) -> None:
    client = browser(person("sari", roles.UNIT_OFFICER, post.unit))
    answer = client.post(f"/meja/rilis/{release.address}/berkas/semua/")
    page = client.get(answer["Location"])
    text = page.content.decode()
    assert '<meta http-equiv="refresh" content="3">' in text
    assert "0 dari 1" in text
    assert "ikm-collector work" in text, "nobody works yet, and it says so"
    with alive.living("somebody"):
        assert "ikm-collector work" not in client.get(answer["Location"]).content.decode()
    assert client.get(f"{answer['Location']}berkas.zip").status_code == 404
    working.run_hand("one", Warm(), parent=os.getppid(), stop=Event())
    text = client.get(answer["Location"]).content.decode()
    assert "http-equiv" not in text
    fetched = client.get(f"{answer['Location']}berkas.zip")
    assert fetched["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(body(fetched))) as found:
        assert {name.rpartition("_")[2] for name in found.namelist()} == {
            one.file.rpartition("_")[2]
            for one in formats().values()
            if one.audience is not Audience.EVALUATORS
        }
    assert TrailEntry.objects.get(action="papers fetched").who == "sari"
    doing.clear(Job.objects.get())
    assert "Hasilnya sudah dihapus" in client.get(answer["Location"]).content.decode()


def test_a_job_is_cancelled_in_the_browser_once(post: Post, release: Release) -> None:
    client = browser(person("wati", roles.EVALUATOR))
    answer = client.post("/meja/rilis/berkas/", {"period": "2026-TW4"})
    for words in ("Pekerjaan dibatalkan.", "Pekerjaan itu sudah berakhir."):
        assert words in client.post(f"{answer['Location']}batal/", follow=True).content.decode()
    assert Job.objects.get().state == JobState.CANCELLED
    assert "Dibatalkan" in client.get(answer["Location"]).content.decode()
    assert client.get(f"{answer['Location']}berkas.zip").status_code == 404
    assert (
        "tidak ada rilis"
        in client.post("/meja/rilis/berkas/", {"period": "<x>"}, follow=True).content.decode().lower()
    )


def test_a_withdrawn_release_still_has_its_papers_and_says_so(post: Post, release: Release) -> None:
    publishing.withdraw(release, who="wati", why="salah unit")
    client = browser(person("sari", roles.UNIT_OFFICER, post.unit))
    assert "ditarik" in client.get(f"/meja/rilis/{release.address}/berkas/").content.decode()
    assert not Piece.objects.exists()
    assert client.get("/meja/rilis/AAAAAAAA/berkas/").status_code == 404
