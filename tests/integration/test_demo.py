"""The README's first command: the whole product on one machine, to its end, at the worst hour."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.set_up import set_up

pytestmark = pytest.mark.integration

MOMENTS = Path(__file__).resolve().parent.parent / "moments"
TURN = datetime(2028, 12, 31, 17, 30)  # noqa: DTZ001 - as faketime reads it, in UTC
"""The unit has the first of January already."""


def at_the_turn_of_the_year(data: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a demo to its end where the unit has the next day, month and year already; at the real hour where no faketime is there."""
    command = [Path(sys.executable).with_name("ikm-kiosk"), "demo", "--data", data, *words]
    environment = os.environ | {"TZ": "UTC"}
    if shutil.which("faketime") is not None:
        command = ["faketime", "-f", "--exclude-monotonic", f"@{TURN:%F %T}", *command]
        environment |= {"PYTHONPATH": str(MOMENTS)}
    return to_its_end(command, environment, folder=data.parent)


def to_its_end(
    command: Sequence[str | Path], environment: Mapping[str, str], *, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a demo to its end; where it does not come to one, it is told to end what it has started."""
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=folder
    )
    try:
        printed, said = running.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        running.terminate()
        running.communicate()
        raise
    return subprocess.CompletedProcess(command, running.returncode, printed, said)


def check(printed: str) -> None:
    """Check that the index at the end holds everybody who is said to have come."""
    questionnaires = re.search(r"3 visitors came; .* (\d+) of them complete questionnaires", printed)
    assert questionnaires is not None, printed
    (head,) = re.findall(r"^Balai Desa Sukamaju, .* — ", printed, re.MULTILINE)
    index = printed[printed.index(head) :]
    assert re.search(rf"^IKM \d+,\d\d .* n = {questionnaires[1]}$", index, re.MULTILINE), printed
    assert index.rstrip().endswith("n = 3"), printed


def test_the_demo_plays_an_offices_sheet_once_and_goes_on_with_visitors_to_an_index_that_holds(
    tmp_path: Path,
) -> None:
    sheet = tmp_path / "skm.csv"
    days = [f"{day}/12/2025 08.15;L;3;4;3;4;3;4;3;4;3" for day in range(9, 15)]
    header = "Tanggal;Jenis Kelamin;U1;U2;U3;U4;U5;U6;U7;U8;U9"
    sheet.write_bytes(("\ufeff" + "\r\n".join([header, *days])).encode())
    played = ("--replay", sheet, "--order", "regulation", "--channel", "petugas")
    first = at_the_turn_of_the_year(tmp_path / "demo", *played)
    assert first.returncode == 0, first.stdout + first.stderr
    assert re.search(r"^IKM 86,11 .* n = 6$", first.stdout, re.MULTILINE), first.stdout
    assert "6 responden dari arsip" in first.stdout
    again = at_the_turn_of_the_year(tmp_path / "demo", *played)
    assert (again.returncode, again.stdout) == (1, "")
    assert "skm.csv was played before" in again.stderr
    # Into the same folder: the second demo goes on with the first one's collector, and its quarter stays published.
    visited = at_the_turn_of_the_year(tmp_path / "demo", "--visitors", "3")
    assert visited.returncode == 0, visited.stdout + visited.stderr
    check(visited.stdout)
    assert sum(pressed(tmp_path / "demo").values()) == 6 + 3, "of the sheet, and of the visitors"
    release = collector(tmp_path / "demo", "release", "list", "--unit", "sukamaju").splitlines()
    assert len(release) == 1, release
    assert re.search(r"unit sukamaju  \d{4}-TW\d  terbit  \d\d\.\d\d [A-D], n = 84$", release[0]), release
    year = TURN.year if shutil.which("faketime") is not None else date.today().year  # noqa: DTZ011 - the visitors came today
    for first_day, last_day in (("2025-12-01", "2025-12-31"), (f"{year - 1}-12-31", f"{year + 1}-01-01")):
        told = audit(tmp_path / "demo", first_day, last_day)
        assert "integrity: holds   completeness: holds   lineage: holds   times: holds" in told


def pressed(data: Path) -> dict[str, int]:
    """How many pressed a smiley at each kiosk, but for the one that played the quarter that is published."""
    days = ("--from", "2000-01-01", "--to", "2199-12-31")
    groups = json.loads(collector(data, "index", "--unit", "sukamaju", *days, "--by", "kiosk", "--json"))[
        "groups"
    ]
    found = {one["group"]["kiosk"]["code"]: one["pulse"]["n"] for one in groups}
    return {name: number for name, number in found.items() if not re.fullmatch(r"arsip-\d{4}-tw\d", name)}


def audit(data: Path, first: str, last: str) -> str:
    return collector(data, "audit", "--unit", "sukamaju", "--from", first, "--to", last)


def collector(data: Path, *words: str) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("ikm-collector"), *words],
        capture_output=True,
        text=True,
        env=os.environ | {"IKM_DATA": str(data / "collector")},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_closed_terminal_ends_all_that_the_demo_started(tmp_path: Path) -> None:
    set_up({"IKM_DATA": str(tmp_path / "demo" / "collector")})  # as an earlier demo has left it
    command = [
        Path(sys.executable).with_name("ikm-kiosk"),
        "demo",
        "--visitors",
        "3",
        "--data",
        tmp_path / "demo",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        ports = wait_for_ports(tmp_path / "demo" / "ports.json")
        running.send_signal(signal.SIGHUP)
        printed, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "stopped; everything answered is kept" in printed
    assert [name for name, port in ports.items() if listens(port)] == []


def wait_for_ports(named: Path) -> dict[str, int]:
    """Give the demo's ports once something listens on each."""
    for _ in range(3000):
        if named.exists() and all(map(listens, (ports := json.loads(named.read_text())).values())):
            return dict(ports)
        time.sleep(0.1)
    raise AssertionError("broker and pages did not start within five minutes")


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
