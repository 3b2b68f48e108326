"""Sticks as an enemy prepares them, put into the import beside honest records."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

from survey.wire.carriage import BATCH_SUFFIX, RECEIPT_FOLDER
from tests.campaign.campaign_world import FAULTY_PROGRAM, CampaignWorld
from tests.world import COLLECTOR

_SECONDS = 60.0
_TAKEN = re.compile(r"\d+ new records from (\d+) files")


def prepare_and_import(world: CampaignWorld, chance: Random) -> tuple[str, list[str]]:
    """Carry out, prepare the stick, import, carry back; gives what the stick held, and all that is wrong."""
    stick = world.folder / "stick"
    shutil.rmtree(stick, ignore_errors=True)
    stick.mkdir()
    canary = world.folder / "canary"
    canary.write_text("untouched")
    export = (sys.executable, FAULTY_PROGRAM, "export", "--home", world.home, stick)
    code, said = world.said(*export)
    honest = sum(1 for _ in stick.rglob(f"*{BATCH_SUFFIX}"))
    if code > 1:
        return "the export failed", [f"export: exit {code}: {said[-300:]}"]
    name = chance.choice(sorted(_PREPARED))
    _PREPARED[name](stick, world, canary)
    before = _digest(world.keys)
    wrong = []
    with _growing(stick / f"growing{BATCH_SUFFIX}", active=name == "a file that grows"):
        try:
            code, said = world.said(COLLECTOR, "import", stick, seconds=_SECONDS)
        except subprocess.TimeoutExpired:
            return name, [f"the import hangs on a stick with {name}"]
    taken = _TAKEN.search(said)
    files = int(taken[1]) if taken is not None else 0
    if honest and files < honest:
        wrong.append(f"{name}: {files} of {honest} honest files were taken: {said[-300:]}")
    if _digest(world.keys) != before or canary.read_text() != "untouched":
        wrong.append(f"{name}: the import wrote into what the stick pointed at")
    if not said.replace("\n", "").isprintable():
        wrong.append(f"{name}: the import printed what a terminal would obey")
    world.said(*export)  # the receipts go back
    shutil.rmtree(stick)
    return name, wrong


def _links(stick: Path, world: CampaignWorld, canary: Path) -> None:
    (stick / RECEIPT_FOLDER).mkdir(exist_ok=True)
    for kiosk, uid in world.rows(
        "select k.name, s.uid from evidence_stream s join fleet_kiosk k on k.id = s.kiosk_id"
    ):
        path = stick / RECEIPT_FOLDER / f"{kiosk}-{uid}.ikr"
        path.unlink(missing_ok=True)
        path.symlink_to(world.keys / "signing.key")
    (stick / f"away{BATCH_SUFFIX}").symlink_to(canary)
    (stick / "etc").symlink_to("/etc")


def _receipts_away(stick: Path, world: CampaignWorld, canary: Path) -> None:
    shutil.rmtree(stick / RECEIPT_FOLDER, ignore_errors=True)
    (stick / RECEIPT_FOLDER).symlink_to(world.keys)


def _pipes(stick: Path, world: CampaignWorld, canary: Path) -> None:
    os.mkfifo(stick / f"pipe{BATCH_SUFFIX}")
    (stick / "more").mkdir()
    os.mkfifo(stick / "more" / "manifest.json")


def _devices(stick: Path, world: CampaignWorld, canary: Path) -> None:
    with suppress(PermissionError):  # only root makes them
        os.mknod(stick / f"zero{BATCH_SUFFIX}", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    (stick / f"folder{BATCH_SUFFIX}").mkdir()


def _giant(stick: Path, world: CampaignWorld, canary: Path) -> None:
    with (stick / f"giant{BATCH_SUFFIX}").open("wb") as file:
        file.truncate(1 << 40)
    for number in range(2_000):
        (stick / f"{number:05d}{BATCH_SUFFIX}").write_bytes(b"junk")


def _names(stick: Path, world: CampaignWorld, canary: Path) -> None:
    for name in (
        f"\x1b[2Jimport: all is well{BATCH_SUFFIX}",
        f"line\nend{BATCH_SUFFIX}",
        f"\u202egnp{BATCH_SUFFIX}",
    ):
        (stick / name).write_bytes(b"x")
    (stick / os.fsdecode(b"\xff\xfe.ikm")).write_bytes(b"x")


def _grows(stick: Path, world: CampaignWorld, canary: Path) -> None:
    (stick / f"growing{BATCH_SUFFIX}").write_bytes(b"x")


_PREPARED: dict[str, Callable[[Path, CampaignWorld, Path], None]] = {
    "links": _links,
    "a receipts folder that leads to the keys": _receipts_away,
    "pipes": _pipes,
    "devices": _devices,
    "a giant and many": _giant,
    "names with control characters": _names,
    "a file that grows": _grows,
    "nothing added": lambda *_: None,
}


@contextmanager
def _growing(path: Path, *, active: bool) -> Iterator[None]:
    """Let a file grow for as long as the block takes."""
    ended = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not ended.wait(0.002):
                file.write(bytes(4_096))

    thread = threading.Thread(target=grow, daemon=True)
    if active:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if active:
            thread.join()


def _digest(folder: Path) -> str:
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        state.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
    return state.hexdigest()
