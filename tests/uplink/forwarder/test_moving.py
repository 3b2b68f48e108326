"""A kiosk follows its broker and its collector where signed settings say, and only where it was proven that receipts come."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt import publish

from survey.settings.addresses import is_worse, read_broker, read_collector
from survey.wire import topics
from survey.wire.messages import Settings, pack_settings
from survey.wire.trouble import Trouble, trouble
from tests.uplink.fakes import KIOSK, Home, fill
from tests.uplink.services import Broker, HttpCollector, MqttCollector, free_port, until
from uplink.errors import Unreachable
from uplink.forwarder.app import Uplink
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.moving import Mover, NoProofYet, Told
from uplink.journal.told import Addresses, addresses_in_use, enrolled_at, keep_addresses

OLD = Addresses("mqtts://old:8883", "https://old.example")
NEW = "mqtts://new:8883"


class Stage:
    """A mover without a network: what each address answers is set, and time is ours."""

    def __init__(self, used: Addresses = OLD) -> None:
        self.content: dict[str, object] = {}
        self.answers: dict[str, Trouble | Exception] = {}
        self.tried: list[str] = []
        self.kept: list[Addresses] = []
        self.seconds = 0.0
        self.mover = Mover(
            enrolled=OLD,
            used=used,
            settings=lambda: Settings(KIOSK, 1, self.content),
            try_broker=self._attempt,
            try_collector=self._attempt,
            keep=self.kept.append,
            now=lambda: self.seconds,
            again_seconds=3_600.0,
        )

    def _attempt(self, address: str) -> Trouble | None:
        self.tried.append(address)
        answer = self.answers.get(address)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def set(self, **content: object) -> None:
        self.content = content
        self.mover.settings_came()

    def hours(self, number: float, *, by_broker: bool = True) -> None:
        for _ in range(round(number * 1_800)):
            self.seconds += 2.0
            self.mover.turn(by_broker=by_broker)


def test_a_new_address_is_kept_once_it_was_proven() -> None:
    stage = Stage()
    stage.set(broker=NEW, collector="https://new.example/")
    assert stage.mover.turn(by_broker=True)
    assert stage.mover.told == Told(NEW, "https://new.example")
    assert stage.kept[-1] == Addresses(NEW, "https://new.example")
    stage.hours(2)
    assert stage.tried == [NEW, "https://new.example"], "what serves is not tried again"
    stage.set()
    assert stage.mover.turn(by_broker=True), "without a word of them the enrolment's hold again"
    assert stage.mover.told == Told(*OLD)


@pytest.mark.parametrize(
    "answer, why",
    [
        (trouble("no_receipts"), "no_receipts"),
        (Unreachable("away", trouble("broker_no_answer", host="new", port=8883)), "broker_no_answer"),
    ],
)
def test_one_that_is_not_good_changes_nothing_is_told_and_tried_again_less_often(
    answer: Trouble | Exception, why: str
) -> None:
    stage = Stage()
    stage.answers[NEW] = answer
    stage.set(broker=NEW)
    assert not stage.mover.turn(by_broker=True)
    assert stage.mover.told == Told(*OLD, refused=NEW, why=why)
    stage.hours(24)
    assert stage.kept == []
    assert 24 <= len(stage.tried) <= 32
    del stage.answers[NEW]
    stage.hours(1.3)
    assert stage.mover.told == Told(NEW, OLD.collector)


def test_encryption_is_not_given_up_and_nonsense_is_not_followed() -> None:
    stage = Stage()
    stage.set(broker="mqtt://new:1883", collector="http://new.example")
    stage.hours(1)
    assert stage.mover.told == Told(*OLD, refused="mqtt://new:1883", why="no_encryption")
    stage.set(broker="new", collector=17)
    stage.hours(1)
    assert (stage.mover.told, stage.tried) == (Told(*OLD), [])


def test_nothing_to_prove_it_with_is_no_fault_of_the_address() -> None:
    stage = Stage()
    stage.answers[NEW] = NoProofYet()
    stage.set(broker=NEW)
    stage.hours(0.5)
    assert stage.mover.told == Told(*OLD)
    del stage.answers[NEW]
    stage.hours(0.1)
    assert stage.mover.told.broker == NEW


def test_where_the_new_broker_is_gone_for_an_hour_the_old_one_is_tried_and_the_new_one_again() -> None:
    stage = Stage(used=Addresses(NEW, OLD.collector))
    stage.set(broker=NEW)
    stage.hours(5)
    assert stage.tried == [], "it serves"
    stage.answers[NEW] = trouble("no_receipts")
    stage.hours(1.1, by_broker=False)
    assert stage.mover.told == Told(*OLD, refused=NEW, why="broker_no_answer")
    stage.hours(3)
    assert set(stage.tried) == {OLD.broker, NEW}
    del stage.answers[NEW]
    stage.hours(1.5)
    assert stage.mover.told == Told(NEW, OLD.collector), "settings still say so"


@pytest.mark.parametrize(
    "text", ["", "new", "mqtts://", "https://new", "mqtts://a:b@new", "mqtts://new/x", "mqtts://new:0", "mqtts://new:99999", "mqtts://new?x", "mqtts://ne w", 5, "mqtts://" + "n" * 300],
)  # fmt: skip
def test_what_is_no_broker_s_address_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="broker is an address"):
        read_broker(text)


@pytest.mark.parametrize(
    "text", ["", "new", "ftp://new", "https://u@new", "https://new?x=1", "https://new#a", None]
)
def test_what_is_no_collector_s_address_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="collector is an address"):
        read_collector(text)


def test_addresses_are_written_as_they_are_read() -> None:
    for text in ("mqtts://broker.example:8883", "mqtt://127.0.0.1:1884", "mqtts://[2001:db8::1]:8883"):
        assert str(read_broker(text)) == text
    assert str(read_broker("mqtts://broker.example")) == "mqtts://broker.example:8883"
    assert read_collector("https://ikm.example/desa/") == "https://ikm.example/desa"
    assert [is_worse(one, "mqtts://a:1") for one in ("mqtt://b:1", "mqtts://b:1")] == [True, False]


def test_what_was_kept_is_there_after_a_restart_and_a_damaged_file_gives_the_enrolment_s(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    enrolment = home.enrol()
    assert addresses_in_use(tmp_path, enrolment) == enrolled_at(enrolment)
    moved = Addresses("mqtt://127.0.0.1:1999", "https://new.example")
    keep_addresses(tmp_path, moved)
    assert addresses_in_use(tmp_path, enrolment) == moved
    for content in (b"", b"[]", b'{"broker":"x","collector":"y"}', b"\xff"):
        home.paths.addresses.write_bytes(content)
        assert addresses_in_use(tmp_path, enrolment) == enrolled_at(enrolment)


# With real brokers.


class Village:
    """A kiosk's uplink that is stepped by the test, at two brokers."""

    def __init__(self, home: Home, first: Broker, second: Broker) -> None:
        self.home, self.first, self.second = home, first, second
        self.journal = home.journal()
        fill(self.journal, 1)
        self.uplink = Uplink(
            home.folder,
            UplinkConfig(
                reconnect_first_seconds=0.1,
                reconnect_cap_seconds=0.3,
                patience_seconds=1.0,
                connect_seconds=2.0,
            ),
        )
        self.version = 0

    def until(self, true: Callable[[], object], what: str) -> None:
        def stepped() -> object:
            self.uplink.step()
            return true()

        until(stepped, seconds=25.0, what=what)

    def tells(
        self, via: Broker, *, version: int | None = None, key: object = None, **content: object
    ) -> None:
        """Publish settings at a broker, as the collector retains them there."""
        self.version = self.version + 1 if version is None else version
        sign = key.sign if isinstance(key, Ed25519PrivateKey) else self.home.collector.key.sign
        message = pack_settings(Settings(KIOSK, self.version, content), sign)
        publish.single(
            topics.settings(KIOSK), message, qos=1, retain=True, hostname="127.0.0.1", port=via.port
        )

    def told(self) -> dict[str, str]:
        path = self.home.paths.uplink_status
        return json.loads(path.read_bytes()).get("addresses", {}) if path.exists() else {}

    def answers(self, number: int) -> None:
        """Have so many answers written and confirmed."""
        fill(self.journal, number)
        wanted = self.journal.head.seq
        self.until(lambda: self.uplink.confirmed == wanted, f"{wanted} records")


