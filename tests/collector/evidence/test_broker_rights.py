"""A real Mosquitto with TLS and the files that we write for it: who comes in, who may do what, and what a revocation changes."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import CommandError, call_command

from collector.console.broker_trial import CONNECT_SECONDS, Party, step_until
from collector.evidence.doors.mqtt import BrokerAddress
from collector.fleet import enrolment, tree
from collector.fleet.models import Unit
from collector.trust import ca, certificates
from survey.wire import topics
from tests.collector.conftest import OwnClock
from tests.test_revoked_script import SCRIPT
from tests.world import free_port, mosquitto

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("machines_clock")]


@pytest.fixture
def machines_clock(own_clock: OwnClock) -> None:
    """Mosquitto judges certificates by the machine's clock, whatever that says."""
    own_clock.moment = own_clock.moment.fromtimestamp(time.time(), tz=own_clock.moment.tzinfo)


class Broker:
    def __init__(self, folder: Path) -> None:
        self.files, self.port = folder / "ikm", free_port()
        call_command("broker_files", str(self.files), "--host", "localhost")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *changes: tuple[str, str], acl: Callable[[str], str] = lambda text: text) -> None:
        text = (self.files / "mosquitto.conf").read_text() + "user root\n"
        for before, after in (("listener 8883", f"listener {self.port} 127.0.0.1"), *changes):
            assert before in text
            text = text.replace(before, after)
        (self.files / "own.conf").write_text(text)
        (self.files / "acl").write_text(acl((self.files / "acl").read_text()))
        self.process = subprocess.Popen(
            [mosquitto(), "-c", str(self.files / "own.conf")], stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while not self._listens():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def reload(self) -> None:
        """Do what the unit does: take the files over, and have them read."""
        given = settings.IKM_DATA / "revoked"
        subprocess.run([SCRIPT, given, self.files, settings.IKM_KEYS / "ca.crt"], check=True)
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)
        time.sleep(0.2)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)


@pytest.fixture
def broker(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)
    made = Broker(tmp_path)
    monkeypatch.setattr(settings, "IKM_BROKER_URL", f"mqtts://localhost:{made.port}")
    yield made
    made.stop()


def check(capsys: pytest.CaptureFixture[str], *, wrong: int = 0) -> list[str]:
    """Run the command; gives the lines that it marks."""
    if wrong:
        with pytest.raises(
            CommandError, match=rf"^{wrong} of these are not as they should be: .* broker-files"
        ):
            call_command("broker", "check")
    else:
        call_command("broker", "check")
    said = capsys.readouterr().out.splitlines()
    return [re.sub(r"\s{2,}", "  ", line).strip() for line in said if line.endswith("WRONG")]


