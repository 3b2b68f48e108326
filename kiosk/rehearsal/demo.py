"""The whole product on one machine: a private broker, the collector and a simulated kiosk (`./install.sh demo`).

Everything is started as the real programs by their own commands, in a folder that a second demo carries on with.
The broker and the collector listen on loopback only.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sys
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.config import Config
from kiosk.errors import ReplayError
from kiosk.rehearsal.past import write_quarter
from kiosk.rehearsal.played import PlayedFiles
from kiosk.rehearsal.programs import DemoError, Programs
from kiosk.rehearsal.replay import Reading, Terms, read_responses
from kiosk.rehearsal.simulation import add_reading
from kiosk.rehearsal.village import NAME, REGIONS, UNIT, write_regions, write_services
from kiosk.remote.plan import make_plan
from kiosk.watch.status import look
from survey.index.periods import PeriodKind, around, local_day
from uplink.journal.home import KioskHome

ZONE = "Asia/Jakarta"
"""The zone the demo's days are counted in, whatever this machine's is."""
_ARCHIVES = "arsip-"
VISITORS = 12
"""Who comes by themselves where there is no display."""
MINUTES_APART = 6
START_SECONDS = 30.0
DRAIN_SECONDS = 180.0

BROKER_CONFIG = """\
# A private broker for the demo. It keeps nothing: what counts is the collector's receipt.
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 100000
max_packet_size 1048576
"""
KIOSK_CONFIG = """\
# The demo's kiosk; every key is described in docs/configuration.md.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options to its subcommand."""
    parser.add_argument(
        "--visitors", type=int, metavar="N", help="play N varied visits instead of opening a window"
    )
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="play the responses of a CSV file as visitors"
    )
    add_reading(parser)
    parser.add_argument(
        "--fresh", action="store_true", help="begin anew instead of carrying on with the last demo"
    )
    parser.add_argument(
        "--data", type=Path, default=Path(".demo"), metavar="DIR", help="where everything is kept (.demo)"
    )
    parser.add_argument("--stay", action="store_true", help="go on running after the visits, until Ctrl-C")


