"""What cannot be undone: old states put back at either end, and pages and files that are lost, under running programs too.

Each of these may take the last copy of a record. The ledger notes which, and whether anything is left that knows of it: those the audit
must name.
"""

import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.campaign.campaign_world import CampaignWorld
from tests.campaign.deeds import Deeds
from tests.campaign.ledger import Ledger, Loss
from tests.campaign.outcome import Outcome
from uplink.journal.enrolment import load_enrolment
from uplink.journal.head import read_head
from uplink.journal.home import KioskHome
from uplink.journal.reader import JournalReader

_PAGE_BYTES = 4_096
_NOTICE_SECONDS = 10.0
_MOST_COPIES = 4
_A_FEW = 5
_LAG_SECONDS = 12.0
"""Twice what the head file may lag, for a disk that fails for a while and a program that starts."""


class Ravages:
    """The grave deeds of one world. One thread uses it."""

    def __init__(
        self, world: CampaignWorld, ledger: Ledger, deeds: Deeds, outcome: Outcome, *, chance: random.Random
    ) -> None:
        self._world = world
        self._ledger = ledger
        self._deeds = deeds
        self._outcome = outcome
        self._chance = chance
        self._cards: list[Path] = []
        """Copies of the kiosk's folder."""
        self._backups: list[Path] = []
        """Copies of the collector's database."""
        self._copied = 0
        self.card_set_back = False
        """Whether the kiosk was ever set back in this world."""
        self.collector_set_back = False
        """Whether the collector was."""
        self.all: dict[str, Callable[[str], bool]] = {
            "kiosk set back to an old copy": self._set_kiosk_back,
            "collector set back to an old copy": self._set_collector_back,
            "both set back to old copies": self._set_both_back,
            "file unlinked under the running kiosk": self._under_running(Path.unlink),
            "file cut under the running kiosk": self._under_running(self._cut),
            "file replaced under the running kiosk": self._under_running(_replace),
            "page zeroed under the running kiosk": self._under_running(self._zero_page),
            "last page lost while it stood still": self._while_stopped(_zero_end),
            "page lost while it stood still": self._while_stopped(self._zero_page),
            "bit flipped while it stood still": self._while_stopped(self._flip),
            "file lost while it stood still": self._while_stopped(Path.unlink),
            "journal deleted while it stood still": self._while_stopped(_delete_journal),
            "two journals deleted, one after the other, unsent": self._delete_two_unsent,
        }

    def copy(self) -> None:
        """Take a copy of one end, to be put back one day."""
        self._copied += 1
        target = self._world.folder / f"copy-{self._copied}"
        if self._chance.random() < 0.6:
            with self._world.held_still("kiosk", "uplink"):
                shutil.copytree(self._world.home, target)
            self._cards = [*self._cards, target][-_MOST_COPIES:]
        else:
            with (
                closing(sqlite3.connect(self._world.database, timeout=30)) as now,
                closing(sqlite3.connect(target)) as copy,
            ):
                now.backup(copy)
            self._backups = [*self._backups, target][-_MOST_COPIES:]

    def do(self, name: str) -> bool:
        """Do one; tells whether it could be done."""
        done = self.all[name](name)
        if done:
            self._outcome.done[name] += 1
            self._world.chronicle(name)
        return done

    # -- old states

    def _set_kiosk_back(self, name: str) -> bool:
        if not self._cards:
            return False
        self._deeds.kill("kiosk", "uplink")
        self._put_card_back()
        self._ledger.note_losses(name)
        self._deeds.start("kiosk", "uplink")
        return True

    def _set_collector_back(self, name: str) -> bool:
        if not self._backups:
            return False
        self._deeds.kill("listener", "web")
        self._put_backup_back()
        self._ledger.note_losses(name, may_be_freed=True)
        self._deeds.start("listener", "web")
        return True

    def _set_both_back(self, name: str) -> bool:
        if not self._cards or not self._backups:
            return False
        self._deeds.kill("kiosk", "uplink", "listener", "web")
        self._put_card_back()
        self._put_backup_back()
        self._ledger.note_losses(name, may_be_freed=True)
        self._deeds.start("kiosk", "uplink", "listener", "web")
        return True

    def _put_card_back(self) -> None:
        copy = self._chance.choice(self._cards)
        self.card_set_back = True
        shutil.rmtree(self._world.home)
        shutil.copytree(copy, self._world.home)
        self._world.reboot()
        self._world.medium.begin()

    def _put_backup_back(self) -> None:
        copy = self._chance.choice(self._backups)
        self.collector_set_back = True
        self._ledger.collector_goes_back()
        for suffix in ("-wal", "-shm", "-journal"):
            Path(f"{self._world.database}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(copy, self._world.database)
        self._ledger.collector_was_set_back()

    # -- pages and files

    def _under_running(self, harm: Callable[[Path], None]) -> Callable[[str], bool]:
        def deed(name: str) -> bool:
            self._deeds.heal_disk()
            if not self._writes_again():  # one that is starting remembers nothing yet
                return False
            with self._world.held_still("kiosk", "uplink"):
                if (path := self._any_segment()) is None:
                    return False
                before = self._ledger.standing()
                harm(path)
                self._world.medium.begin()
                losses = self._ledger.note_losses(name, before=before)
            self._await_notice(losses)
            return True

        return deed

    def _while_stopped(self, harm: Callable[[Path], None]) -> Callable[[str], bool]:
        def deed(name: str) -> bool:
            self._deeds.kill("kiosk", "uplink")
            if (path := self._any_segment()) is not None:
                harm(path)
                self._world.medium.begin()
                self._look_at_head_file(name, self._ledger.note_losses(name))
            self._deeds.start("kiosk", "uplink")
            return path is not None

        return deed

    def _delete_two_unsent(self, name: str) -> bool:
        """Delete the journal, and its successor too before anything of that was sent."""
        self._deeds.kill("kiosk", "uplink")
        self._deeds.heal_disk()
        first = self._any_segment()
        if first is not None:
            self._delete(first, name)
            self._deeds.start("kiosk")
            self._await_head_file()
            self._deeds.kill("kiosk")
            if (second := self._any_segment()) is not None:
                self._delete(second, name)
        self._deeds.start("kiosk", "uplink")
        return first is not None

    def _delete(self, path: Path, name: str) -> None:
        _delete_journal(path)
        self._world.medium.begin()
        self._look_at_head_file(name, self._ledger.note_losses(name))

    def _await_head_file(self) -> None:
        """Wait until the head file beside the journal knows a few records of the stream that is there now."""
        home, key = KioskHome(self._world.home), load_enrolment(self._world.home).public_key
        deadline = time.monotonic() + _NOTICE_SECONDS
        while self._world.runs("kiosk") and time.monotonic() < deadline:
            head, header = read_head(home.head, public_key=key), JournalReader(home.journal).header()
            is_of_it = head is not None and header is not None and head.stream == header.stream
            if is_of_it and head is not None and head.seq >= _A_FEW:
                return
            time.sleep(0.1)

    def _look_at_head_file(self, name: str, losses: list[Loss]) -> None:
        """The head file may lag a few seconds, and no more: what is older must be known."""
        late = [loss.age_seconds for loss in losses if not loss.was_known and loss.age_seconds > _LAG_SECONDS]
        if late:
            self._outcome.wrong.append(
                f"{name}: nothing knew of {len(late)} records up to {max(late):.0f} s old"
            )

    def _any_segment(self) -> Path | None:
        """Give a file to harm, most often the newest."""
        segments = sorted(KioskHome(self._world.home).journal.glob("*.journal"))
        if not segments:
            return None
        return segments[-1] if self._chance.random() < 0.7 else self._chance.choice(segments)

    def _await_notice(self, losses: list[Loss]) -> None:
        """Wait until the running kiosk has written again: from then on it has told what it remembers.

        Twice, for it may have had one in hand that it had looked after already when it was held still.
        """
        if self._writes_again() and self._writes_again():
            for loss in losses:
                loss.known = loss.was_known = True

    def _writes_again(self) -> bool:
        """Wait for another record of the kiosk that runs now; tells whether there was one."""
        self._ledger.look()
        before = len(self._ledger.promised)
        deadline = time.monotonic() + _NOTICE_SECONDS
        while self._world.runs("kiosk") and time.monotonic() < deadline:
            self._ledger.look()
            if len(self._ledger.promised) > before:
                return True
            time.sleep(0.1)
        return False

    def _cut(self, path: Path) -> None:
        with path.open("r+b") as file:
            file.truncate(self._chance.randrange(path.stat().st_size))

    def _zero_page(self, path: Path) -> None:
        _zero(path, self._chance.randrange(path.stat().st_size) // _PAGE_BYTES * _PAGE_BYTES)

    def _flip(self, path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[self._chance.randrange(len(content))] ^= 1 << self._chance.randrange(8)
        path.write_bytes(bytes(content))


def _replace(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])


def _zero_end(path: Path) -> None:
    _zero(path, (path.stat().st_size - 1) // _PAGE_BYTES * _PAGE_BYTES)


def _zero(path: Path, begin: int) -> None:
    end = min(begin + _PAGE_BYTES, path.stat().st_size)
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(bytes(end - begin))


def _delete_journal(path: Path) -> None:
    shutil.rmtree(path.parent)
