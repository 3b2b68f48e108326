"""Asking for long work, seeing how far it is, having it stopped: what pages do with jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import Q, QuerySet

from collector import clock
from collector.accounts import roles
from collector.complaints import sight
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.jobs.models import Job, JobState, Piece, PieceState
from collector.papers import making
from collector.people import trail
from collector.releases.models import Release
from collector.releases.states import State

PACKING = 0
"""The place of the piece that packs."""
_AT_ONCE = 1_000
MOST_OPEN = 5
"""Jobs that an account may have open at a time."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    total: int
    done: int
    failed: int
    working: int
    """Pieces that a worker has in hand, the packing among them."""

    @property
    def percent(self) -> int:
        """Whole percents of all pieces that have ended."""
        return 100 * (self.done + self.failed) // self.total if self.total else 0


def papers_of(release: Release, *, user: User) -> Job:
    """Ask for all papers of a release.

    Raises:
        CollectorError: they are not the account's to have (`paper_not_yours`), or it has too many jobs open (`job_many`).
    """
    if not making.may_have_all(user, release):
        raise CollectorError("paper_not_yours", account=user.get_username(), name="*")
    title = f"Semua berkas {release.code}, {release.period}"
    file = f"berkas_{release.code}_{release.period}_{release.address}.zip"
    return _ask(title, file, [Piece(release=release)], user=user)


def papers_of_period(period: str, *, instrument: str, user: User) -> Job:
    """Ask for all papers of all units' releases of a period that the account evaluates.

    Raises:
        CollectorError: there are none (`job_empty`), or the account has too many jobs open (`job_many`).
    """
    units = roles.units_of(roles.held(user, roles.EVALUATORS))
    found = Release.objects.filter(
        unit__in=units, period=period, instrument=instrument, state=State.PUBLISHED
    ).exclude(n=None)
    releases = list(found.only("pk").order_by("code", "pk"))
    if not releases:
        raise CollectorError("job_empty", period=period)
    title = f"Semua berkas {len(releases)} unit, {period}"
    pieces = [Piece(release=one) for one in releases]
    return _ask(title, f"berkas_{period}_{len(releases)}-unit.zip", pieces, user=user)


def folder_of(unit: Unit, year: int, *, user: User) -> Job:
    """Ask for a unit's PEKPPP folder of a year; an evaluator's counts all complaints, an officer's those that the unit may see.

    Raises:
        CollectorError: it is not the account's to have (`paper_not_yours`), or it has too many jobs open (`job_many`).
    """
    if not roles.may(user, roles.OFFICERS, unit):
        raise CollectorError("paper_not_yours", account=user.get_username(), name="PEKPPP")
    whole = sight.sees_all_of(user, unit)
    title, file = f"Folder PEKPPP {year}, {unit.name}", f"pekppp_{unit.code}_{year}.zip"
    return _ask(title, file, [Piece(unit=unit, year=year, whole=whole)], user=user)


def may_see(user: AbstractBaseUser, job: Job) -> bool:
    """Tell whether an account may see a job and have its file: who could have every paper in it now, asked for or not.

    Whoever asked and has lost the office since has lost the file with it.
    """
    own = roles.units_of(roles.held(user, roles.OFFICERS))
    return _reaches(user, job, own=own, evaluated=sight.units_whole(user))


def may_stop(user: AbstractBaseUser, job: Job) -> bool:
    """Tell whether an account may have a job stopped: who asked for it, and evaluators and administrators whose reach holds all of it."""
    evaluated = roles.units_of(roles.held(user, roles.EVALUATORS))
    return job.asked_by_id == user.pk or _reaches(user, job, own=evaluated, evaluated=evaluated)


def _reaches(user: AbstractBaseUser, job: Job, *, own: QuerySet[Unit], evaluated: QuerySet[Unit]) -> bool:
    """Tell whether all that a job makes is of some units; what only evaluators may see of theirs, of those that are evaluated."""
    pieces = Piece.objects.filter(job=job).exclude(place=PACKING)
    of_units = Q(release__unit__in=own) | Q(unit__in=own, whole=False) | Q(unit__in=evaluated, whole=True)
    inside = pieces.filter(of_units).count()
    if inside == job.total:
        return True
    outside = Release.objects.filter(pk__in=pieces.values("release"), unit=None)
    larger = [one for one in outside.only("subject", "code", "unit") if making.may_have_all(user, one)]
    return inside + len(larger) == job.total


def asked_by(user: User) -> QuerySet[Job]:
    """Give the jobs an account asked for, the newest first."""
    return Job.objects.filter(asked_by=user).order_by("-pk")


def progress(job: Job) -> Progress:
    """Give how far a job is."""
    pieces = Piece.objects.filter(job=job)
    made = pieces.exclude(place=PACKING)
    return Progress(
        total=job.total,
        done=made.filter(state=PieceState.DONE).count(),
        failed=made.filter(state=PieceState.FAILED).count(),
        working=pieces.filter(state=PieceState.TAKEN).count(),
    )


def cancel(job: Job, *, user: AbstractBaseUser) -> None:
    """Have a job stopped: no piece is begun any more, and what was made goes.

    Raises:
        CollectorError: it is not the account's to stop (`job_not_yours`), or has ended already (`job_ended`).
    """
    if not may_stop(user, job):
        raise CollectorError("job_not_yours")
    who = user.get_username()
    with transaction.atomic():
        stopped = Job.objects.filter(pk=job.pk, state=JobState.OPEN).update(
            state=JobState.CANCELLED, ended_at=clock.now(), ended_by=who
        )
        if not stopped:
            raise CollectorError("job_ended")
        trail.note(who=who, action="job cancelled", subject=f"job {job.pk}", why=job.title)


def _ask(title: str, file: str, wanted: Sequence[Piece], *, user: User) -> Job:
    if Job.objects.filter(asked_by=user, state=JobState.OPEN).count() >= MOST_OPEN:
        raise CollectorError("job_many", most=MOST_OPEN)
    with transaction.atomic():
        job = Job.objects.create(
            title=title[:200], asked_by=user, asked_at=clock.now(), total=len(wanted), file=file[:150]
        )
        for place, piece in enumerate(wanted, start=PACKING + 1):
            piece.job, piece.place = job, place
        Piece.objects.bulk_create([Piece(job=job, place=PACKING), *wanted], batch_size=_AT_ONCE)
        trail.note(
            who=user.get_username(),
            action="job asked",
            subject=f"job {job.pk}",
            facts={"what": title, "pieces": job.total},
        )
    return job
