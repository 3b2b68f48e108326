"""`ikm-kiosk send`: asks the uplink, tells how far it is, and says when the phone may go."""

from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.commands import send
from kiosk.watch import sending
from kiosk.watch.sending import Sending
from kiosk.watch.status import look
from survey.wire.trouble import trouble
from tests.kiosk.rigs import rig
from uplink.journal.home import KioskHome, write_status


@pytest.fixture
def busy(home: Path) -> Path:
    """A kiosk with something to send."""
    with rig(home) as kiosk:
        kiosk.press(3)
    return home


def test_it_asks_tells_why_nothing_goes_and_gives_up_with_a_word(
    busy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_status(
        KioskHome(busy).uplink_status,
        {"connected": False, "trouble": trouble("collector_no_answer").to_fields()},
    )
    assert main(["send", "--home", str(busy), "--minutes", "0"]) == 1
    said = capsys.readouterr().out
    assert "records wait for a network (The centre does not answer.)" in said
    assert "nothing is lost" in said
    assert KioskHome(busy).send_now.exists()


def test_it_ends_when_all_that_there_was_is_with_the_collector(
    busy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "_LOOK_SECONDS", 0.01)
    through = look(busy).journal.head
    confirmed = iter([0, 0, 1, through])

    def told(home: Path) -> object:
        status = look(home)
        object.__setattr__(status.journal, "confirmed", next(confirmed))
        object.__setattr__(status, "uplink", {"connected": True})
        return status

    monkeypatch.setattr(sending, "look", told)
    assert main(["send", "--home", str(busy)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{through} records to go", f"{through - 1} records to go", "everything is with the collector: the phone may go",
    ]  # fmt: skip


def test_what_is_written_meanwhile_keeps_nobody_waiting(busy: Path) -> None:
    wish = Sending(busy)
    before = wish.look().waiting
    with rig(busy) as kiosk:
        kiosk.press(2)
    assert wish.look().waiting == before > 0
    assert not wish.look().done


def test_whoever_may_not_ask_is_told_as_whom(busy: Path) -> None:
    wish = Sending(busy)
    KioskHome(busy).kiosk_part.rename(busy / "elsewhere")
    with pytest.raises(sending.KioskError, match="run this as the kiosk's user"):
        wish.ask()
