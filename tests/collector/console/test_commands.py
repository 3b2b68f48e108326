"""Every command of `ikm-collector`: it does its work, says in one sentence what is wrong, and prints nothing of Python's own."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import SUPPRESS, ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from collector import manage
from collector.complaints import life
from collector.complaints.models import Ticket
from collector.console.typed import module_of, word_of
from collector.fleet.models import Assignment, Unit
from collector.people.models import TrailEntry
from collector.trust import public
from survey.record.complaint import Complaint
from survey.wire.carriage import SEALED
from survey.wire.sealing import CARRIED
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

COMMANDS = sorted(
    path.stem
    for path in (Path(manage.__file__).parent / "console" / "management" / "commands").glob("*.py")
    if path.stem != "__init__"
)
PYTHONS_OWN = ("=<", "datetime.", "Traceback", "<Enum", "object at 0x", "Decimal(", "Fraction(", "PosixPath(")
NOW = datetime.fromtimestamp(MORNING_MS / 1000, tz=UTC).replace(day=30, hour=18)
"""In UTC the last of November, in Jakarta the first of December."""
PASSWORD = "kunci-yang-panjang-sekali"
LOOKUP = "5" * 32


@pytest.fixture
def village(busy: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]]) -> Iterator[FakeKiosk]:
    """A kiosk with responses, a complaint, a record that cannot be read, a refusal, and people."""
    seq = busy.record("complaint", Complaint(visit=900, lookup=LOOKUP).to_body())
    busy.record("weather", {"rain": True})
    arrive(busy.batch(seq, seq + 1), b"no batch at all")
    with stopped(NOW):
        routed(Ticket.objects.get())
    with stopped(NOW):
        sys_stdin, sys.stdin = sys.stdin, io.StringIO(PASSWORD + "\n")
        call_command("user", "add", "rina", "--role", "evaluator")
        sys.stdin = sys_stdin
        yield busy


def routed(ticket: Ticket) -> None:
    """Have a complaint arrive at the office, as opening it does."""
    ticket.topics, ticket.routed_at = ["lama"], NOW
    ticket.save()
    life.arrived(ticket, NOW)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """Run a command, and give everything it printed."""
    capsys.readouterr()
    call_command(*map(str, words))
    printed = capsys.readouterr()
    text = printed.out + printed.err
    assert [own for own in PYTHONS_OWN if own in text] == [], text
    return text


def sealed(batch: bytes) -> bytes:
    return SEALED + seal(batch, public.read(settings.IKM_KEYS).seal_key, info=CARRIED)


UNIT = ("--unit", "sukamaju")
QUARTER = (*UNIT, "--period", "2026-TW4")
SUCCESS: dict[str, list[tuple[tuple[str, ...], str]]] = {
    "agency": [(("add", "--code", "desa", "--name", "Dinas Desa"), "agency desa: Dinas Desa")],
    "alert": [(("list",), "nothing is wrong")],
    "audit": [(QUARTER, "sukamaju), 2026-TW4"), ((*QUARTER, "--json"), '"kind_unknown": 1'),
              ((*QUARTER, "--publish"), "Held but not counted: 1 records, this version does not know their kind")],
    "breakdown": [
        ((*UNIT, "--period", "2026-TW4"), "2026-TW4: responses 30-99, releases 0, units left out 1"),
    ],
    "broker_files": [(("{folder}", "--host", "broker.example"), "IKM_BROKER_URL=mqtts://broker.example:8883")],
    "card": [
        (("make", *UNIT, "--why", "uji", "{folder}/kartu.pdf"), "each works once"),
        (("list",), "cards, 0 used"),
    ],
    "complaint": [
        (("list", "--as", "rina"), "  due 2026-11-27  sukamaju  diterima  unit:sukamaju  lama"),
        (("list", "--as", "rina", "--below"), "due 2026-11-27"),
        (("read", "{ticket}", "--as", "rina", "--why", "to answer"), "nothing was written"),
        (("contact", "{ticket}", "--as", "rina", "--why", "to call"), "nothing was written"),
        (("move", "{ticket}", "terverifikasi", "--as", "rina"), "terverifikasi"),
        (("pass", "{ticket}", "all:", "--as", "rina", "--why", "lintas wilayah"), "passed on to all:, to be acknowledged by 2026-12-0"),
        (("acknowledge", "{ticket}", "--as", "rina"), ": acknowledged"),
        (("calendar", "2026"), "2026 is not filled: only weekends are counted"),
        (("calendar", "--fill", "2026"), "2026: 25 days entered"),
        (("calendar", "--add", "2026-11-03", "--name", "Hari jadi", "--region", "18", "--source", "Perda", "--as", "rina"), "2026-11-03 entered"),
        (("calendar", "2026"), "2026-11-03  libur_daerah  18  Hari jadi  (Perda)"),
        (("calendar", "--remove", "2026-11-03", "--region", "18", "--why", "salah"), "2026-11-03 removed"),
        (("rules",), 'version = "2026-11"'),
        (("close-silent",), "0 closed"),
    ],
    "complaint_report": [
        (("make", *UNIT, "--period", "2026-TW3", "--file", "{folder}/laporan.pdf", "--as", "rina"), "0 complaints"),
        (("register", *UNIT, "--period", "2026-TW4", "--file", "{folder}/register.csv", "--as", "rina", "--why", "audit"), "1 complaints"),
    ],
    "enrol": [(UNIT, "good once, until 2026-12-02 01:00 WIB; type on the kiosk:\n  ikm-kiosk enrol ")],
    "evidence": [(("export", "{folder}/bukti.zip", *QUARTER, "--why", "audit"), "1 streams, 63 records, 1 indices")],
    "explain": [(("--value", "81,96", "--lang", "en"), "By the table of 2004, out of force: A (Sangat baik)")],
    "handover": [
        (("list",), "nothing is out"),
        (("opensid-export", *UNIT, "--file", "{folder}/pengaduan.csv"), "0 public notices"),
    ],
    "import_files": [(("{batch}",), "1 new records from 1 files; 1 receipts written")],
    "index": [
        (QUARTER, "— Triwulan IV Tahun 2026"),
        ((*QUARTER, "--lang", "en"), "— 2026-TW4\nInstrument skm-2017@1"),
        ((*QUARTER, "--by", "hour", "--csv"), "hour_name,n,incomplete"),
        ((*QUARTER, "--json"), '"period": "2026-TW4"'),
    ],
    "instruments": [(("list",), "skm-2017@1: 9 elements")],
    "fleet": [
        (("template", "{folder}/templat.xlsx"), "0 rows"),
        (("export", "{folder}/armada.xlsx"), "rows"),
        (("import", "{folder}/armada.xlsx"), "0 new, 0 changed"),
    ],
    "forum": [
        (("list", *UNIT), "sukamaju: no forums"),
        (("add", *UNIT, "--date", "2026-11-02", "--place", "Balai", "--topic", "Standar", "--media", "2"), "1 of 5 groups"),
    ],
    "ipp": [(("form",), "indikator,nilai,catatan\n1,,"), (("list",), "nothing was entered")],
    "keys": [(("list",), "texts and contacts  sealed to from now on")],
    "kiosk": [
        (("list",), "k-0001  sukamaju at sukamaju  never heard"),
        (("move", "k-0001", *UNIT, "--since", "2026-07-01"), "since 2026-07-01;"),
        (("settings", "k-0001", "--set", "volume_percent=60"), '"volume_percent": 60'),
        (("revoke", "k-0001", "--why", "stolen"), "1 keys revoked"),
        (("list",), "REVOKED"),
    ],
    "log": [(("build",), " leaves added, "), (("show",), "ikm-log/127.0.0.1/1")],
    "mall": [(("list",), "no malls")],
    "notice": [(("list",), "nothing is public")],
    "paper": [
        (("list",), "poster-a4                  everybody  poster-a4.pdf"),
        (("dress", "--letterhead", "DESA SUKAMAJU", "--contact", "Tlp. 0727", "--as", "rina"), "DESA SUKAMAJU\nTlp. 0727\nno logo"),
    ],
    "pekppp": [((*UNIT, "--year", "2026"), "  7  0  Tidak ada publikasi yang tercatat.")],
    "place": [(("add", "--code", "mpp", "--name", "MPP", "--region", "18.71"), "place mpp: MPP, 18.71"),
              (("provider", "Telkomsel", "--region", "18.71"), "1 places")],
    "population": [((*QUARTER, "--users", "500"), "2026-TW4: 500 users, so 217 respondents are needed"),
                   ((*QUARTER, "--users", "0"), "2026-TW4: no population stated")],
    "publication": [(("list", *UNIT), "nothing is entered")],
    "rebuild": [((), "62 records projected anew"), (("--progress",), "of k-0001: 63 records")],
    "refusals": [((), "set aside 1 × kind_unknown")],
    "region": [
        (("add", "--code", "18.01", "--name", "Lampung Selatan"), "region 18.01 Lampung Selatan"),
        (("import", "{folder}/regions.csv"), "1 regions in "),
    ],
    "release": [
        (("list",), "nothing is proposed or published"),
        (("propose", *UNIT, "--period", "2026-TW3"), "unit sukamaju  2026-TW3  terbuka  due 2026-10-30"),
        (("publish", *UNIT, "--period", "2026-TW3", "--as", "rina"), "2026-TW3  terbit  no number"),
        (("policy", "--since", "2027-01-01", "--why", "Perbup 7"), "from 2027-01-01 on: quarter, 1/9, complete, due after 30"),
    ],
    "retention": [(("--dry-run",), "0 contacts and 0 texts due"), ((), "0 contacts and 0 texts destroyed")],
    "rtl": [(("list", *UNIT), "sukamaju: no plans")],
    "service": [(("add", *UNIT, "--code", "ktp", "--name", "KTP"), "service ktp of sukamaju: KTP")],
    "settings": [
        (("set", "volume_percent=60", "--region", "18.01"), "region 18.01: volume_percent changed; 1 kiosks, signed"),
        (("show", *UNIT), "volume_percent = 60  (from region 18.01 by "),
        (("state",), "1 sent\nk-0001  sukamaju  settings 2 sent"),
        (("clear", "volume_percent", "--region", "18.01"), "volume_percent changed"),
        (("sign",), "0 kiosks signed"),
    ],
    "setup": [((), "ready")],
    "stream": [(("list",), "every stream fits the lineage of its key"), (("list", "--all"), "  counted  63 records since ")],
    "trail": [((), "2026-")],
    "unit": [(("add", "--code", "jaya", "--name", "Jaya", "--region", "18.01.05.2004"), "unit jaya: Jaya")],
    "user": [(("add", "budi", "--role", "unit officer", *UNIT), "budi: unit officer")],
    "web_files": [(("{folder}", "--host", "ikm.example"), "IKM_PUBLIC_URL=https://ikm.example")],
    "token": [(("list",), "no tokens")],
    "week": [(("--account", "rina"), "rina, minggu yang mulai Senin, 30 November 2026")],
}  # fmt: skip
IN_A_PROCESS = {"listen", "serve", "work"}
ELSEWHERE = {"releases_mail", "broker"}
"""It has work only once somebody has asked for mail: `tests/collector/desk/test_release_mails.py`; a broker to try: `tests/collector/evidence/test_broker_rights.py`."""
"""They run until they are stopped: below."""

ERRORS: dict[str, tuple[tuple[str, ...], str]] = {
    "agency": (("add", "--code", "!", "--name", "x"), "agency = '!': a code has"),
    "alert": (("ack", "12"), "no alert of number 12"),
    "audit": (UNIT, "give either period"),
    "breakdown": ((*UNIT, "--period", "2026-W7"), "2026-W7"),
    "broker": (("check",), "lets everybody in, so there are no rights to try"),
    "broker_files": (("{file}/x", "--host", "h"), "cannot be written: Not a directory"),
    "web_files": (("{file}/x", "--host", "h"), "cannot be written: Not a directory"),
    "card": (("wrote", "AAAA"), "no card has this code"),
    "complaint": (("read", "AAAA", "--as", "rina", "--why", "x"), "there is no complaint 'AAAA' here"),
    "complaint_report": (
        ("make", *UNIT, "--period", "TW9", "--file", "{folder}/x.pdf"),
        "'TW9' is no period",
    ),
    "enrol": (("--unit", "nowhere"), "unit = 'nowhere' is not known here (known: sukamaju)"),
    "evidence": (
        ("export", "{folder}/x.zip", *QUARTER, "--why", "x", "--as", "nobody"),
        "'nobody' may not do this here",
    ),
    "explain": (("--value", "x"), "value is a number such as 81,96"),
    "import_files": (("{folder}/nothing",), "does not exist; name the stick's folder"),
    "handover": (("take-back", "AAAA", "--as", "rina", "--why", "x"), "there is no complaint 'AAAA' here"),
    "index": ((*UNIT, "--period", "TW9"), "'TW9' is no period"),
    "instruments": (("check", "{file}"), "SystemExit"),
    "fleet": (("import", "{file}"), "no XLSX, and no CSV"),
    "forum": (
        ("add", *UNIT, "--date", "2026-11-31", "--place", "x", "--topic", "x"),
        "'2026-11-31' is no date: write it as 2027-01-01",
    ),
    "ipp": (
        ("show", *QUARTER, "--round", "mandiri"),
        "no F-02 of unit sukamaju for 2026-TW4 (mandiri) was entered",
    ),
    "keys": (("destroy-sealing", "00000000", "--why", "x"), "there is no sealing key '00000000' here"),
    "kiosk": (("revoke", "k-9", "--why", "x"), "there is no kiosk 'k-9' here"),
    "listen": ((), "IKM_BROKER_URL = 'http://x': write mqtt://HOST:PORT"),
    "log": (("offer", "{folder}/x", "--old", "9"), "there is no log to go on from"),
    "mall": (("show", "--place", "sukamaju"), "nobody was entered as serving at sukamaju"),
    "notice": (
        ("add", "AAAA", "--topic", "lama", "--summary", "x", "--as", "rina"),
        "there is no complaint 'AAAA' here",
    ),
    "paper": (("make", "AAAAAAAA", "--out", "{folder}"), "there is no release with the address 'AAAAAAAA'"),
    "pekppp": ((*UNIT, "--year", "26"), "the year is one from 2000 to 2199"),
    "place": (
        ("add", "--code", "x", "--name", "x", "--region", "x"),
        "region = 'x': write a Kemendagri code",
    ),
    "population": ((*QUARTER, "--users", "-1"), "--users -1: give how many people"),
    "publication": (
        ("add", "AAAAAAAA", "--medium", "cetak", "--where", "x"),
        "there is no release with the address 'AAAAAAAA'",
    ),
    "rebuild": ((), "run `ikm-collector setup` as the collector's user"),
    "release": (("withdraw", "AAAAAAAA", "--why", "x"), "there is no release with the address 'AAAAAAAA'"),
    "refusals": ((), "run `ikm-collector setup` as the collector's user"),
    "region": (("add", "--code", "1", "--name", "x"), "region = '1': write a Kemendagri code"),
    "rtl": (("done", *UNIT, "7", "--date", "2026-11-02", "--result", "x"), "unit sukamaju has no plan 7"),
    "releases_mail": ((), "no mail server is set: IKM_MAIL_URL"),
    "retention": ((), "run `ikm-collector setup` as the collector's user"),
    "serve": (("--port", "{port}"), "stop what listens there, or take another --port"),
    "service": (("add", *UNIT, "--code", "-", "--name", "x"), "service = '-': a code has"),
    "settings": (("set", "volume_percent=600"), "volume_percent is a whole number from 0 to 100"),
    "setup": ((), "cannot be written: Not a directory"),
    "stream": (("accept", "abc", "--as", "rina", "--why", "x"), "'rina' may not do this here"),
    "trail": ((), "run `ikm-collector setup` as the collector's user"),
    "unit": (
        ("add", "--code", "x", "--name", "x", "--region", "18", "--time-zone", "Europe/Berlin"),
        "time zone = 'Europe/Berlin': use Asia/Jakarta",
    ),
    "user": (("add", "budi", "--role", "viewer"), "the password is too weak: This password is too short."),
    "work": (("--hands", "99"), "--hands 99: from 1 to 64 processes"),
    "token": (("revoke", "12"), "there is no token 12"),
    "week": (("--mail",), "no mail server is set: IKM_MAIL_URL"),
}


def test_every_command_is_run_here() -> None:
    assert sorted({*SUCCESS, *IN_A_PROCESS, *ELSEWHERE}) == COMMANDS
    assert sorted(ERRORS) == COMMANDS


@pytest.mark.parametrize("name", sorted(SUCCESS))
def test_a_command_does_its_work(
    village: FakeKiosk,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    village.responses(4)
    batch = tmp_path / "1.ikm"
    batch.write_bytes(sealed(village.batch(village.last, village.last)))
    (tmp_path / "regions.csv").write_text("18.02,Lampung Tengah\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    for words, said in SUCCESS[name]:
        text = run(
            capsys,
            name,
            *(
                word.format(folder=tmp_path, batch=batch, ticket=Ticket.objects.get().number)
                for word in words
            ),
        )
        assert said in text
    trail = run(capsys, "trail")
    assert "office given: rina" in trail


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_a_command_says_in_one_sentence_what_is_wrong(
    village: FakeKiosk,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words, said = ERRORS[name]
    file = tmp_path / "file"
    file.write_text("no = questionnaire")
    monkeypatch.setattr("sys.stdin", io.StringIO("kurang\n"))
    if "as the collector's user" in said:
        monkeypatch.setattr(settings, "IKM_KEYS", tmp_path / "no keys")
    if name == "listen":
        monkeypatch.setattr(settings, "IKM_BROKER_URL", "http://x")
    if name == "setup":
        monkeypatch.setattr(settings, "IKM_DATA", file / "x")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises((CommandError, SystemExit)) as refused:
            call_command(name, *(word.format(folder=tmp_path, file=file, port=port) for word in words))
    text = str(refused.value) if isinstance(refused.value, CommandError) else "SystemExit"
    assert said in text
    printed = capsys.readouterr()
    everything = text + printed.out + printed.err
    assert [own for own in PYTHONS_OWN if own in everything] == []
    if name == "user":
        assert "sandi" not in text


def test_the_trail_names_what_it_is_about(
    village: FakeKiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "evidence", "export", tmp_path / "x.zip", *QUARTER, "--why", "audit")
    run(capsys, "kiosk", "move", "k-0001", *UNIT, "--since", "2026-07-01")
    run(capsys, "rebuild")
    number = Ticket.objects.get().number
    run(capsys, "complaint", "move", number, "terverifikasi", "--as", "rina")
    entries = list(
        TrailEntry.objects.exclude(action__in=("kiosk certified", "complaint arrived"))
        .order_by("pk")
        .values_list("action", "subject", "facts")
    )
    assert entries == [
        ("office given", "rina", {"role": "evaluator"}),
        ("evidence export", "sukamaju 2026-TW4", {"streams": 1, "records": 63}),
        ("kiosk moved", "k-0001", {"unit": "sukamaju", "place": "sukamaju", "since": "2026-07-01 00:00 WIB"}),
        ("rebuild", "62 records", {}),
        ("console code", "rina", {}),
        ("complaint moved", number, {"from": "diterima", "to": "terverifikasi", "due": "2026-11-27"}),
    ]
    assert str(Assignment.objects.order_by("since").first()).endswith("since 2026-07-01")
    assert str(TrailEntry.objects.filter(action="office given").first()).endswith("office given rina")
    assert str(Ticket.objects.get()) == f"{number} terverifikasi"


def parsers(name: str) -> Iterator[ArgumentParser]:
    """Give a command's parser and those of its subcommands."""
    command: BaseCommand = import_module(f"collector.console.management.commands.{name}").Command()
    parser = command.create_parser("ikm-collector", name)
    yield parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            yield from action.choices.values()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_only_our_own_options_each_with_a_text(name: str) -> None:
    for parser in parsers(name):
        text = parser.format_help()
        assert parser.prog.startswith(f"ikm-collector {word_of(name)}")
        foreign = (
            "--settings",
            "--pythonpath",
            "--traceback",
            "--version",
            "--verbosity",
            "-color",
            "--skip",
        )
        assert [option for option in foreign if option in text] == []
        assert [action.dest for action in parser._actions if not action.help] == []
        shown = [action for action in parser._actions if action.help != SUPPRESS]
        assert shown


