"""A unit's PEKPPP folder: each level from what was entered, every file opened again, and nothing in it that the unit may not see."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.complaints.models import Ticket, TicketStatus
from collector.fleet.models import Unit
from collector.followup import forum, register
from collector.followup.models import Report
from collector.followup.reports import issue
from collector.handover.models import Handover, Stage
from collector.handover.outputs import report as complaints
from collector.jobs import asking
from collector.jobs.models import Job
from collector.papers.models import Medium
from collector.papers.press import Warm
from collector.papers.register import enter
from collector.pekppp import folder
from collector.pekppp.facts import facts_of
from collector.pekppp.finding import Finding
from collector.pekppp.findings import findings, nearest
from collector.releases import publishing
from collector.releases.evaluation import keeping, result
from collector.releases.evaluation.form import Form
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.pekppp import INDICATORS
from survey.index.periods import parse
from survey.instrument.definition import load
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.handover import village
from tests.collector.papers import town
from tests.collector.papers.reading_back import invalid_pdf_a, text_of
from tests.collector.scores.village import Post, add_unit, at

pytestmark = pytest.mark.django_db

YEAR = 2026


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 4, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post, own_clock: OwnClock) -> Release:
    """Out in the first days of January; it is February now."""
    desa.released(post, desa.BEFORE, seed=3)
    out = desa.released(post)
    own_clock.moment = datetime(2027, 2, 9, 3, tzinfo=UTC)
    return out


def found(unit: Unit, *, whole: bool = True, lapor: tuple[int, int] | None = None) -> dict[int, Finding]:
    return {one.number: one for one in findings(facts_of(unit, YEAR, whole=whole, lapor=lapor))}


def test_a_year_without_anything_is_nothing_everywhere_and_says_what_would_help(post: Post) -> None:
    told = found(post.unit)
    assert {number: one.level for number, one in told.items() if one.level is not None} == dict.fromkeys(
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 28), 0
    )
    assert told[6].step is not None
    assert told[6].step.words == "terbitkan satu rilis SKM"
    assert [one.number for one in nearest(tuple(told.values()))][:2] == [5, 6], "a maklumat adds most"


def test_levels_follow_from_what_was_entered(post: Post, release: Release) -> None:
    unit = post.unit
    assert found(unit)[6].level == 2, "by the rule, and not published"
    enter(release, day=date(2027, 1, 5), medium=Medium.WEBSITE, where="situs desa", who="budi")
    assert found(unit)[6].level == 2, "an electronic medium does not stand for a printed one"
    enter(release, day=date(2027, 1, 5), medium=Medium.PRINT, where="papan", who="budi")
    assert (found(unit)[6].level, found(unit)[7].level) == (4, 2)
    plans = [desa.add(release), desa.add(release, element="biaya"), desa.add(release, element="sarpras")]
    assert (found(unit)[8].level, found(unit)[9].level) == (1, 0)
    register.done(plans[0], day=date(2027, 1, 20), result="Ditunjuk", who="budi")
    told = found(unit)
    assert (told[6].level, told[8].level, told[8].why) == (5, 3, "1 dari 3 rencana selesai (33,3 %).")
    assert told[8].step is not None
    assert (told[8].step.needed, told[8].step.level) == (2, 5), "two of three are 66,6 %, and still 3"
    issue(release, Report.FOLLOW_UP, date(2027, 2, 5), who="budi")
    assert found(unit)[9].level in (4, 5)
    assert found(unit)[9].step is None, "no later report is any faster"


def test_a_forum_counts_the_groups_that_came_in_that_year(
    post: Post, release: Release, own_clock: OwnClock
) -> None:
    forum.hold(post.unit, desa.minutes(held_on=date(2027, 1, 7)), who="budi")
    assert found(post.unit)[2].level == 0, "that was a forum of the year after"
    forum.hold(post.unit, desa.minutes(held_on=date(2026, 11, 7)), who="budi")
    assert found(post.unit)[2].level == 3


def test_complaints_are_those_of_the_year_and_an_officers_folder_has_none_about_officers(post: Post) -> None:
    for day, topic, status in (
        (date(YEAR, 12, 31), "lama", TicketStatus.DONE),
        (date(YEAR, 1, 1), "lama", TicketStatus.ANSWERED),
        (date(YEAR, 12, 31), "pungli", TicketStatus.RECEIVED),
        (date(YEAR - 1, 12, 31), "lama", TicketStatus.DONE),
    ):
        village.ticket(post.unit, day, topic, status=status)
    whole, own = found(post.unit)[28], found(post.unit, whole=False)[28]
    assert (whole.level, dict(whole.fields)["Diterima seluruhnya"]) == (1, "3")
    assert (own.level, dict(own.fields)["Diterima seluruhnya"]) == (2, "2")
    assert "Pengaduan tentang petugas tidak ikut dihitung" in own.why
    assert "Tanpa SP4N-LAPOR! paling tinggi 2" in own.why
    assert found(post.unit, lapor=(10, 9))[28].level == 5
    step = found(post.unit, lapor=(10, 5))[28].step
    assert step is not None
    assert (step.needed, step.level) == (4, 5)


def test_complaints_that_came_back_with_a_number_count_in_sp4n_lapor(post: Post, own_clock: OwnClock) -> None:
    made = [village.ticket(post.unit, date(YEAR, 10, 1), "lama", status=TicketStatus.DONE) for _ in range(3)]
    for place, one in enumerate(made[:2]):
        Handover.objects.create(
            ticket=one, stage=Stage.RETURNED, key=f"{place:032x}", tracking_id=str(place + 1), handed_at=own_clock.now(),
            acknowledge_by=date(YEAR, 10, 6), by="budi", why="x",
        )  # fmt: skip
    Ticket.objects.filter(pk=made[0].pk).update(status=TicketStatus.ANSWERED)
    told = found(post.unit)[28]
    assert (
        told.level,
        dict(told.fields)["Diterima di SP4N-LAPOR!"],
        dict(told.fields)["Selesai di SP4N-LAPOR!"],
    ) == (4, "2", "1")
    assert "yang masuk langsung di sana belum terhitung" in told.why
    assert "(dinyatakan): 9 dari 10" in found(post.unit, lapor=(10, 9))[28].why


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as found:
        return len(found.pages)


def made(release: Release) -> dict[str, bytes]:
    assert release.unit is not None
    return dict(folder.files(facts_of(release.unit, YEAR, whole=True), Warm()))


@pytest.mark.heavy
def test_every_file_opens_and_the_index_is_one_page_that_says_the_levels(
    post: Post, release: Release, tmp_path: Path
) -> None:
    enter(release, day=date(2027, 1, 5), medium=Medium.PRINT, where="=papan", who="budi")
    complaints.publish(post.unit, parse("2026-TW4"), who="budi", now=datetime(2027, 1, 8, tzinfo=UTC))
    item = desa.add(release)
    register.done(
        item,
        day=date(2027, 1, 20),
        result="Ditunjuk",
        files=[("../foto rapat.jpg", desa.picture())],
        who="budi",
    )
    issue(release, Report.FOLLOW_UP, date(2027, 2, 5), who="budi")
    parts = made(release)
    assert made(release) == parts, "the same register gives the same bytes"
    assert sorted({path.partition("/")[0] for path in parts if "/" in path}) == [
        "06-skm", "07-media", "08-tindak-lanjut", "09-kecepatan", "25-sarana-pengaduan", "27-pengelolaan-pengaduan", "28-pengaduan",
    ]  # fmt: skip
    assert not any(".." in path or path.startswith("/") for path in parts)
    assert pages(parts["00-ringkasan.pdf"]) == 1
    path = tmp_path / "index.pdf"
    path.write_bytes(parts["00-ringkasan.pdf"])
    assert invalid_pdf_a([path], tmp_path) == []
    text = text_of(path)
    for finding in findings(facts_of(post.unit, YEAR, whole=True)):
        assert finding.title.split()[0] in text
    numbers = parts["28-pengaduan/angka.csv"].decode("utf-8-sig")
    assert "Diterima seluruhnya;0" in numbers
    assert "Tingkat;0" in numbers
    rows = list(csv.reader(io.StringIO(parts["00-isian-F01.csv"].decode("utf-8-sig")), delimiter=";"))
    assert ["6", "Nilai IKM terakhir", str(release.value).replace(".", ",")] in rows
    assert "'=papan" in parts["07-media/register.csv"].decode("utf-8-sig")
    for name, data in parts.items():
        if name.endswith(".pdf"):
            assert pages(data)


def test_the_recapitulation_of_the_users_form_has_its_fourteen_items_and_the_mean(
    post: Post, own_clock: OwnClock
) -> None:
    given = dict.fromkeys(load("f03a").element_keys, 4)
    moments = [at(date(2026, 11, 2), seconds=600 * place) for place in range(12)]
    with transaction.atomic():
        assert project([post.response(given, moment, instrument="f03a") for moment in moments]) == []
    quarter, form = parse("2026-TW4"), Form()
    form.marks = dict.fromkeys(INDICATORS, 3)
    publishing.publish(post.unit, quarter, who="wati", instrument="f03a")
    keeping.enter(post.unit, quarter, keeping.Round.OWN, form, who="wati")
    result.publish(post.unit, quarter, keeping.Round.OWN, result.Quota(20, "panduan"), who="wati")
    files = {one.path: one.data for one in folder.files(facts_of(post.unit, YEAR, whole=True), Warm())}
    rows = list(csv.reader(io.StringIO(files["F03/rekap.csv"].decode("utf-8-sig")), delimiter=";"))
    assert [row[3] for row in rows[1:16]] == ["4,00"] * 15
    assert rows[1][:2] == ["1", "1.a.K1"]


def test_the_folder_is_for_the_unit_and_its_evaluators(client: Client, post: Post, release: Release) -> None:
    address = f"/meja/unit/{post.unit.code}/pekppp/"
    assert client.get(address).status_code == 302
    elsewhere = person("sari", roles.UNIT_OFFICER, unit=add_unit("lain", region="18.02.05.2003"))
    client.force_login(elsewhere)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}{YEAR}/folder/").status_code == 404
    client.force_login(person("budi", roles.UNIT_OFFICER, unit=post.unit))
    page = client.get(address)
    assert page.status_code == 200
    assert f"PEKPPP {YEAR}" in page.content.decode()
    assert client.get(f"{address}{YEAR - 10}/").status_code == 404
    answer = client.post(f"{address}{YEAR}/folder/")
    job = Job.objects.get()
    assert answer["Location"] == f"/meja/pekerjaan/{job.pk}/"
    assert (job.title, job.file) == (
        f"Folder PEKPPP {YEAR}, {post.unit.name}",
        f"pekppp_{post.unit.code}_{YEAR}.zip",
    )
    for _ in range(asking.MOST_OPEN):
        answer = client.post(f"{address}{YEAR}/folder/")
    assert answer["Location"] == f"{address}{YEAR}/", "back to the year, with the reason"
    assert "5 pekerjaan" in client.get(answer["Location"]).content.decode()


def test_the_command_writes_it_and_names_what_is_wrong(
    post: Post, release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("pekppp", "--unit", post.unit.code, "--year", str(YEAR), "--out", str(tmp_path))
    said = capsys.readouterr().out
    assert "  6  2  2 rilis SKM pada 2026" in said
    assert (tmp_path / f"pekppp_{post.unit.code}_{YEAR}" / "00-ringkasan.pdf").exists()
    for wrong, word in (
        (["--lapor", "1", "2"], "of 1 complaints"),
        (["--quota", "30"], "where the quota comes from"),
    ):
        with pytest.raises(CommandError, match=word):
            call_command("pekppp", "--unit", post.unit.code, "--year", str(YEAR), *wrong)
    with pytest.raises(CommandError, match="2000"):
        call_command("pekppp", "--unit", post.unit.code, "--year", "26")
