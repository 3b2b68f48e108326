"""Foreign text on a terminal is shown and never obeyed: no command prints a control character, a direction mark or a line it was given."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from collector import clock
from collector.complaints import life
from collector.complaints.models import Ticket, TicketAddition
from collector.evidence.models import Refusal, Stream
from collector.fleet.models import Agency, Place, Service, SettingsReport, Unit
from collector.people import trail
from collector.trust import public
from collector.words.foreign import shown, shown_json, shown_lines
from survey.record.complaint import Complaint, written_bytes
from tests.collector.fake_kiosk import FakeKiosk
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db(transaction=True)

EVIL = "Balai\x1b[8m\nverdict: everything holds\r\u202egnp.exe\u2028\x9b2J\x07\\x"
SAFE = r"Balai\x1b[8m\nverdict: everything holds\r\u202egnp.exe\u2028\x9b2J\x07\\x"


@pytest.fixture
def village(busy: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]]) -> FakeKiosk:
    """A village where every text that can come from outside is hostile."""
    call_command("setup")
    busy.record("complaint", Complaint(visit=900, lookup="3" * 32).to_body())
    busy.record("settings", {"version": 1, "applied": False, "key": "x", "refused": EVIL})
    arrive(busy.batch(busy.last - 1, busy.last), b"junk")
    Unit.objects.update(name=EVIL)
    Place.objects.update(name=EVIL)
    Agency.objects.create(code="desa", name=EVIL)
    Service.objects.all().delete()
    Refusal.objects.update(last_message=EVIL)
    SettingsReport.objects.update(refused_why=EVIL)
    ticket = Ticket.objects.get()
    life.arrived(ticket, clock.now())
    Ticket.objects.filter(pk=ticket.pk).update(topics=[EVIL])
    TicketAddition.objects.create(
        ticket=ticket,
        lookup=ticket.lookup,
        at_ms=0,
        kind="word",
        sealed=seal(written_bytes(EVIL), public.read(settings.IKM_KEYS).seal_key),
    )
    Stream.objects.update(decided_by=EVIL[:100], decided_why=EVIL)
    trail.note(who=EVIL, action=EVIL, subject=EVIL, why=EVIL)
    stdin, sys.stdin = sys.stdin, io.StringIO("kunci-yang-panjang-sekali\n")
    call_command("user", "add", "rina", "--role", "evaluator")
    sys.stdin = stdin
    return busy


QUARTER = ("--unit", "sukamaju", "--period", "2026-TW4")
COMMANDS: dict[str, tuple[str, ...]] = {
    "audit": ("audit", *QUARTER),
    "audit as JSON": ("audit", *QUARTER, "--json"),
    "complaints": ("complaint", "list", "--as", "rina"),
    "complaint": ("complaint", "read", "{ticket}", "--as", "rina", "--why", "x"),
    "evidence": ("evidence", "export", "{folder}/b.zip", *QUARTER, "--why", "x"),
    "index": ("index", *QUARTER),
    "index by unit": ("index", "--region", "18", "--period", "2026-TW4", "--by", "unit"),
    "index as JSON": ("index", *QUARTER, "--json"),
    "index as CSV": ("index", *QUARTER, "--csv"),
    "index for Excel": ("index", *QUARTER, "--excel"),
    "import": ("import_files", "{folder}"),
    "instruments": ("instruments", "check", "{folder}/evil.toml"),
    "kiosks": ("kiosk", "list"),
    "kiosk": ("kiosk", "show", "k-0001"),
    "no kiosk": ("kiosk", "show", EVIL),
    "population": ("population", *QUARTER, "--users", "60"),
    "refusals": ("refusals",),
    "streams": ("stream", "list", "--all"),
    "trail": ("trail",),
    "agency": ("agency", "add", "--code", "dua", "--name", EVIL),
    "place": ("place", "add", "--code", "pasar", "--name", EVIL, "--region", "18.01.05.2003"),
    "region": ("region", "add", "--code", "18.01.05.2009", "--name", EVIL),
    "service": ("service", "add", "--unit", "sukamaju", "--code", "kk", "--name", EVIL),
    "unit": ("unit", "add", "--code", "dua", "--name", EVIL, "--region", "18.01.05.2003"),
    "no unit": ("audit", "--unit", EVIL, "--period", "2026"),
    "no period": ("audit", "--unit", "sukamaju", "--period", EVIL),
    "no ticket": ("complaint", "read", EVIL, "--as", "rina", "--why", "x"),
}


SAY_NOTHING_FOREIGN = {"evidence", "index as CSV", "index for Excel", "kiosks", "service"}
"""The last one keeps a name without what cannot be printed."""


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_prints_what_a_terminal_would_obey(
    village: FakeKiosk, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / f"{EVIL.replace('/', '')}.ikm").write_bytes(b"x")
    (tmp_path / "evil.toml").write_text(f"id = {json.dumps(EVIL)}\nkind = {json.dumps(EVIL)}\n")
    capsys.readouterr()
    said = ""
    try:
        call_command(
            *(word.format(folder=tmp_path, ticket=Ticket.objects.get().number) for word in COMMANDS[name])
        )
    except CommandError as error:
        said = str(error)
    except SystemExit:
        pass
    printed = capsys.readouterr()
    text = said + printed.out.removeprefix("\ufeff" if "Excel" in name else "") + printed.err
    assert ("x1b[8m" in text or "u001b[8m" in text) != (name in SAY_NOTHING_FOREIGN), text
    assert text.replace("\n", "").replace("\r\n", "").isprintable(), ascii(text)
    assert [line for line in text.split("\n") if line.startswith("verdict:")] == []


def test_what_is_shown_can_be_told_from_what_was_written() -> None:
    assert shown(EVIL) == SAFE
    assert shown(r"\x1b") == r"\\x1b"
    assert shown("Désa Sukamaju — ngoko ꦲ") == "Désa Sukamaju — ngoko ꦲ"
    assert shown("\udcff\U000e0041\u200f\ufeff") == r"\udcff\U000e0041\u200f\ufeff"
    assert json.loads(shown_json({"name": EVIL})) == {"name": EVIL}
    assert shown_json({"name": EVIL}).replace("\n", "").isprintable()
    assert shown_lines("a\x1b\r\nb\n") == "a\\x1b\nb\n"