def test_the_overview_lists_every_command() -> None:
    words = {word for line in manage._COMMANDS.splitlines() for word in line[:36].replace("|", " ").split()}
    assert [name for name in COMMANDS if word_of(name) not in words] == []
    assert all(module_of(word_of(name)) == name for name in COMMANDS)


def until_it_works(data: Path) -> None:
    deadline = time.monotonic() + 60
    while not list((data / "jobs" / "workers").glob("watch-*.lock")):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def until_it_listens(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing listens on {port}")


def test_serve_says_where_and_listen_runs_until_they_are_stopped(tmp_path: Path) -> None:
    environment = {**os.environ, "IKM_DATA": str(tmp_path), "IKM_BROKER_URL": "mqtt://127.0.0.1:1"}
    environment.pop("DATABASE_URL", None)
    program = [sys.executable, "-m", "collector.manage"]
    subprocess.run([*program, "setup"], env=environment, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    serve = [*program, "serve", "--port", port, "--workers", "1"]
    with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == f"serving http://127.0.0.1:{port}/ until stopped\n"
        until_it_listens(int(port))
        # It listens before the process that answers can be told to stop, and only an answer says that it can.
        assert requests.get(f"http://127.0.0.1:{port}/privasi/", timeout=60).ok
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    with subprocess.Popen(
        [*program, "listen"], env=environment, stderr=subprocess.PIPE, text=True
    ) as listener:
        assert listener.stderr is not None
        listener.stderr.readline()  # it has begun, and the broker is not there
        listener.send_signal(signal.SIGTERM)
        assert listener.wait(30) == 0
    with subprocess.Popen([*program, "work"], env=environment) as worker:
        until_it_works(Path(environment["IKM_DATA"]))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
