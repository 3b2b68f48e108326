"""Which files a kiosk has played: the same file never counts twice, not even where its replay broke off.

They are told apart by their bytes, and by their moments and answers, so that a sheet that was only saved anew is the same. What was
played stands in the kiosk's own folder before the first press, durably; how far it came is only written, for it helps whoever has to
play the rest. Only one process plays at a time: it has the journal open.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kiosk.errors import ReplayError
from kiosk.rehearsal.replay import Reading
from kiosk.rehearsal.rows import Row
from uplink.journal.home import KioskHome
from uplink.journal.segments.files import replace_file


class PlayedFile(NamedTuple):
    """One file, as it is remembered."""

    name: str
    day: str
    """The local day it was played on."""
    bytes: str
    content: str
    """Its digests (`Reading.digests`)."""
    rows: int
    finished: bool = False


class PlayedFiles:
    """The files played under one kiosk's key."""

    def __init__(self, home: Path) -> None:
        self._home = KioskHome(home)

    def refuse_again(self, reading: Reading) -> None:
        """Refuse a file that was played before, wholly or in part.

        Raises:
            ReplayError: it was; or what is remembered is damaged, so that nobody can tell.
        """
        for known in self._load():
            if known.bytes != reading.digests[0] and known.content != reading.digests[1]:
                continue
            if known.finished:
                raise ReplayError(
                    f"{reading.name} was played before, on {known.day} as {known.name}, with all of its {known.rows} rows: "
                    "played again it would count twice. Nothing was played"
                )
            raise ReplayError(self._broke_off(known, reading))

    def play(self, reading: Reading, *, day: str) -> Iterator[Row]:
        """Give the rows one after another; each is played when the next is asked for, the file when there is none any more.

        Raises:
            ReplayError: as `refuse_again`, for another process may have played it since that was asked; or it cannot be
                remembered, and so must not be played.
        """
        self.refuse_again(reading)
        entry = PlayedFile(reading.name, day, *reading.digests, rows=len(reading.rows))
        known = self._load()
        try:
            replace_file(self._home.playing, b"0")
            self._keep([*known, entry])
            with self._home.playing.open("r+b", buffering=0) as progress:
                for number, row in enumerate(reading.rows, start=1):
                    yield row
                    progress.seek(0)
                    progress.write(b"%d" % number)
            self._keep([*known, entry._replace(finished=True)])
            self._home.playing.unlink()
        except OSError as error:
            raise ReplayError(
                f"what is played cannot be remembered under {self._home.path}: {error}"
            ) from error

    def _broke_off(self, known: PlayedFile, reading: Reading) -> str:
        try:
            done = min(int(self._home.playing.read_bytes()), len(reading.rows))
        except (OSError, ValueError):
            done = 0
        told = f"{reading.name} was begun on {known.day} as {known.name} and broke off after {done} of its {known.rows} rows"
        if done:
            told += (
                f": in order of time everything through line {reading.rows[done - 1].line} is in the journal"
            )
        if done < len(reading.rows):
            told += f"; line {reading.rows[done].line} may be, in part or whole"
        return f"{told}. Take these rows out of the file and play the rest: the whole file would count them twice. Nothing was played"

    def _load(self) -> list[PlayedFile]:
        path = self._home.played
        try:
            return [PlayedFile(**fields) for fields in json.loads(path.read_bytes())]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise ReplayError(
                f"{path} cannot be read ({error}), so nobody can tell whether this file was played before: "
                "play it under a fresh archive key, on a kiosk of its own"
            ) from error

    def _keep(self, files: list[PlayedFile]) -> None:
        content = json.dumps([one._asdict() for one in files], indent=1)
        replace_file(self._home.played, content.encode())
