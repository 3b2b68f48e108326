"""Evidence against maladministration: what is there is counted right, what is not is said, and no officer learns of complaints about officers."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.complaints.models import Ticket, TicketStatus, TicketStep
from collector.followup import forum, register
from collector.papers.integrity.complaints import FORMS, counted
from collector.papers.integrity.evidence import (
    ASKED,
    NONE,
    PARTLY,
    PRESENT,
    Line,
    dimensions,
    element_rows,
    indicators,
    known,
)
from collector.papers.integrity.packs import checklist
from collector.papers.models import Medium
from collector.papers.press import Warm
from collector.papers.register import enter
from collector.papers.registry import find
from collector.papers.said import said_of
from collector.people.models import TrailEntry
from collector.releases import larger, publishing
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.instrument.definition import load
from survey.record.complaint import TOPICS
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import a_ticket
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.papers.reading_back import invalid_pdf_a, text_of
from tests.collector.scores.village import Post, at

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 60)
    return town.publish(post)


def ticket(
    post: Post,
    topic: str,
    *,
    day: date = NOVEMBER,
    answered: int | None = None,
    done: bool = False,
    who: str = "sari",
) -> None:
    """A complaint that is answered so many days after it was made, and perhaps done the day after."""
    made = a_ticket(post.unit, topic, day=day)
    Ticket.objects.filter(pk=made.pk).update(status=TicketStatus.DONE if done else TicketStatus.RECEIVED)
    steps = [] if answered is None else [(answered, TicketStatus.ANSWERED)]
    steps += [((answered or 0) + 1, TicketStatus.DONE)] if done else []
    for days, status in steps:
        step = TicketStep.objects.create(ticket=made, status=status, who=who)
        moment = datetime.combine(day + timedelta(days=days), datetime.min.time(), UTC) + timedelta(hours=3)
        TicketStep.objects.filter(pk=step.pk).update(at=moment)


def some(post: Post) -> None:
    ticket(post, "lama", answered=2, done=True)
    ticket(post, "lama", answered=9, who="budi")
    ticket(post, "syarat")
    ticket(post, "pungli", answered=1, who="wati")
    ticket(post, "lama", day=date(2026, 9, 30), answered=1)
    ticket(post, "lama", day=date(2027, 1, 2))


def named(lines: list[Line]) -> dict[tuple[str, str], Line]:
    found = {(one.part, one.what): one for one in lines}
    assert len(found) == len(lines)
    return found


def test_complaints_are_those_of_the_period_with_their_waits_hints_and_workers(
    post: Post, release: Release
) -> None:
    some(post)
    ask = {"today": date(2027, 1, 5)}
    own = counted(post.unit, release.first_day, release.last_day, whole=False, **ask)
    whole = counted(post.unit, release.first_day, release.last_day, whole=True, **ask)
    assert (own.received, own.answered, own.done, own.median_days, own.late) == (3, 2, 1, 9, 1)
    assert (whole.received, whole.answered, whole.done, whole.median_days, whole.late) == (4, 3, 1, 2, 1)
    assert dict(own.hints) == dict.fromkeys(FORMS, 0) | {"penundaan_berlarut": 2, "penyimpangan_prosedur": 1}
    assert dict(whole.hints)["permintaan_imbalan"] == 1
    assert (own.steps, own.workers, own.last_step) == (3, 2, date(2026, 11, 11))
    assert (whole.steps, whole.workers) == (4, 3)


def test_every_hint_that_a_topic_gives_is_one_of_the_ten_forms() -> None:
    assert len(set(FORMS)) == 10
    assert {form for topic in TOPICS for form in topic.maladministration} <= set(FORMS)


def test_a_unit_without_anything_has_the_survey_and_the_rest_is_said_not_to_be_here(release: Release) -> None:
    told = named(dimensions(known(said_of(release), whole=True)))
    assert list(dict.fromkeys(part for part, _ in told)) == [
        "Input",
        "Proses",
        "Output",
        "Pengaduan",
        "Kepercayaan masyarakat",
    ]
    there = {what for (_, what), line in told.items() if line.state != NONE}
    assert there == {
        "Pengetahuan petugas, menurut pengguna", "Persepsi pengguna atas standar", "Sarana pengaduan",
        "Penilaian pengguna: penanganan pengaduan",
    }  # fmt: skip
    assert all(line.why for line in told.values())


def test_what_was_entered_is_evidence(post: Post, release: Release) -> None:
    some(post)
    forum.hold(post.unit, desa.minutes(held_on=date(2026, 11, 7)), who="budi")
    enter(release, day=date(2027, 1, 5), medium=Medium.PRINT, where="papan", who="budi")
    plan = desa.add(release, element="pengaduan")
    register.done(plan, day=date(2027, 1, 5), result="Ditunjuk", who="budi")
    told = named(dimensions(known(said_of(release), whole=True)))
    assert told["Input", "Perencanaan: masyarakat diajak bicara"].state == PARTLY
    assert "3 dari 5 kelompok" in told["Input", "Perencanaan: masyarakat diajak bicara"].why
    assert told["Input", "Pengawasan internal atasan dan inspektorat"].why.startswith(
        "4 langkah pada pengaduan oleh 3 akun, terakhir 11 November 2026."
    )
    assert told["Proses", "Pengaduan menurut bentuk maladministrasi"].why == (
        "Petunjuk dari pengaduan, bukan temuan: penundaan berlarut 2, penyimpangan prosedur 1, permintaan imbalan 1."
    )
    handled = told["Pengaduan", "Penyelesaian pengaduan"]
    assert handled.why == (
        "4 diterima, 3 dijawab, 1 selesai; separuh dijawab dalam 2 hari atau kurang; 1 lewat batasnya."
    )
    assert told["Pengaduan", "Rencana perbaikan"].why == "1 dari 1 rencana selesai."
    assert told["Pengaduan", "Hasil dipublikasikan"].state == PRESENT
    own = named(dimensions(known(said_of(release), whole=False)))["Pengaduan", "Penyelesaian pengaduan"]
    assert own.why.startswith("3 diterima")
    assert own.why.endswith("Pengaduan tentang petugas tidak ikut dihitung di berkas unit.")


def test_the_elements_asked_about_are_the_release_s_own(release: Release) -> None:
    said = said_of(release)
    frozen = {one["key"]: one for one in (said.reading.index or {})["elements"]}
    for key, (_, value, interval, category) in zip(ASKED, element_rows(said), strict=True):
        one = frozen[key]
        low, high = (f"{one['interval'][end]:.2f}".replace(".", ",") for end in ("low", "high"))
        assert (value, interval, category) == (
            f"{one['value']:.2f}".replace(".", ","),
            f"{low} – {high}",
            one["category"],
        )


@pytest.mark.heavy
def test_the_packs_say_every_line_and_the_checklist_has_a_box_for_each_point(
    post: Post, release: Release, tmp_path: Path
) -> None:
    some(post)
    said = said_of(release)
    names = ("ombudsman", "ombudsman-evaluator", "antimaladministrasi")
    paths = {name: tmp_path / f"{name}.pdf" for name in names}
    for name, path in paths.items():
        path.write_bytes(find(name).make(said, Warm()))
        assert find(name).make(said, Warm()) == path.read_bytes(), "as long as the registers stand still"
    assert invalid_pdf_a(paths.values(), tmp_path) == []
    told = {
        "ombudsman": dimensions(known(said, whole=False)),
        "ombudsman-evaluator": dimensions(known(said, whole=True)),
        "antimaladministrasi": indicators(known(said, whole=False)),
    }
    texts = {name: text_of(path) for name, path in paths.items()}
    for name, lines in told.items():
        words = set(re.findall(r"[\w,]+", texts[name]))
        for line in lines:  # a cell breaks where its column ends
            assert set(re.findall(r"[\w,]+", f"{line.what} {line.state} {line.why}")) <= words, (
                name,
                line.what,
            )
    assert "4 diterima" not in texts["ombudsman"]
    assert list(dict.fromkeys(one.part for one in told["antimaladministrasi"])) == [
        one["indicator"] for one in checklist()
    ]
    assert len(checklist()[0]["points"]) == 14  # type: ignore[arg-type]  # a list of texts
    for one in checklist():
        for point in one["points"]:  # type: ignore[attr-defined]  # as above
            assert set(re.findall(r"\w+", point)) <= set(re.findall(r"\w+", texts["antimaladministrasi"])), (
                point
            )


def answered(post: Post, name: str, *values: int) -> None:
    """Visitors who answer every question of a questionnaire with the same value."""
    records = [
        post.response(
            dict.fromkeys(load(name).element_keys, value),
            at(NOVEMBER, "10:00", seconds=60 * place),
            instrument=name,
        )
        for place, value in enumerate(values)
    ]
    with transaction.atomic():
        assert project(records) == []


def test_what_users_perceived_is_taken_from_its_own_releases_and_is_no_number_of_all_ten(
    post: Post, release: Release, tmp_path: Path
) -> None:
    before = named(dimensions(known(said_of(release), whole=True)))
    assert before["Proses", "Persepsi pengguna atas maladministrasi"].state == NONE
    answered(post, "maladministrasi", *[1] * 6, *[3] * 18)
    answered(post, "partisipasi", *[3] * 3, *[1] * 21)
    asked = publishing.publish(post.unit, town.QUARTER, who=town.WHO, instrument="maladministrasi")
    part = publishing.publish(post.unit, town.QUARTER, who=town.WHO, instrument="partisipasi")
    said = said_of(release)
    found = known(said, whole=False)
    line = named(dimensions(found))["Proses", "Persepsi pengguna atas maladministrasi"]
    assert line.state == PRESENT
    assert f"kepada 24 orang: rilis {asked.address}" in line.why
    assert found.forms is not None
    assert tuple(found.forms.yes) == FORMS
    assert found.forms.yes["permintaan_imbalan"].share == "25,00 % (6 orang)"
    assert found.taking_part is not None
    assert {one.share for one in found.taking_part.yes.values()} == {"kurang dari 5 orang"}
    path = tmp_path / "desa.pdf"
    path.write_bytes(find("antimaladministrasi").make(said, Warm()))
    text = " ".join(text_of(path).split())
    assert text.count("25,00 % (6 orang)") == 10
    assert "kurang dari 5 orang" in text
    assert "12,50" not in text
    for one in (asked, part):
        assert one.address in text


def test_an_officer_gets_the_own_pack_and_an_evaluator_both(
    client: Client, post: Post, release: Release
) -> None:
    some(post)
    room = f"/meja/rilis/{release.address}/berkas/"
    own, whole = find("ombudsman").file, find("ombudsman-evaluator").file
    client.force_login(person("sari", roles.UNIT_OFFICER, post.unit))
    assert [client.get(room + file).status_code for file in (own, whole)] == [200, 404]
    with pytest.raises(CommandError, match="'sari' may not have ombudsman-evaluator"):
        call_command(
            "paper", "make", release.address, "--format", "ombudsman-evaluator", "--out", ".", "--as", "sari"
        )
    client.force_login(person("wati", roles.EVALUATOR, region=post.unit.region))
    assert [client.get(room + file).status_code for file in (own, whole)] == [200, 200]
    assert whole in client.get(room).content.decode()
    noted = TrailEntry.objects.filter(action="paper made", who="wati").order_by("pk")
    assert [one.facts for one in noted] == [{"formats": ["ombudsman"]}, {"formats": ["ombudsman-evaluator"]}]
    assert client.get(f"/r/{release.address}/{whole}").status_code == 404


def test_a_region_has_no_pack_of_a_unit(release: Release, tmp_path: Path) -> None:
    region = larger.publish(larger.region("18.01"), town.QUARTER, who=town.WHO)
    for name in ("ombudsman", "ombudsman-evaluator", "antimaladministrasi"):
        with pytest.raises(CommandError, match="unit's release alone"):
            call_command("paper", "make", region.address, "--format", name, "--out", str(tmp_path))