def main(options: argparse.Namespace) -> int:
    """Run the demo until the visits are counted, the window is closed or Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal too ends everything that was started
        signal.signal(number, signal.default_int_handler)
    data: Path = options.data.resolve()
    if options.fresh:
        shutil.rmtree(data, ignore_errors=True)
    try:
        _run(options, data)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: stopped; everything answered is kept, and the next demo carries on with it")
    return 0


def _run(options: argparse.Namespace, data: Path) -> None:
    reading = _reading(options, data)
    broker = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if broker is None:
        raise DemoError("mosquitto is not installed; install it with: sudo apt-get install mosquitto")
    home, logs = data / "kiosk", data / "logs"
    for folder in (home, logs):
        folder.mkdir(parents=True, exist_ok=True)
    ports = _ports(data / "ports.json")
    address = f"http://127.0.0.1:{ports['web']}"
    programs = Programs(
        logs=logs,
        environment={
            "IKM_DATA": str(data / "collector"),
            "IKM_BROKER_URL": f"mqtt://127.0.0.1:{ports['broker']}",
            "IKM_PUBLIC_URL": address,
        },
    )
    here = Path(sys.executable).parent  # the commands of this same environment
    collector, kiosk = here / "ikm-collector", here / "ikm-kiosk"
    try:
        print("demo: starting the broker and the collector", flush=True)
        config = data / "broker.conf"
        config.write_text(BROKER_CONFIG.format(port=ports["broker"]))
        programs.start("broker", [broker, "-c", config])
        programs.ask([collector, "setup"])
        programs.start("web", [collector, "serve", "--port", str(ports["web"])])
        programs.start("listener", [collector, "listen"])
        programs.start("worker", [collector, "work"])
        programs.wait_until(
            lambda: _listens(ports["web"]), what="starting the collector", seconds=START_SECONDS
        )
        enrolment = KioskHome(home).enrolment
        if not enrolment.exists():
            _enrol(programs, collector=collector, kiosk=kiosk, address=address, home=home)
        _point_at(enrolment, address=address, broker_port=ports["broker"])
        config = home / "kiosk.toml"
        config.write_text(KIOSK_CONFIG)
        programs.start("uplink", [kiosk, "uplink", "--home", home, "--config", config])
        _publish_last_quarter(
            programs, data, collector=collector, kiosk=kiosk, address=address, ports=ports, config=config
        )
        print(f"demo: the collector's page is {address}/ (Ctrl-C stops everything)", flush=True)
        days = _days_played(options, reading)
        if days is not None:
            # What is played in was not pressed today: it comes under an archive key of its own.
            home = data / time.strftime(f"{_ARCHIVES}%Y%m%d-%H%M%S")
            home.mkdir()
            _enrol_archive(programs, days, collector=collector, kiosk=kiosk, address=address, home=home)
            _point_at(KioskHome(home).enrolment, address=address, broker_port=ports["broker"])
            programs.start("uplink-archive", [kiosk, "uplink", "--home", home, "--config", config])
        _visits(options, programs, kiosk=kiosk, home=home, config=config)
        _show_index(programs, collector=collector, home=home)
        if options.stay:
            print(f"demo: look at {address}/; Ctrl-C stops everything", flush=True)
            while True:
                programs.check()
                time.sleep(0.2)
    finally:
        programs.stop()


def _enrol(programs: Programs, *, collector: Path, kiosk: Path, address: str, home: Path) -> None:
    print("demo: enrolling the kiosk with a one-time code", flush=True)
    # By tables and not one by one: each command takes a second or two to start.
    programs.ask([collector, "region", "import", write_regions(home.parent)])
    unit = ["--code", UNIT, "--name", NAME, "--region", list(REGIONS)[-1], "--time-zone", ZONE]
    programs.ask([collector, "unit", "add", *unit])
    programs.ask([collector, "fleet", "import", write_services(home.parent)])
    code = programs.ask([collector, "enrol", "--unit", UNIT]).split()[-1]
    programs.ask([kiosk, "enrol", code, "--collector", address, "--home", home])


def _publish_last_quarter(
    programs: Programs,
    data: Path,
    *,
    collector: Path,
    kiosk: Path,
    address: str,
    ports: dict[str, int],
    config: Path,
) -> None:
    """Play an invented last quarter through the panel and publish it, once: pages show what was published and nothing else."""
    quarter = around(local_day(time.time_ns() // 1_000_000, ZONE), PeriodKind.QUARTER).previous()
    home, path = data / f"{_ARCHIVES}{quarter.identifier.lower()}", data / f"{quarter.identifier}.csv"
    if list(data.glob(f"{_ARCHIVES}????-tw?")):
        return
    print(f"demo: playing and publishing an invented {quarter.title}", flush=True)
    home.mkdir()
    write_quarter(path, quarter.first, quarter.last)
    days = (quarter.first, quarter.last)
    _enrol_archive(programs, days, collector=collector, kiosk=kiosk, address=address, home=home)
    _point_at(KioskHome(home).enrolment, address=address, broker_port=ports["broker"])
    programs.start("uplink-quarter", [kiosk, "uplink", "--home", home, "--config", config])
    programs.ask([kiosk, "simulate", "--home", home, "--config", config, "--replay", path])
    _await_confirmed(programs, home=home)
    programs.ask([collector, "release", "publish", "--unit", UNIT, "--period", quarter.identifier])


def _reading(options: argparse.Namespace, data: Path) -> Reading | None:
    """Read the file that is to be played, where one is: before anything is started.

    Raises:
        DemoError: it cannot be played, or an earlier demo in this folder has played it.
    """
    if options.replay is None:
        return None
    now_ms = time.time_ns() // 1_000_000
    terms = Terms(
        zone=ZoneInfo(ZONE), now_ms=now_ms, order=options.order, dates=options.dates, channel=options.channel
    )
    try:
        reading = read_responses(options.replay, make_plan(Config()), terms)
    except ReplayError as error:
        raise DemoError(str(error)) from error
    try:
        for home in data.glob(f"{_ARCHIVES}*"):
            PlayedFiles(home).refuse_again(reading)
    except ReplayError as error:
        raise DemoError(f"{error}: begin anew with --fresh, or leave --replay out") from error
    return reading


def _days_played(options: argparse.Namespace, reading: Reading | None) -> tuple[date, date] | None:
    """Give the first and last day of the visits that are played; None where somebody presses the buttons."""
    if reading is not None:
        return reading.days(ZoneInfo(ZONE))
    if options.visitors is None and _has_display():
        return None
    now = time.time_ns() // 1_000_000
    ago_ms = (options.visitors or VISITORS) * MINUTES_APART * 2 * 60_000
    return local_day(now - ago_ms, ZONE), local_day(now, ZONE)


def _enrol_archive(
    programs: Programs, days: tuple[date, date], *, collector: Path, kiosk: Path, address: str, home: Path
) -> None:
    period = [day.isoformat() for day in days]
    command: list[str | Path] = [
        collector,
        "enrol",
        "--unit",
        UNIT,
        "--kiosk",
        home.name,
        "--archive",
        *period,
    ]
    code = programs.ask(command).split()[-1]
    programs.ask([kiosk, "enrol", code, "--collector", address, "--home", home])


def _visits(
    options: argparse.Namespace, programs: Programs, *, kiosk: Path, home: Path, config: Path
) -> None:
    common: list[str | Path] = ["--home", home, "--config", config]
    if options.replay is not None:
        order = ["--order", options.order] if options.order else []
        dates = ["--dates", options.dates] if options.dates else []
        channel = ["--channel", options.channel] if options.channel else []
        programs.run([kiosk, "simulate", *common, "--replay", options.replay, *order, *dates, *channel])
    elif options.visitors is not None or not _has_display():
        programs.run(
            [
                kiosk,
                "simulate",
                *common,
                "--visitors",
                str(options.visitors or VISITORS),
                "--apart",
                str(MINUTES_APART),
            ]
        )
    else:
        print(
            "demo: keys 1-4 are the four buttons, the mouse is the finger; close the window to end",
            flush=True,
        )
        programs.run([kiosk, "run", *common, "--simulate"])


def _show_index(programs: Programs, *, collector: Path, home: Path) -> None:
    """Print the index of this kiosk's own visits, as the operator may see it at once."""
    print("demo: waiting until the collector has confirmed everything", flush=True)
    _await_confirmed(programs, home=home)
    today = local_day(time.time_ns() // 1_000_000, ZONE).isoformat()
    name = json.loads(KioskHome(home).enrolment.read_text())["kiosk"]
    whose = ["--unit", UNIT, "--kiosk", name]
    print(programs.ask([collector, "index", *whose, "--from", "2000-01-01", "--to", today]), flush=True)


def _await_confirmed(programs: Programs, *, home: Path) -> None:
    # The last record may be one that nobody waits for: it would go along with answers, or after an hour.
    KioskHome(home).send_now.touch()

    programs.wait_until(
        lambda: look(home).journal.waiting == 0, what="the way to the collector", seconds=DRAIN_SECONDS
    )


def _ports(memory: Path) -> dict[str, int]:
    """Keep the last demo's ports where they are still free, so that bookmarks go on working."""
    ports: dict[str, int] = json.loads(memory.read_text()) if memory.exists() else {}
    for name in ("broker", "web"):
        ports[name] = _bind(ports.get(name, 0)) or _bind(0)
    memory.write_text(json.dumps(ports))
    return ports


def _bind(port: int) -> int:
    """Give `port` if it is free (any free one for 0), else 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def _point_at(enrolment: Path, *, address: str, broker_port: int) -> None:
    """Tell the enrolled kiosk where broker and collector listen this time."""
    facts = json.loads(enrolment.read_text())
    facts["collector_url"] = address
    facts["broker"] |= {"host": "127.0.0.1", "port": broker_port}
    fresh = enrolment.with_suffix(".new")
    fresh.write_text(json.dumps(facts, indent=1))
    fresh.replace(enrolment)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
