"""Long work: who may ask for it and have its file, what becomes of each piece, and that nothing is done twice."""

import os
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.errors import CollectorError
from collector.jobs import alive, asking, claiming, doing, working
from collector.jobs.models import Job, JobState, Piece, PieceState
from collector.papers.press import Warm
from collector.papers.registry import Format, Purpose, formats
from collector.pekppp import folder
from collector.pekppp.facts import facts_of
from collector.people.models import TrailEntry
from collector.releases.models import Release
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db
PERIOD = town.QUARTER.identifier
FEW = ("embed", "tabulation")


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make two formats instead of all, which other tests make: these here are about the work around them."""
    every = formats()
    monkeypatch.setattr(doing, "formats_of", lambda _: [every[name] for name in FEW])


def village(code: str, *, region: str = "18.01.05.2003", number: int = 1) -> Release:
    unit = add_unit(code, region=region, name=f"Desa {code}", agency="desa")
    post = Post(unit, name=f"k{number}", stream=number)
    town.visit(post, 8)
    return town.publish(post)


@pytest.fixture
def villages() -> list[Release]:
    return [village(code, number=place) for place, code in enumerate(("bumi", "palas", "sukamaju"), start=1)]


@pytest.fixture
def wati(villages: list[Release]) -> User:
    return person("wati", roles.EVALUATOR)


def of_period(user: User) -> Job:
    return asking.papers_of_period(PERIOD, instrument="skm-2017", user=user)


def work(token: str = "one", *, stop: Event | None = None) -> int:
    return working.run_hand(token, Warm(), parent=os.getppid(), stop=stop or Event())


def now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def names(job: Job) -> set[str]:
    with zipfile.ZipFile(doing.result_of(job)) as found:
        assert found.testzip() is None
        return set(found.namelist())


def test_all_papers_of_a_period_come_as_one_zip_with_a_folder_a_unit(
    wati: User, villages: list[Release]
) -> None:
    job = of_period(wati)
    assert work() == 4
    assert names(job) == {
        f"{one.code}/{one.code}_{PERIOD}_{one.address}_{file}"
        for one in villages
        for file in ("embed.html", "tabulasi.xlsx")
    }
    assert (now(job).state, asking.progress(job).percent) == (JobState.DONE, 100)
    assert now(job).size == doing.result_of(job).stat().st_size
    assert [one.name for one in doing.folder_of(job).iterdir()] == [doing.RESULT]
    made = TrailEntry.objects.filter(action="paper made").order_by("pk")
    assert [(one.who, one.subject) for one in made] == [
        ("wati", f"release {one.address}") for one in villages
    ]
    assert made[0].facts == {"formats": ["tabulation"], "job": job.pk}


def test_the_same_job_makes_the_same_bytes(wati: User, own_clock: OwnClock) -> None:
    first, second = of_period(wati), None
    work()
    own_clock.moment += timedelta(days=3)
    second = of_period(wati)
    work("two")
    assert doing.result_of(first).read_bytes() == doing.result_of(second).read_bytes()


def test_files_are_their_owner_s_alone(wati: User) -> None:
    old = os.umask(0)
    try:
        job = of_period(wati)
        work()
    finally:
        os.umask(old)
    found = [alive.folder(), doing.folder_of(job), doing.result_of(job)]
    assert [one.stat().st_mode & 0o777 for one in found] == [0o700, 0o700, 0o600]


def test_small_jobs_go_before_large_ones_and_packing_comes_last(wati: User, villages: list[Release]) -> None:
    large, small = of_period(wati), asking.papers_of(villages[2], user=wati)
    seen = []
    with alive.living("one"):
        while (piece := claiming.claim("one")) is not None:
            seen.append((piece.job_id, piece.place))
            doing.do(piece, "one", Warm())
    assert seen == [(small.pk, 1), (small.pk, 0), *((large.pk, place) for place in (1, 2, 3, 0))]


def test_one_that_stops_between_two_pieces_is_taken_up_there(wati: User) -> None:
    job, stop = of_period(wati), Event()
    with alive.living("first"):
        piece = claiming.claim("first")
        assert piece is not None
        doing.do(piece, "first", Warm())
        held = claiming.claim("first")
        assert held is not None
        assert claiming.give_back_of_the_dead() == 0, "it lives"
    assert claiming.give_back_of_the_dead() == 1, "and now it does not"
    assert work("second", stop=stop) == 3
    assert now(job).state == JobState.DONE
    tries = Piece.objects.filter(job=job).order_by("place").values_list("place", "tries")
    assert dict(tries) == {0: 1, 1: 1, 2: 2, 3: 1}


def test_a_piece_that_kills_its_workers_is_given_up_and_named(wati: User, villages: list[Release]) -> None:
    job = of_period(wati)
    for turn in range(claiming.MOST_TRIES):
        with alive.living(f"w{turn}"):
            piece = claiming.claim(f"w{turn}")
            assert piece is not None
            assert piece.place == 1
        claiming.give_back_of_the_dead()
    work("last")
    assert now(job).state == JobState.DONE
    assert {name.partition("/")[0] for name in names(job)} == {"palas", "sukamaju", doing.NOT_MADE}
    with zipfile.ZipFile(doing.result_of(job)) as found:
        assert found.read(doing.NOT_MADE).decode().startswith("bumi: pekerjanya mati")
    assert asking.progress(job).failed == 1


def test_a_worker_that_was_thought_dead_ends_nothing_of_another_s(wati: User) -> None:
    of_period(wati)
    piece = claiming.claim("ghost")
    assert piece is not None
    claiming.give_back_of_the_dead()
    again = claiming.claim("living")
    assert again is not None
    assert again.pk == piece.pk
    assert not claiming.end(piece, "ghost", state=PieceState.DONE)
    doing.do(piece, "ghost", Warm())
    assert Piece.objects.get(pk=piece.pk).state == PieceState.TAKEN
    assert not TrailEntry.objects.filter(action="paper made").exists()


def test_a_paper_that_cannot_be_made_stops_no_other(wati: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise CollectorError("paper_press", template="x.typ", reason="broken")

    every = formats()
    bad = Format(
        name="bad", file="bad.pdf", content_type="", title="", audience=every["embed"].audience,
        purpose=Purpose.REPORT, make=broken,
    )  # fmt: skip
    wanted: Mapping[str, Format] = {"bad": bad, "embed": every["embed"]}
    monkeypatch.setattr(doing, "formats_of", lambda _: list(wanted.values()))
    job = of_period(wati)
    work()
    assert sum(name.endswith("embed.html") for name in names(job)) == 3
    with zipfile.ZipFile(doing.result_of(job)) as found:
        assert found.read(doing.NOT_MADE).decode().count("bad: x.typ cannot be made") == 3


def test_a_disk_that_is_full_fails_the_job_with_its_reason(
    wati: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = of_period(wati)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    work()
    assert now(job).state == JobState.FAILED
    assert "No space left" in now(job).why
    assert not list(doing.folder_of(job).glob("*")), "nothing half is left"


def test_a_cancelled_job_is_begun_no_more_and_leaves_nothing(wati: User) -> None:
    job = of_period(wati)
    with alive.living("one"):
        first, held = claiming.claim("one"), None
        assert first is not None
        doing.do(first, "one", Warm())
        held = claiming.claim("one")
        assert held is not None
        asking.cancel(job, user=wati)
        assert claiming.claim("one") is None
        working.housekeep()
        assert doing.folder_of(job).exists(), "somebody still works there"
        held.job.refresh_from_db()
        doing.do(held, "one", Warm())
    working.housekeep()
    assert not doing.folder_of(job).exists()
    assert (now(job).state, now(job).ended_by) == (JobState.CANCELLED, "wati")
    with pytest.raises(CollectorError, match="ended already"):
        asking.cancel(job, user=wati)


def test_files_go_when_their_time_is_over(wati: User, own_clock: OwnClock) -> None:
    job = of_period(wati)
    work()
    own_clock.moment += timedelta(days=settings.IKM_KEEP_FILES_DAYS, minutes=-5)
    working.housekeep()
    assert doing.result_of(job).exists()
    own_clock.moment += timedelta(minutes=10)
    working.housekeep()
    assert not doing.folder_of(job).exists()
    assert (now(job).state, now(job).size) == (JobState.DONE, 0)


def test_who_lost_the_office_meanwhile_gets_nothing(wati: User, villages: list[Release]) -> None:
    job = of_period(wati)
    assert asking.may_see(wati, job)
    Office.objects.filter(user=wati).update(until=clock.now())
    work()
    assert Piece.objects.filter(job=job, state=PieceState.FAILED).count() == 3
    assert names(job) == {doing.NOT_MADE}
    assert not asking.may_see(wati, job)


def test_a_job_that_made_nothing_offers_no_file(client: Client, wati: User, villages: list[Release]) -> None:
    job = asking.papers_of(villages[0], user=wati)
    Piece.objects.filter(job=job, place__gt=0).update(state=PieceState.FAILED, why="rusak")
    work()
    client.force_login(wati)
    page = client.get(f"/meja/pekerjaan/{job.pk}/").content.decode()
    assert "Tidak satu pun dapat dibuat" in page
    assert "rusak" in page
    assert "Unduh ZIP" not in page


def test_a_job_is_seen_by_who_may_have_all_of_it_and_by_nobody_else(
    wati: User, villages: list[Release]
) -> None:
    whole, one = of_period(wati), asking.papers_of(villages[0], user=wati)
    officer = person("sari", roles.UNIT_OFFICER, villages[0].unit)
    elsewhere = person("joko", roles.UNIT_OFFICER, villages[1].unit)
    both = person("tono", roles.UNIT_OFFICER, villages[0].unit)
    for release in villages[1:]:
        Office.objects.create(
            user=both, role=roles.UNIT_OFFICER, unit=release.unit, given_by="test", since=clock.now()
        )
    seen = {
        (user.username, job.pk)
        for user in (
            officer,
            elsewhere,
            both,
            person("vina", roles.VIEWER),
            person("audi", roles.AUDITOR),
            person("nobody"),
        )
        for job in (whole, one)
        if asking.may_see(user, job)
    }
    assert seen == {("sari", one.pk), ("tono", one.pk), ("tono", whole.pk)}
    assert asking.may_see(person("rina", roles.ADMINISTRATOR), whole)
    with pytest.raises(CollectorError, match="may not have"):
        asking.papers_of(villages[0], user=elsewhere)


def test_a_job_is_stopped_by_who_asked_for_it_or_is_above_all_of_it(villages: list[Release]) -> None:
    officer = person("sari", roles.UNIT_OFFICER, villages[0].unit)
    beside = person("tono", roles.UNIT_OFFICER, villages[0].unit)
    unit = villages[0].unit
    assert unit is not None
    above = person("edi", roles.EVALUATOR, region=unit.region)
    far = person(
        "medi", roles.EVALUATOR, region=village("medan", region="12.71.01.1001", number=9).unit.region
    )  # type: ignore[union-attr]
    administrator = person("rina", roles.ADMINISTRATOR)
    jobs = [asking.papers_of(villages[0], user=officer) for _ in range(3)]
    assert asking.may_see(beside, jobs[0]), "who may have its file"
    for user in (beside, far, person("vina", roles.VIEWER), person("audi", roles.AUDITOR)):
        with pytest.raises(CollectorError, match="cancelled by who asked"):
            asking.cancel(jobs[0], user=user)
    assert now(jobs[0]).state == JobState.OPEN
    for job, user in zip(jobs, (officer, above, administrator), strict=True):
        asking.cancel(job, user=user)
        assert (now(job).state, now(job).ended_by) == (JobState.CANCELLED, user.get_username())


def test_a_pekppp_folder_is_made_by_workers_and_one_that_counts_all_complaints_is_for_evaluators(
    villages: list[Release],
) -> None:
    unit = villages[2].unit
    assert unit is not None
    officer, evaluator = person("sari", roles.UNIT_OFFICER, unit), person("wati", roles.EVALUATOR)
    own, whole = (asking.folder_of(unit, 2026, user=user) for user in (officer, evaluator))
    assert work() == 4
    parts = dict(folder.files(facts_of(unit, 2026, whole=False), Warm()))
    with zipfile.ZipFile(doing.result_of(own)) as found:
        assert {name: found.read(name) for name in found.namelist()} == {
            f"pekppp_sukamaju_2026/{path}": data for path, data in parts.items()
        }
    assert now(own).file == "pekppp_sukamaju_2026.zip"
    assert [asking.may_see(officer, job) for job in (own, whole)] == [True, False], (
        "complaints about officers are counted"
    )
    assert [asking.may_see(evaluator, job) for job in (own, whole)] == [True, True]
    made = TrailEntry.objects.filter(action="pekppp folder made").order_by("pk")
    assert [(one.who, one.subject) for one in made] == [("sari", "unit sukamaju"), ("wati", "unit sukamaju")]
    with pytest.raises(CollectorError, match="may not have PEKPPP"):
        asking.folder_of(unit, 2026, user=person("joko", roles.UNIT_OFFICER, villages[1].unit))


def test_who_is_an_evaluator_no_more_gets_no_folder_of_all_complaints(villages: list[Release]) -> None:
    unit = villages[0].unit
    assert unit is not None
    both = person("wati", roles.EVALUATOR)
    job = asking.folder_of(unit, 2026, user=both)
    Office.objects.create(user=both, role=roles.UNIT_OFFICER, unit=unit, given_by="test", since=clock.now())
    sits_there = asking.folder_of(unit, 2026, user=both)
    assert list(Piece.objects.filter(job=sits_there, unit=unit).values_list("whole", flat=True)) == [False]
    sits_there.delete()
    Office.objects.filter(user=both, role=roles.EVALUATOR).update(until=clock.now())
    work()
    assert names(job) == {doing.NOT_MADE}
    assert not asking.may_see(both, job)


def test_an_evaluator_gets_the_units_within_reach(villages: list[Release]) -> None:
    far = village("medan", region="12.71.01.1001", number=9)
    there = person("budi", roles.EVALUATOR, region=far.unit.region if far.unit else None)
    job = of_period(there)
    assert [one.release_id for one in Piece.objects.filter(job=job, place__gt=0)] == [far.pk]
    with pytest.raises(CollectorError, match="no release of 2026-TW3"):
        asking.papers_of_period("2026-TW3", instrument="skm-2017", user=there)


def test_an_account_has_few_jobs_open_at_a_time(wati: User) -> None:
    for _ in range(asking.MOST_OPEN):
        of_period(wati)
    with pytest.raises(CollectorError, match="5 jobs open"):
        of_period(wati)


@pytest.fixture
def living() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_worker_lives_until_its_process_lets_go_of_its_lock(living: ExitStack) -> None:
    assert not alive.anybody()
    living.enter_context(alive.living("one"))
    assert (alive.is_alive("one"), alive.is_alive("two"), alive.anybody()) == (True, False, True)
    (alive.folder() / "workers" / "killed.lock").touch()
    alive.bury()
    assert [one.name for one in (alive.folder() / "workers").iterdir()] == ["one.lock"]
    living.close()
    assert not alive.anybody()


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_the_same_moment_never_get_the_same_piece() -> None:
    job = Job.objects.create(title="x", asked_by=person("wati"), asked_at=clock.now(), total=120)
    Piece.objects.bulk_create([Piece(job=job, place=place) for place in range(1, 121)])

    def take(worker: str) -> list[int]:
        try:
            found = []
            while (piece := claiming.claim(worker)) is not None:
                found.append(piece.pk)
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(take, "abcdef"))
    every = [pk for one in taken for pk in one]
    assert sorted(every) == sorted(Piece.objects.values_list("pk", flat=True))
    assert set(Piece.objects.values_list("tries", flat=True)) == {1}
    assert sum(bool(one) for one in taken) > 1, "several had some"
