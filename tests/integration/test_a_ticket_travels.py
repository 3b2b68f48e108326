"""A citizen without a telephone, the whole way with the real processes: files at the kiosk, comes back, reads the answer, says that it is not settled."""

import sys
from pathlib import Path

import pytest

from kiosk.show.views import LetterView, TicketView
from survey.record.ticket import read_code
from survey.visit.state import Step
from tests.kiosk.rigs import Rig, rig
from tests.world import COLLECTOR, World

pytestmark = pytest.mark.integration

OFFICE = """
import django; django.setup()
from django.contrib.auth.models import User
from collector import clock
from collector.accounts.models import Office
from collector.complaints import life, opening
from collector.complaints.life import Words
from collector.complaints.models import Ticket, TicketStatus
rina, _ = User.objects.get_or_create(username="rina")
Office.objects.get_or_create(user=rina, role="evaluator", defaults={"since": clock.now(), "given_by": "test"})
ticket = Ticket.objects.get()
"""
ANSWER = """
assert opening.text_of(ticket, user=rina, why="to answer").words == ("antre tiga jam",)
life.move(ticket, TicketStatus.VERIFIED, user=rina, now=clock.now())
life.move(ticket, TicketStatus.ANSWERED, user=rina, now=clock.now(), words=Words("Loket ditambah mulai Senin."))
"""


def office(world: World, what: str) -> str:
    world.environment["DJANGO_SETTINGS_MODULE"] = "collector.settings"
    return world.ask(sys.executable, "-c", OFFICE + what)


def standing(kiosk: Rig, code: str) -> str:
    """Look a code up and give what is read there."""
    kiosk.touch("complaint")
    kiosk.touch("look")
    for character in code:
        kiosk.touch(f"key:{character}")
    kiosk.settle()
    view = kiosk.view
    assert isinstance(view, LetterView), view
    return " ".join((view.title, *view.paragraphs))


def until_it_stands(world: World, kiosk: Rig, code: str, words: str) -> None:
    """Come back to the kiosk until the news has come down to it."""

    def there() -> bool:
        found = words in standing(kiosk, code)
        if not found:
            kiosk.touch("close")
            kiosk.wait(5)
        return found

    world.until(there, what=f"{words!r} at the kiosk")


@pytest.mark.heavy
@pytest.mark.parametrize("road", ["mqtt", pytest.param("https", marks=pytest.mark.long)])
def test_an_answer_comes_down_to_the_kiosk_and_a_word_goes_back(tmp_path: Path, road: str) -> None:
    with World(tmp_path / "world") as world:
        if road == "mqtt":
            world.start_broker()
        world.enrol()
        if road == "mqtt":
            world.start_listener()
        world.config.write_text("[uplink]\nhttps_settings_seconds = 1.0\n")
        world.start_uplink()
        world.start("work", [COLLECTOR, "work", "--hands", "1"])
        with rig(world.home, staff=False) as kiosk:
            for action in ("complaint", "new", "topic:lama", "next"):
                kiosk.touch(action)
            for character in "antre tiga jam":
                kiosk.touch("key: " if character == " " else f"key:{character}")
            kiosk.touch("next")
            kiosk.settle()
            view = kiosk.view
            assert isinstance(view, TicketView), view
            code = read_code(view.code)
            assert code is not None
            assert view.url.endswith(f"/pengaduan/#{code}")
            kiosk.touch("noted")
            kiosk.wait(30)
            assert kiosk.loop.service.state.step is Step.IDLE
            until_it_stands(world, kiosk, code, "Diterima")
            kiosk.touch("close")
            kiosk.wait(5)
            office(world, ANSWER)
            until_it_stands(world, kiosk, code, "Loket ditambah mulai Senin.")
            kiosk.touch("unsettled")
            kiosk.settle()
            kiosk.wait(60)
            until_it_stands(world, kiosk, code, "Dibuka lagi")
        assert office(world, "print(ticket.status, ticket.steps.count())").split() == ["dibuka_lagi", "4"]
