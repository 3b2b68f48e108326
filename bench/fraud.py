"""A fraud drill: every way to cheat that we know of, tried on a collector of its own, and who names it.

    python -m bench.fraud                      all attacks; the score sheet
    python -m bench.fraud --seed 7 --only stuffing,forked_log
    python -m bench.fraud --write docs/fraud-drill.md

The collector lies in a folder that is thrown away, on SQLite, and nothing leaves the machine. Each attack is tried on a copy of it, in a process of its
own. Exit code 1: an attack could not be carried out.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.fraud_scene import Attacked, Scene

ATTACKS = (
    ("-", "nothing"),
    ("office", "stuffing"), ("office", "careful_stuffing"), ("office", "voiding"), ("office", "late_dating"),
    ("office", "second_stream"), ("office", "careful_kiosk"), ("office", "switched_off"), ("office", "switched_off_longer"), ("office", "cherry_picking"),
    ("carrier", "stripped_carrier"), ("carrier", "lost_stick"), ("carrier", "kept_back"),
    ("operator", "forked_log"), ("operator", "shorter_log"), ("operator", "second_log"),
    ("operator", "no_cosignature"), ("operator", "kiosk_without_witnesses"),
    ("operator", "dropped_stream"), ("operator", "dropped_stream_with_a_reason"), ("operator", "dropped_stream_for_the_auditor"),
    ("operator", "cut_tail"), ("operator", "dropped_kiosk"),
    ("operator", "dropped_enrolment"), ("operator", "unlogged_kiosk"), ("operator", "own_kiosk"),
    ("operator", "replaced_key"), ("operator", "replaced_key_again"), ("operator", "moved_day"),
    ("operator", "voided_visits"), ("operator", "replaced_release"), ("operator", "replaced_release_again"),
    ("operator", "redated_release"), ("operator", "hidden_withdrawal"),
    ("operator", "altered_counter"), ("operator", "early_counter"),
    ("operator", "closed_kiosk"), ("operator", "closed_kiosk_with_a_reason"),
    ("operator", "hidden_test"), ("operator", "unlogged_test"), ("operator", "altered_note"),
    ("operator", "altered_sheet"), ("operator", "shortened_sheet"),
)  # fmt: skip
_BEGIN, _END = (
    "<!-- begin of the score sheet: python -m bench.fraud --write -->",
    "<!-- end of the score sheet -->",
)
_PAGE_KNOWS = {"--sheet", "--rows", "--remember", "--tests"}
"""What the page from a stick can be given besides; a copy of the log it cannot."""
_SAID = {"log_knows_more", "withdrawn", "not_compared", "goes_on", "kiosk_wrote_on"}
"""What verifiers say beside the verdict, and what is of use against an attack."""


@dataclass
class Line:
    """One line of the score sheet."""

    who: str
    name: str
    what: str
    verify: list[str] = field(default_factory=list)
    page: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    prevented: str = ""
    failed: str = ""

    def named(self) -> bool:
        """Tell whether anybody names it."""
        return any(not one.startswith("-") for one in (*self.verify, *self.page, *self.others))


def main() -> int:
    """Run the drill."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="names of attacks, with commas")
    parser.add_argument("--without-page", action="store_true", help="do not ask the page in Chromium")
    parser.add_argument("--write", type=Path, help="write the score sheet into this document")
    parser.add_argument("--json", action="store_true", help="print for programs")
    given = parser.parse_args()
    names = {one for one in given.only.split(",") if one}
    if unknown := names - {name for _, name in ATTACKS}:
        parser.error(f"no such attacks: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ikm-fraud-") as folder:
        lines = drill(Path(folder), given.seed, names, with_page=not given.without_page)
    if given.json:
        print(json.dumps([vars(one) for one in lines], ensure_ascii=False))
    else:
        print(sheet(lines))
        print(f"\n{len(lines)} in {time.monotonic() - began:.0f} s, seed {given.seed}", file=sys.stderr)
    for one in lines:
        if one.failed:
            print(f"{one.name}: {one.failed}", file=sys.stderr)
    if given.write:
        _write(given.write, sheet(lines))
    return 1 if any(one.failed for one in lines) else 0


def drill(folder: Path, seed: int, names: "set[str]", *, with_page: bool) -> list[Line]:
    """Carry the attacks out, each in a process of its own with a copy of the scene."""
    base = folder / "base"
    base.mkdir()
    set_up(base)
    from bench import fraud_evidence, fraud_office, fraud_operator  # noqa: PLC0415 - their models load after django.setup()
    from bench.fraud_scene import Scene  # noqa: PLC0415

    scene = Scene(base, seed)

    lines, proofs = [], {}
    for who, name in ATTACKS:
        if names and name not in names:
            continue
        attack = next(
            getattr(one, name) for one in (fraud_office, fraud_operator, fraud_evidence) if hasattr(one, name)
        )
        line = Line(who, name, " ".join((attack.__doc__ or "").split()))
        lines.append(line)
        own = folder / name
        done = _alone(scene, own, attack)
        if isinstance(done, str):
            line.failed = done
            continue
        line.others, line.prevented = sorted(set(done.besides)), done.prevented
        if done.proof is not None:
            _verify(line, own, scene.policy, done)
            proofs[name] = done
    if with_page:
        _ask_page(lines, proofs, scene.policy)
    return lines


