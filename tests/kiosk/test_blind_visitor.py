"""By ear and buttons alone: whoever hears only what is spoken rates, answers, complains, and reads how the complaint stands."""

import os
import random
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kiosk.config import parse
from kiosk.rehearsal.told_samples import COUNTERS
from kiosk.show.views import LetterView, PlanView
from survey.record.ticket import salt_of, secrets_of
from survey.visit.plan import ALL_TOPICS
from survey.visit.state import Step
from survey.wire.ticket_states import TicketState, TicketStates, pack_ticket_states, state_context
from tests.kiosk.blind import BlindVisitor, Ears
from tests.kiosk.journals import records
from tests.kiosk.rigs import Rig, rig
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity

ANSWER = "Loket kini buka sampai jam tiga."
LOUD = parse({"sound": {"speech": True}}, file="f")


def visitor(kiosk: Rig, ears: Ears, seed: int) -> BlindVisitor:
    return BlindVisitor(
        panel=kiosk.panel,
        ears=ears,
        now=lambda: kiosk.times.now,
        wait=kiosk.wait,
        dice=random.Random(seed),
    )


def tell(home: Path, collector: Identity, code: str) -> None:
    """Let the collector say how the complaint stands, as it does over the network."""
    secrets = secrets_of(code, salt_of(collector.public_key))
    nonce = os.urandom(12)
    state = TicketState("dijawab", 1_772_400_000_000, until="2026-03-31", answer=ANSWER).to_bytes()
    shut = nonce + ChaCha20Poly1305(secrets.key).encrypt(nonce, state, state_context(secrets.lookup))
    folder = KioskHome(home)
    folder.tickets.parent.mkdir(parents=True, exist_ok=True)
    folder.tickets.write_bytes(
        pack_ticket_states(TicketStates("k-0001", 1, {secrets.lookup: shut}), collector.sign)
    )


def await_news(kiosk: Rig) -> None:
    deadline = time.monotonic() + 20
    while kiosk.loop.service.state.step is Step.LOOKING and time.monotonic() < deadline:
        time.sleep(0.01)
        kiosk.loop.step()
    kiosk.wait(1)


def everything(home: Path, collector: Identity, seed: int) -> None:
    """One visit with the nine questions and a complaint, and another in which its state is read."""
    ears = Ears()
    with rig(home, LOUD, voice=ears.voice()) as kiosk:
        kiosk.wait(2)
        blind = visitor(kiosk, ears, seed)
        blind.begin()
        blind.rate(blind.dice.randint(1, 4))
        blind.answer_everything()
        blind.choose("offer.no")
        assert blind.hears("thanks.title")
        kiosk.wait(90)
        assert ears.heard == [blind.texts.get("speech.end")], "speech mode ends with the visit"
        responses = [record.body for record in records(home, "response")]
        assert [body["instrument"] for body in responses] == ["pulse", "skm-2017"]
        assert (responses[1]["complete"], len(responses[1]["answers"])) == (True, 9)

        blind.begin()
        blind.menu()
        blind.choose("action.complaint")
        code = blind.complain(blind.dice.choice(ALL_TOPICS))
        kiosk.wait(5)
        (complaint,) = records(home, "complaint")
        assert complaint.body["lookup"] == secrets_of(code, salt_of(collector.public_key)).lookup

        tell(home, collector, code)
        kiosk.wait(60)
        blind.begin()
        blind.menu()
        blind.choose("action.complaint")
        blind.choose("complaints.look")
        blind.type_code(code)
        await_news(kiosk)
        assert blind.hears("ticket_status.dijawab")
        assert f"“{ANSWER}”" in ears.heard
        blind.choose("standing.unsettled")
        assert blind.hears("kept.unsettled")
        assert len(records(home, "addition")) == 1


def test_who_hears_only_finds_a_counter_of_a_floor_that_is_drawn(home: Path) -> None:
    """From idle, and from the plan itself: what is heard is the list, with the way and *Anda di sini*."""
    ears = Ears()
    with rig(home, LOUD, voice=ears.voice()) as kiosk:
        kiosk.loop.service.plan = kiosk.loop.service.plan._replace(counters=COUNTERS)
        kiosk.wait(2)
        blind = visitor(kiosk, ears, 1)
        blind.begin()
        blind.menu()
        blind.choose("counters.name")
        for _ in range(4):
            if any("BPJS Kesehatan" in piece for piece in ears.heard):
                break
            blind.choose("action.next")
        assert any("BPJS Kesehatan" in piece and "Anda di sini" in piece for piece in ears.heard)
        blind.choose("action.close")
        kiosk.wait(200)
        kiosk.touch("counters")
        assert isinstance(kiosk.view, PlanView)
        blind.begin()
        assert isinstance(kiosk.view, LetterView)
        assert any("Dinas Kependudukan" in piece for piece in ears.heard)
        blind.choose("action.close")
        assert not records(home, "response")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(10))
def test_a_blind_visitor_does_everything_by_ear_and_buttons(
    home: Path, collector: Identity, seed: int
) -> None:
    everything(home, collector, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 110))
def test_a_hundred_blind_visitors_do_everything(home: Path, collector: Identity, seed: int) -> None:
    everything(home, collector, seed)
