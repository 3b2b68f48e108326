"""Public papers, made once and kept: a release never changes, so its files need to be made only once.

They lie in `papers/` in the collector's data, in a folder under the release's address (or under another name, for what comes of no
release). A file's name holds a digest of everything it
is made of that may change after all (how the release stands, the agency's dress, the design), and a new one takes its place. One
is made at a time, in a process of its own, so that whoever asks for many papers at once costs the pages little.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from collector.errors import CollectorError
from collector.opendata import metadata
from collector.papers import making
from collector.papers.models import Dress
from collector.papers.press import DESIGN, Apart
from collector.papers.registry import Format
from collector.papers.said import said_of
from collector.releases.models import Release
from collector.releases.show import columns
from collector.releases.show.reading import Reading


def stamp_of(release: Release) -> str:
    """Give what a release's papers are made of, as a short digest."""
    return stamp(Reading(release).stands)


def stamp(*facts: object) -> str:
    """Give a short digest of facts, and of what all papers are made of: dresses, the public address, designs."""
    dresses = Dress.objects.order_by("agency").values_list("agency", "changed_at")
    every = (
        *facts,
        sorted((agency, at.isoformat()) for agency, at in dresses),
        settings.IKM_PUBLIC_URL,
        sorted(metadata.terms().items()),
        _made_by(),
    )
    return hashlib.sha256(repr(every).encode()).hexdigest()[:16]


def paper(release: Release, one: Format, stamped: str) -> bytes:
    """Give a public paper of a release, made now if it never was.

    Raises:
        CollectorError: it has none (`paper_no_number`), or it cannot be made or kept.
    """
    return ready(release.address, one.file, stamped, lambda: one.make(said_of(release), Apart()))


def ready(name: str, file: str, stamped: str, make: Callable[[], bytes]) -> bytes:
    """Give a file of a folder that is called `name`, made now if it never was with this stamp; it takes the place of older ones.

    Raises:
        CollectorError: it cannot be made or kept.
    """
    folder = settings.IKM_DATA / "papers" / name
    path = folder / f"{stamped}-{file}"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with _alone(settings.IKM_DATA / "papers"):
                if not path.exists():
                    making.write(path, make())
                    for old in folder.glob(f"*-{file}"):
                        if old != path:
                            old.unlink(missing_ok=True)
        return path.read_bytes()
    except OSError as error:
        raise CollectorError("not_writable", path=folder, reason=error.strerror) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@lru_cache(maxsize=1)
def _made_by() -> str:
    """Give a digest of the designs and of the programs around them."""
    digest = hashlib.sha256()
    for room in (DESIGN.parent, Path(metadata.__file__).parent, Path(columns.__file__).parent):
        for path in sorted(path for path in room.rglob("*") if path.suffix in (".typ", ".py", ".html")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