def at(broker: Broker) -> str:
    return f"mqtt://127.0.0.1:{broker.port}"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    home = Home(tmp_path)
    with (
        Broker(tmp_path) as first,
        Broker(tmp_path) as second,
        MqttCollector(home.collector, port=first.port),
    ):
        home.enrol(port=first.port)
        village = Village(home, first, second)
        village.answers(2)
        yield village
        village.uplink.close()
        village.journal.close()


@contextmanager
def also_at(village: Village) -> Iterator[None]:
    with MqttCollector(village.home.collector, port=village.second.port):
        yield


@pytest.mark.integration
def test_a_kiosk_moves_to_a_broker_that_gives_receipts_and_stays_there(village: Village) -> None:
    with also_at(village):
        village.tells(village.first, broker=at(village.second))
        village.until(lambda: village.told().get("broker") == at(village.second), "the move")
        village.first.kill()
        village.answers(5)
        old = village.version - 1 or 1
        village.tells(village.second, version=old, broker=at(village.first))  # replayed: not newer than ours
        forged = Ed25519PrivateKey.generate()
        village.tells(village.second, version=99, key=forged, broker=at(village.first))
        village.answers(5)
        assert village.told()["broker"] == at(village.second)
        assert village.told()["refused"] == ""
    assert village.home.collector.held() == village.journal.head.seq
    assert village.home.collector.conflicts == 0
    enrolment = enrolled_at(village.home.enrol(port=village.first.port))
    assert addresses_in_use(village.home.folder, village.home.enrol(port=village.first.port)) == Addresses(
        at(village.second), enrolment.collector
    )


