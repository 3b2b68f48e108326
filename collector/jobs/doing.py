"""Doing a piece: all papers of a release or a unit's PEKPPP folder into one ZIP, or what all pieces of a job made into the one that is fetched.

A piece's file is there whole or not at all. One that is done again, because its worker was killed, takes the place of what there was.
"""

import logging
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction

from collector import clock
from collector.accounts import roles
from collector.complaints import sight
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.jobs import alive, claiming
from collector.jobs.asking import PACKING
from collector.jobs.models import Job, JobState, Piece, PieceState
from collector.papers import making
from collector.papers.press import Press
from collector.papers.registry import Audience, formats_of
from collector.papers.said import said_of
from collector.papers.undated import entry
from collector.pekppp import folder
from collector.pekppp.facts import facts_of
from collector.people import trail

log = logging.getLogger(__name__)
RESULT = "hasil.zip"
NOT_MADE = "TIDAK-DIBUAT.txt"


def folder_of(job: Job) -> Path:
    """Give where a job's files lie."""
    return alive.folder() / f"{job.pk}"


def result_of(job: Job) -> Path:
    """Give where the file lies that a job made."""
    return folder_of(job) / RESULT


def do(piece: Piece, worker: str, press: Press) -> None:
    """Do a piece and note how it ended; what cannot be made is noted with its reason and stops nothing else."""
    job = piece.job
    if job.state != JobState.OPEN:
        claiming.end(piece, worker, state=PieceState.FAILED, why=job.state)
        return
    try:
        if piece.place == PACKING:
            why = _pack(job)
        else:
            why = _make(piece, press) if piece.unit is None else _make_folder(piece, piece.unit, press)
    except OSError as error:
        _failed(piece, worker, CollectorError("not_writable", path=folder_of(job), reason=error.strerror))
    except CollectorError as error:
        _failed(piece, worker, error)
    else:
        _done(piece, worker, why)


def _make(piece: Piece, press: Press) -> str:
    """Make all papers of a piece's release; gives what could not be made."""
    release, user = piece.release, piece.job.asked_by
    if release is None or not making.may_have_all(user, release):
        raise CollectorError("paper_not_yours", account=user.get_username(), name="*")
    said = said_of(release)
    missing = []
    with (
        _whole(alive.made(folder_of(piece.job)) / f"{piece.place}.zip") as path,
        zipfile.ZipFile(path, "w") as out,
    ):
        for one in formats_of(release):
            if (
                one.audience is Audience.EVALUATORS
            ):  # the file is seen by whoever may have the office's papers
                continue
            try:
                data = one.make(said, press)
            except CollectorError as error:
                missing.append(f"{one.name}: {error}")
                continue
            out.writestr(entry(f"{release.code}/{making.name_of(said, one)}", packed=False), data)
    return "\n".join(missing)


def _make_folder(piece: Piece, unit: Unit, press: Press) -> str:
    """Make a unit's PEKPPP folder: of what whoever asked may still see when it is made."""
    user, year = piece.job.asked_by, piece.year
    may = roles.may(user, roles.OFFICERS, unit) and (not piece.whole or sight.sees_all_of(user, unit))
    if year is None or not may:
        raise CollectorError("paper_not_yours", account=user.get_username(), name="PEKPPP")
    facts = facts_of(unit, year, whole=piece.whole)
    name = folder.name_of(facts)
    with (
        _whole(alive.made(folder_of(piece.job)) / f"{piece.place}.zip") as path,
        zipfile.ZipFile(path, "w") as out,
    ):
        for one in folder.files(facts, press):
            out.writestr(entry(f"{name}/{one.path}"), one.data)
    return ""


def _pack(job: Job) -> str:
    made_here = alive.made(folder_of(job))
    pieces = list(
        Piece.objects.filter(job=job, place__gt=PACKING).select_related("release", "unit").order_by("place")
    )
    with _whole(made_here / RESULT) as path, zipfile.ZipFile(path, "w") as out:
        for piece in pieces:
            if piece.state == PieceState.DONE:
                with zipfile.ZipFile(made_here / f"{piece.place}.zip") as made:
                    for name in made.namelist():
                        out.writestr(entry(name, packed=False), made.read(name))
        if lines := list(_not_made(pieces)):
            out.writestr(entry(NOT_MADE, packed=False), "\n".join(lines).encode())
    return ""


def _not_made(pieces: Iterable[Piece]) -> Iterable[str]:
    for piece in pieces:
        if piece.why:
            yield f"{piece.code}: {piece.why}"


def _done(piece: Piece, worker: str, why: str) -> None:
    job = piece.job
    with transaction.atomic():
        if not claiming.end(piece, worker, state=PieceState.DONE, why=why):
            return
        if piece.place == PACKING:
            size = result_of(job).stat().st_size
            Job.objects.filter(pk=job.pk, state=JobState.OPEN).update(
                state=JobState.DONE, ended_at=clock.now(), size=size
            )
        elif piece.release is not None:
            trail.note(
                who=job.asked_by.get_username(),
                action="paper made",
                subject=f"release {piece.release.address}",
                facts={
                    "formats": [
                        one.name for one in formats_of(piece.release) if one.audience is Audience.OFFICE
                    ],
                    "job": job.pk,
                },
            )
        elif piece.unit is not None:
            trail.note(
                who=job.asked_by.get_username(),
                action="pekppp folder made",
                subject=f"unit {piece.unit.code}",
                facts={"year": piece.year, "job": job.pk},
            )
    if piece.place == PACKING:
        for path in folder_of(job).glob("*.zip"):
            if path.name != RESULT:
                path.unlink(missing_ok=True)


def _failed(piece: Piece, worker: str, error: CollectorError) -> None:
    log.warning("job %d, piece %d: %s", piece.job_id, piece.place, error)
    with transaction.atomic():
        if (
            claiming.end(piece, worker, state=PieceState.FAILED, why=error.sentence("id"))
            and piece.place == PACKING
        ):
            Job.objects.filter(pk=piece.job_id, state=JobState.OPEN).update(
                state=JobState.FAILED, ended_at=clock.now(), why=error.sentence("id")
            )


def fail_given_up() -> None:
    """End the jobs whose packing was given up."""
    given_up = Piece.objects.filter(place=PACKING, state=PieceState.FAILED, job__state=JobState.OPEN)
    for piece in given_up:
        Job.objects.filter(pk=piece.job_id, state=JobState.OPEN).update(
            state=JobState.FAILED, ended_at=clock.now(), why=piece.why
        )


def clear(job: Job) -> None:
    """Take a job's files away."""
    shutil.rmtree(folder_of(job), ignore_errors=True)
    Job.objects.filter(pk=job.pk).update(size=0)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; it takes its place once everything is on the disk, and is gone where that failed."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
