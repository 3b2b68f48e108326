"""A test visit the whole way with the real processes: a card, its leaf on the kiosk, a visit, its code, the card, the release and a stranger's verdict."""

import gzip
import json
import sys
from pathlib import Path

import pytest

from kiosk.show.views import LetterView
from kiosk.watch.log import watched
from survey.record.ticket import read_code
from survey.record.visit_code import show_letters
from survey.visit.state import Step
from tests.kiosk.rigs import Rig, rig
from tests.world import BIN, COLLECTOR, World
from uplink.journal.home import KioskHome, read_status

pytestmark = pytest.mark.integration

BEGIN = """
import django; django.setup()
from datetime import UTC, datetime, time, timedelta
from collector import clock
from collector.challenges import cards
from collector.challenges.models import DeclaredTest
from collector.fleet.models import Kiosk, Unit
from collector.local import local_date, moment_of
from collector.log import building, news
from collector.releases import counted, proof_file, publishing
from survey.index.periods import parse
kiosk = Kiosk.objects.get()
"""
CARD = """
(card,) = cards.make([kiosk], 1, who="inspektorat", why="uji")
built = building.build()
news.tell_all()
print(card.code)
print(built.size)
"""
WROTE = """
cards.write(CODE, {"pulse": [4]}, who="inspektorat")
building.build()
"""
RELEASE = """
unit = Unit.objects.get()
day = local_date(moment_of(DeclaredTest.objects.get().at_ms), unit.time_zone)
quarter = parse(f"{day.year}-TW{(day.month + 2) // 3}")
after = max(clock.now(), datetime.combine(quarter.last, time(), UTC) + timedelta(days=5))
clock.now = lambda: after
release = publishing.publish(unit, quarter, who="test")
counted.open_missing()
building.build()
print(proof_file.of_release(release).hex(), proof_file.of_tests(release).hex())
"""


def office(world: World, what: str) -> str:
    world.environment["DJANGO_SETTINGS_MODULE"] = "collector.settings"
    return world.ask(sys.executable, "-c", BEGIN + what)


def leaves_seen(world: World) -> int:
    seen = watched(read_status(KioskHome(world.home).uplink_status)).seen
    return seen.size if seen is not None else 0


def visit(kiosk: Rig) -> tuple[str, int]:
    """Press the best smiley and nothing more; gives the code that the thanks show."""
    kiosk.touch("answer:4")
    kiosk.settle()
    kiosk.touch("decline")
    kiosk.settle()
    code = kiosk.loop.service.state.own_code
    assert kiosk.loop.service.state.step is Step.THANKS
    assert code is not None
    return code.letters, code.number


@pytest.mark.heavy
def test_from_the_card_to_a_strangers_verdict(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        world.start_broker()
        world.enrol()
        world.start_listener()
        card, size = office(world, CARD).splitlines()
        code = read_code(card)
        assert code is not None
        world.start_uplink()
        with rig(world.home, staff=False) as kiosk:
            world.until(lambda: leaves_seen(world) >= int(size), what="the card's log at the kiosk")
            visit(kiosk)
            kiosk.wait(60)
            letters, number = visit(kiosk)
            kiosk.touch("test")
            for character in code:
                kiosk.touch(f"key:{character}")
            kiosk.settle()
            view = kiosk.view
            assert isinstance(view, LetterView), view
            assert show_letters(letters) in view.paragraphs[0]
            kiosk.wait(60)
            world.until(
                lambda: f"/{number} taken_out" in world.ask(COLLECTOR, "card", "list"),
                what="the test at the collector",
            )
        office(world, WROTE.replace("CODE", repr(code)))
        proof, tests = (bytes.fromhex(one) for one in office(world, RELEASE).split())
        (tested,) = json.loads(json.loads(gzip.decompress(proof))["release"])["tests"]
        assert (tested["number"], tested["letters"]) == (number, letters)
        assert tested["answers"] == tested["wrote"] == {"pulse@1": {"kepuasan": 4}}
        (tmp_path / "bukti.json.gz").write_bytes(proof)
        (tmp_path / "uji.json.gz").write_bytes(tests)
        key = next(one for one in world.ask(COLLECTOR, "log", "show").splitlines() if one.startswith("log "))
        (tmp_path / "kebijakan.txt").write_text(f"{key}\nquorum none\n")
        verdict = world.ask_for(
            4,
            BIN / "ikm-verify",
            tmp_path / "bukti.json.gz",
            "--policy",
            tmp_path / "kebijakan.txt",
            "--tests",
            tmp_path / "uji.json.gz",
            "--code",
            f"{tested['kiosk']}/{number} {letters}",
        )
        assert "1 kunjungan uji" in verdict
        assert "TIDAK TERBUKTI:" not in verdict
