"""The intake without a broker: a recorded day of many kiosks through the listener's steps, in processor time, statements, memory and equal tables.

    python -m bench.intake --kiosks 1000                        what a day costs this code
    python -m bench.intake --against ../other                   beside the code in another folder, which must leave the same rows behind
    python -m bench.intake --database postgresql --against …    the same on a private PostgreSQL
    python -m bench.intake --profile                            and where the time went

The day is that of `bench.fleet_day`; it is recorded once, in groups as the listener takes them from a broker that never runs dry. `--again` says
how many receipts come too late, so that a kiosk sends again what is held already. `bench.intake_replay` plays it, in a process of its own for each code.
"""

import argparse
import json
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

from bench.fleet_kiosks import DAY_MS, Happening, Kiosk
from bench.own_collector import set_up
from survey.wire import topics
from tests.postgres import PrivatePostgres

GROUP_MESSAGES, GROUP_BYTES = 1_000, 96 * 1024
BEGINS_MS = 1_793_552_400_000
"""The beginning of 2 November 2026 in Jakarta."""
Message = tuple[str, bytes]
Step = tuple[int, list[Message]]
"""When it came, and what."""


def main() -> None:
    """Record the day, play it, and hold what came of it against each other."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, default=500)
    parser.add_argument("--again", type=float, default=0.3, help="share of receipts that come too late (0.3)")
    parser.add_argument("--months", type=int, default=2, help="how long one in a hundred was away (2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="play it so often with each code, in turns")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--against", type=Path, help="a folder with other code")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--grown", action="store_true", help="say what memory was taken for")
    options = parser.parse_args()
    codes = {"this": Path.cwd()} | ({"other": options.against.resolve()} if options.against else {})
    cluster = PrivatePostgres(fsync=True) if options.database == "postgresql" else nullcontext()
    with tempfile.TemporaryDirectory(prefix="ikm-intake-") as name, cluster as server:
        folder = Path(name)
        url = server.url("base") if server is not None else ""
        if server is not None:
            _admin(server, "CREATE DATABASE base")
        record(folder, options, url)
        found: dict[str, list[dict[str, object]]] = {one: [] for one in codes}
        for number in range(options.rounds):
            for one, code in codes.items():
                own = f"{one}{number}"
                if server is not None:
                    _admin(server, f"CREATE DATABASE {own} TEMPLATE base")
                played = play(
                    folder, folder / own, code, server.url(own) if server is not None else "", options
                )
                found[one].append(played)
                told = {key: value for key, value in played.items() if key != "tables"}
                print(f"{one:6} {json.dumps(told)}", flush=True)
    compare(found)


def compare(found: Mapping[str, list[dict[str, object]]]) -> None:
    """Print the ratios, and end with an error where the rows differ."""
    if "other" not in found:
        return
    ratios = [
        float(str(other["seconds"])) / float(str(this["seconds"]))
        for this, other in zip(found["this"], found["other"], strict=True)
    ]
    print(
        "the other took", ", ".join(f"{ratio:.2f}" for ratio in ratios), "times the processor's time of this"
    )
    mine, theirs = found["this"][0]["tables"], found["other"][0]["tables"]
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        raise TypeError("tables by name")
    differ = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    print(f"{len(mine)} tables, {len(differ)} differ: {', '.join(differ)}")
    if differ:
        raise SystemExit(1)


def record(folder: Path, options: argparse.Namespace, url: str) -> None:
    """Make the database with its kiosks, and the day, in files."""
    base = folder / "base"
    set_up(base, url=url)
    from django.db import connections  # noqa: PLC0415 - after django.setup()

    from bench.fleet_day import enrolled  # noqa: PLC0415 - as above

    chance = random.Random(options.seed)
    given = SimpleNamespace(kiosks=options.kiosks, months=options.months)
    kiosks, days = enrolled(given, chance, BEGINS_MS)
    steps = list(_steps(kiosks, days, chance, options.again))
    messages = sum(len(messages) for _, messages in steps)
    print(
        f"{messages:,} messages in {len(steps):,} steps, {sum(one.fake.last for one in kiosks.values()):,} records"
    )
    (folder / "day").write_bytes(pickle.dumps(steps))
    connections.close_all()


def _steps(
    kiosks: Mapping[str, Kiosk], days: Mapping[str, list[Happening]], chance: random.Random, again: float
) -> Iterator[Step]:
    """Give what arrives in each step of a listener that takes whole groups."""
    waiting: list[Message] = []
    for kiosk in kiosks.values():
        kiosk.is_ready = not any(one.what == "gone" and one.at == 0 for one in days[kiosk.name])
    happenings = sorted((one, name) for name, day in days.items() for one in day)
    for happening, name in happenings:
        kiosk = kiosks[name]
        waiting += _happen(kiosk, happening)
        yield from _full(kiosks, waiting, chance, again, happening.at)
    for _ in range(10_000 // 100):
        for kiosk in kiosks.values():
            kiosk.is_ready = True
            waiting += _sent(kiosk)
            yield from _full(kiosks, waiting, chance, again, DAY_MS)
        yield from _full(kiosks, waiting, chance, again=0, at=DAY_MS, last=True)
        if all(kiosk.through == kiosk.fake.last for kiosk in kiosks.values()):
            return


def _happen(kiosk: Kiosk, happening: Happening) -> Iterator[Message]:
    if happening.what in ("gone", "back"):
        kiosk.is_ready = happening.what == "back"
        if kiosk.is_ready:
            kiosk.go_back()
            yield topics.state(kiosk.name), kiosk.fake.state(kiosk.fake.last)
            yield from _sent(kiosk)
    elif happening.what == "state":
        if kiosk.is_ready:
            yield topics.state(kiosk.name), kiosk.fake.state(kiosk.fake.last)
    elif kiosk.write(happening.what, kiosk.day_ms + happening.at):
        yield from _sent(kiosk)


def _sent(kiosk: Kiosk) -> Iterator[Message]:
    if kiosk.is_ready:
        for payload in kiosk.batches(in_storm=False):
            yield topics.up(kiosk.name), payload


def _full(
    kiosks: Mapping[str, Kiosk],
    waiting: list[Message],
    chance: random.Random,
    again: float,
    at: int,
    *,
    last: bool = False,
) -> Iterator[Step]:
    """Give the group where it is full, and confirm what is in it, but for those receipts that come too late."""
    while waiting and (
        last or len(waiting) >= GROUP_MESSAGES or sum(len(payload) for _, payload in waiting) >= GROUP_BYTES
    ):
        group = list(waiting)
        waiting.clear()
        yield BEGINS_MS + at, group
        for name in dict.fromkeys(topics.kiosk_of(topic) for topic, _ in group):
            kiosk = kiosks[name]
            if chance.random() < again:
                kiosk.go_back()
            elif kiosk.sent > kiosk.through:
                # Its lines stay: the chain is kept whole for the next start of a batch.
                kiosk.confirm(kiosk.sent, kiosk.fake.links[kiosk.sent])
            waiting += _sent(kiosk)


def play(folder: Path, own: Path, code: Path, url: str, options: argparse.Namespace) -> dict[str, object]:
    """Have some code play the recorded day, with a copy of the database."""
    shutil.copytree(folder / "base", own)
    more = [flag for flag in ("--profile", "--grown") if getattr(options, flag[2:])]
    played = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("intake_replay.py")), str(folder / "day"), *more],
        env=os.environ | {"IKM_DATA": str(own), "DATABASE_URL": url, "PYTHONPATH": str(code)},
        cwd=code,
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    if played.returncode:
        raise SystemExit(f"the code in {code} failed")
    *told, answer = played.stdout.splitlines()
    print("\n".join(told)) if told else None
    answered: dict[str, object] = json.loads(answer)
    return answered


def _admin(server: PrivatePostgres, command: str) -> None:
    import psycopg  # noqa: PLC0415 - where it is asked for

    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(command)  # type: ignore[call-overload] - our own words


if __name__ == "__main__":
    main()