def test_with_our_files_everybody_may_do_what_he_should_and_nothing_else(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.start()
    call_command("broker", "check")
    said = capsys.readouterr().out
    assert "WRONG" not in said
    assert len([line for line in said.splitlines() if line.endswith((" yes", " no"))]) > 30
    assert said.splitlines()[-1] == "everybody may do there what they should, and nothing else"


@pytest.mark.parametrize(
    "changes, acl, wrong",
    [
        pytest.param(
            (),
            lambda text: text.replace("pattern read ikm/v1/%u/down\n", ""),
            ["kiosk  read its own down  yes  no  WRONG"],
            id="a line is missing",
        ),
        pytest.param(
            (),
            lambda text: f"{text}\npattern read ikm/v1/+/up\n",
            ["kiosk  read another kiosk's up  no  yes  WRONG"],
            id="kiosks hear each other",
        ),
        pytest.param(
            (),
            lambda text: text.replace("topic write ikm/v1/+/settings\n", ""),
            ["kiosk  read its own settings  yes  no  WRONG", "collector  write a kiosk's settings  yes  no  WRONG"],
            id="no settings go out",
        ),
        pytest.param(
            (),
            lambda text: f"{text}\npattern write ikm/v1/+/state\n",
            ["kiosk  write another kiosk's state  no  yes  WRONG"],
            id="kiosks speak for each other",
        ),
    ],
)  # fmt: skip
def test_what_differs_is_named(
    broker: Broker,
    capsys: pytest.CaptureFixture[str],
    changes: tuple[tuple[str, str], ...],
    acl: Callable[[str], str],
    wrong: list[str],
) -> None:
    broker.start(*changes, acl=acl)
    assert sorted(check(capsys, wrong=len(wrong))) == sorted(wrong)


def test_a_broker_that_asks_nobody_who_he_is_is_named(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = (
        ("require_certificate true", "require_certificate false"),
        ("use_identity_as_username true", ""),
        ("use_username_as_clientid true", ""),
        ("allow_anonymous false", "allow_anonymous true"),
    )
    broker.start(*changes, acl=lambda _text: "topic readwrite #\n")
    with pytest.raises(CommandError, match="are not as they should be"):
        call_command("broker", "check")
    said = re.sub(r"\s{2,}", "  ", capsys.readouterr().out)
    assert "stranger  come in without a certificate  no  yes  WRONG" in said


def test_a_broker_that_is_away_or_open_to_everybody_is_said_in_a_sentence(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="nobody comes in at localhost port"):
        call_command("broker", "check")
    monkeypatch.setattr(settings, "IKM_BROKER_URL", "mqtt://localhost:1883")
    with pytest.raises(CommandError, match="lets everybody in"):
        call_command("broker", "check")


class Card:
    """A kiosk's card, with all that it shows to a broker."""

    def __init__(self, unit: Unit, folder: Path, name: str) -> None:
        folder.mkdir()
        self.folder, self.name = folder, name
        key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        code = enrolment.new_code(unit, place=tree.place_of(unit), kiosk=name)
        csr = certificates.request_for(folder / "key")
        answer = enrolment.enrol(enrolment.Request(code=code, public_key=key, csr=csr))
        (folder / "crt").write_text(str(answer["certificate"]))

    @contextmanager
    def at(self, broker: Broker) -> Iterator[Party]:
        address = BrokerAddress("localhost", broker.port, tls=True, ca=settings.IKM_KEYS / ca.CERTIFICATE)
        party = Party(address, name=self.name, folder=self.folder)
        yield party
        party.close()

    def may_write(self, party: Party) -> bool:
        """Whether the broker takes what it says."""
        reasons: list[str] = []
        party.client.on_publish = lambda _client, _data, _mid, reason, _properties: reasons.append(
            str(reason)
        )
        party.client.publish(topics.up(self.name), b"x", qos=1)
        assert step_until(lambda: bool(reasons) or party.ended, [party], seconds=CONNECT_SECONDS)
        return bool(reasons) and reasons != ["Not authorized"]


def test_a_revocation_acts_on_new_connections_and_on_those_that_stand(
    broker: Broker, unit: Unit, tmp_path: Path
) -> None:
    lost, other = Card(unit, tmp_path / "lost", "k-0042"), Card(unit, tmp_path / "other", "k-0043")
    broker.start()
    with lost.at(broker) as thief, other.at(broker) as honest:
        assert lost.may_write(thief)
        call_command("kiosk", "revoke", lost.name, "--why", "hilang")
        broker.reload()
        assert thief.connected, "Mosquitto cuts nobody"
        assert not lost.may_write(thief)
        assert other.may_write(honest)
        with lost.at(broker) as again:
            assert not again.connected
        new = Card(unit, tmp_path / "new", "k-0042")
        with new.at(broker) as found:
            assert found.connected
            assert step_until(lambda: thief.ended, [thief], seconds=5), "one name, one connection"
            call_command("kiosk", "revoke", other.name, "--why", "hilang")  # writes the list anew
            broker.reload()
            assert new.may_write(found)
            assert not other.may_write(honest)
        with lost.at(broker) as again:
            assert not again.connected, "its name is good, its certificate is not"