def set_up(folder: Path) -> None:
    """Make a collector in a folder."""
    os.environ.update(IKM_DATA=str(folder), DJANGO_SETTINGS_MODULE="collector.settings", DATABASE_URL="")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread
    import django  # noqa: PLC0415 - after the environment
    from django.conf import settings  # noqa: PLC0415

    settings.LOGGING["root"]["level"] = "CRITICAL"
    django.setup()
    from collector import clock  # noqa: PLC0415
    from collector.trust import ca, keys  # noqa: PLC0415

    keys.ensure(settings.IKM_KEYS)
    ca.ensure(settings.IKM_KEYS)
    from django.utils import timezone  # noqa: PLC0415

    timezone.now = lambda: clock.now()  # noqa: PLW0108 - the drill's clock is put there later


def _alone(scene: "Scene", own: Path, attack: "Callable[[Scene], Attacked]") -> "Attacked | str":
    """Carry one attack out on a copy; gives what came of it, or why it could not be."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    shutil.copytree(scene.folder, own)
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()

    def run() -> None:
        from django.conf import settings  # noqa: PLC0415

        settings.IKM_DATA = scene.folder = scene.watchers.folder = own
        connections["default"].settings_dict["NAME"] = str(
            own / Path(str(connections["default"].settings_dict["NAME"])).name
        )
        try:
            theirs.send(attack(scene))
        except Exception:  # noqa: BLE001 - whatever it was, the sheet says that it failed
            theirs.send(traceback.format_exc())

    process = fork.Process(target=run)
    process.start()
    theirs.close()
    try:
        found: Attacked | str = ours.recv()
    except EOFError:
        found = "the process ended without a word"
    process.join()
    return found


def _verify(line: Line, own: Path, policy: Path, done: "Attacked") -> None:
    """Have `ikm-verify` check what the stranger was given."""
    path = own / "bukti.json"
    path.write_text(json.dumps(done.proof))
    command = [
        sys.executable,
        "-m",
        "witness.verify.command",
        str(path),
        "--policy",
        str(policy),
        "--json",
        *done.options,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if not ran.stdout:
        line.failed = ran.stderr
        return
    said = json.loads(ran.stdout)
    line.verify = _codes(said)


def _codes(said: "dict[str, Any]") -> list[str]:
    faults = sorted({code for weight, code, _ in said["findings"] if weight == "fault"})
    closed = sorted(
        {f"closed {values['why']}" for _, code, values in said["findings"] if code == "kiosk_closed"}
    )
    return faults + sorted({code for _, code, _ in said["findings"] if code in _SAID}) + closed


def _ask_page(lines: list[Line], proofs: "dict[str, Attacked]", policy: Path) -> None:
    """Have the page from a stick check the same."""
    with _page() as page:
        for line in lines:
            if line.name not in proofs:
                continue
            done = proofs[line.name]
            options = dict(zip(done.options[::2], done.options[1::2], strict=False))
            known = [word for pair in options.items() if pair[0] in _PAGE_KNOWS for word in pair]
            from tests.collector.log.world import report_by_page  # noqa: PLC0415 - Django is set up

            said = report_by_page(page, json.dumps(done.proof), policy.read_text(), *known)
            line.page = ["unreadable"] if said is None else _codes(said)


def asked_page(proof: bytes, tests: bytes | None, policy: Path) -> float:
    """Give how many seconds the page takes to check a file."""
    from tests.collector.log.world import plain, report_by_page  # noqa: PLC0415 - Django is set up

    with _page() as page, tempfile.NamedTemporaryFile() as file:
        file.write(tests or b"")
        file.flush()
        options = ("--tests", file.name) if tests else ()
        began = time.perf_counter()
        said = report_by_page(page, plain(proof), policy.read_text(), *options)
        spent = time.perf_counter() - began
    assert said is not None
    assert not [one for one in said["findings"] if one[0] == "fault"], said
    return spent


@contextlib.contextmanager
def _page() -> "Iterator[Any]":
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where the page is asked

    from tests.chromium import chromium  # noqa: PLC0415
    from witness.verify.page import page as made  # noqa: PLC0415

    try:
        program = chromium()
    except FileNotFoundError as error:
        sys.exit(f"{error}, or --without-page")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "periksa.html"
        path.write_text(made(), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox"])
        page = browser.new_page()
        page.goto(f"file://{path}")
        yield page
        browser.close()


def sheet(lines: list[Line]) -> str:
    """Give the score sheet as a table."""
    rows = ["| Attack | What was done | `ikm-verify` | page | others |", "| --- | --- | --- | --- | --- |"]
    who = ""
    for one in lines:
        if one.who != who and one.who != "-":
            rows.append(f"| **{one.who}** | | | | |")
        who = one.who
        others = _words(one.others)
        if one.prevented:
            others = f"{others}; *{one.prevented}*" if others else f"*{one.prevented}*"
        if not one.named() and not one.prevented and one.who != "-":
            others = "**not named**"
        if one.failed:
            others = "the attack failed"
        rows.append(f"| `{one.name}` | {one.what} | {_words(one.verify)} | {_words(one.page)} | {others} |")
    return "\n".join(rows)


def _words(codes: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in codes)


def _write(path: Path, text: str) -> None:
    before, _, rest = path.read_text().partition(_BEGIN)
    path.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{rest.partition(_END)[2]}")


if __name__ == "__main__":
    sys.exit(main())
