"""Papers into a folder: every format of a release, each file whole or not at all, under names that say what they are of."""

import os
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser

from collector.accounts import roles
from collector.complaints import sight
from collector.errors import CollectorError
from collector.papers.press import Press
from collector.papers.registry import Audience, Format
from collector.papers.said import Said
from collector.releases.models import Release


def name_of(said: Said, one: Format) -> str:
    """Give a paper's name in a folder: `sukamaju_2026-TW3_KH33RUMM_poster-a4.pdf`."""
    release = said.release
    return f"{release.code}_{release.period}_{release.address}_{one.file}"


def make(said: Said, wanted: Iterable[Format], press: Press, *, folder: Path) -> list[Path]:
    """Make papers of a release in a folder; gives where they are.

    Raises:
        CollectorError: one cannot be made, or the folder not be written (`not_writable`).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for one in wanted:
            path = folder / name_of(said, one)
            write(path, one.make(said, press))
            paths.append(path)
    except OSError as error:
        raise CollectorError("not_writable", path=folder, reason=error.strerror) from error
    return paths


def write(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)  # `mkstemp` makes it for its owner alone
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def may_have(user: AbstractBaseUser, one: Format, release: Release) -> bool:
    """Tell whether an account may have a paper of a release."""
    if one.audience is Audience.EVERYBODY:
        return True
    if one.audience is Audience.EVALUATORS and release.unit is not None:
        return sight.sees_all_of(user, release.unit)
    return _may(user, roles.EVALUATORS if one.audience is Audience.EVALUATORS else roles.OFFICERS, release)


def may_have_all(user: AbstractBaseUser, release: Release) -> bool:
    """Tell whether an account may have every paper of a release for the office."""
    return _may(user, roles.OFFICERS, release)


def _may(user: AbstractBaseUser, wanted: Collection[str], release: Release) -> bool:
    if release.unit is None:
        return roles.reaches(user, roles.EVALUATORS, kind=release.subject, code=release.code)
    return roles.may(user, wanted, release.unit)