@pytest.mark.integration
def test_a_broken_move_falls_back_says_why_and_loses_nothing(village: Village) -> None:
    nowhere = f"mqtt://127.0.0.1:{free_port()}"
    village.tells(village.first, broker=nowhere)
    village.until(lambda: village.told().get("refused") == nowhere, "the refusal")
    assert (village.told()["broker"], village.told()["why"]) == (at(village.first), "broker_no_answer")
    village.answers(3)
    # A broker behind which nobody listens, with a receipt that somebody kept: no proof.
    kept = village.home.collector.receipt(village.journal.stream)
    publish.single(topics.down(KIOSK), kept, retain=True, hostname="127.0.0.1", port=village.second.port)
    village.tells(village.first, broker=at(village.second))
    village.until(lambda: village.told().get("refused") == at(village.second), "the second refusal")
    assert village.told()["why"] in ("nobody_listens", "no_receipts")
    village.answers(3)
    assert village.told()["broker"] == at(village.first)
    assert village.home.collector.held() == village.journal.head.seq


@pytest.mark.integration
def test_the_collector_s_address_moves_once_it_gives_our_settings(village: Village) -> None:
    with HttpCollector(village.home.collector) as door:
        village.tells(village.first, collector=door.url)
        village.until(lambda: village.told().get("refused") == door.url, "the refusal")
        assert village.told()["why"] == "collector_no_answer"
        content = {"collector": door.url, "volume_percent": 5}
        door.settings = pack_settings(Settings(KIOSK, 2, content), village.home.collector.key.sign)
        village.tells(village.first, collector=door.url + "/", volume_percent=5)
        village.uplink._mover._collector.try_at = 0.0  # an hour later
        village.until(lambda: village.told().get("collector") == door.url, "the move")
        village.first.kill()
        fill(village.journal, 2)
        wanted = village.journal.head.seq
        village.until(lambda: village.uplink.confirmed == wanted, "HTTPS at the new address")
