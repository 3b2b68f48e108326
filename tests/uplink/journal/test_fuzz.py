"""Everything that comes from outside the uplink is read, or refused with an error of our own; nothing else happens."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.record.record import canonical
from survey.wire.envelope import seal_text
from survey.wire.messages import Settings, pack_settings
from tests.uplink.fakes import KIOSK, FakeTransport, Home, fill
from tests.uplink.forwarder.test_courier import Trip
from uplink.forwarder.inbox import settings_inbox
from uplink.forwarder.senders.sender import ReceiptArrived, SettingsArrived, TicketsArrived
from uplink.forwarder.stick import StickWatcher
from uplink.journal.acknowledged import Acknowledged, read_acknowledged

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
keys = ["kiosk", "stream", "through", "link", "at", "version", "content"]
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.heavy
@quick
@given(
    payloads=st.lists(st.binary(max_size=200), max_size=6),
    fields=st.dictionaries(st.sampled_from(keys), values),
    magic=st.sampled_from([b"IKR1", b"IKS1", b"IKT1", b"IKM1"]),
    signed=st.booleans(),
)
def test_whatever_arrives_the_courier_goes_on(
    tmp_path_factory: pytest.TempPathFactory,
    payloads: list[bytes],
    fields: dict[str, object],
    magic: bytes,
    signed: bool,
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    journal = home.journal(ballast_bytes=0)
    fill(journal, 2)
    text = canonical({"kiosk": KIOSK, "stream": journal.stream} | fields)
    prefix = {
        b"IKR1": b"ikm-receipt-1\x00",
        b"IKS1": b"ikm-settings-1\x00",
        b"IKT1": b"ikm-tickets-1\x00",
        b"IKM1": b"",
    }[magic]
    signature = home.collector.key.sign(prefix + text) if signed else bytes(64)
    transport = FakeTransport(home.collector)
    transport.deaf = True
    trip = Trip(home, transport)
    trip.go(1)
    for payload in [*payloads, seal_text(magic, text, signature)]:
        transport.events.append(ReceiptArrived(payload, fresh=True))
        transport.events.append(SettingsArrived(payload))
        transport.events.append(TicketsArrived(payload))
    trip.go(3)
    transport.deaf = False
    trip.go(400, seconds=1.0)
    assert home.collector.held() == 2
    journal.close()


@quick
@given(payload=st.binary(max_size=300))
def test_random_settings_are_passed_over(tmp_path_factory: pytest.TempPathFactory, payload: bytes) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    path = home.paths.settings
    inbox = settings_inbox(path, kiosk=KIOSK, verify=home.collector.verify)
    assert not inbox.take(payload)
    assert not path.exists()
    path.write_bytes(payload)
    assert settings_inbox(path, kiosk=KIOSK, verify=home.collector.verify).version == 0


def test_only_newer_settings_of_ours_are_kept(home: Home) -> None:
    path = home.paths.settings
    inbox = settings_inbox(path, kiosk=KIOSK, verify=home.collector.verify)

    def signed(version: int, kiosk: str = KIOSK) -> bytes:
        return pack_settings(
            Settings(kiosk=kiosk, version=version, content={"volume_percent": version}),
            home.collector.key.sign,
        )

    assert inbox.take(signed(3))
    assert not inbox.take(signed(2))
    assert not inbox.take(signed(3))
    assert not inbox.take(signed(9, kiosk="k-0002"))
    assert inbox.take(signed(4))
    assert path.read_bytes() == signed(4)
    assert settings_inbox(path, kiosk=KIOSK, verify=home.collector.verify).version == 4


@quick
@given(
    content=st.binary(max_size=9_000), receipt=st.binary(min_size=1, max_size=300), cut=st.integers(0, 8_192)
)
def test_a_mark_is_whole_or_the_one_before(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, receipt: bytes, cut: int
) -> None:
    path = tmp_path_factory.mktemp("acknowledged") / "acknowledged"
    path.write_bytes(content)
    assert read_acknowledged(path) is None
    acknowledged = Acknowledged(path)
    acknowledged.store(b"first")
    acknowledged.store(receipt)
    before, after = bytearray(path.read_bytes()), None
    acknowledged.store(b"third")
    after = path.read_bytes()
    # The power goes while the third is written: some of its bytes are there, some are not.
    path.write_bytes(after[:cut] + bytes(before[cut:]))
    found = read_acknowledged(path)
    assert found is not None
    assert found.receipt in {receipt, b"third"}


@quick
@given(files=st.dictionaries(st.sampled_from(["a.ikr", "b.ikr", "manifest.json"]), st.binary(max_size=200)))
def test_any_stick_is_survived(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    home.enrol()
    stick = tmp_path_factory.mktemp("stick")
    (stick / "IKM-KIOSK.txt").touch()
    for name, content in files.items():
        (stick / name).write_bytes(content)
    watcher = StickWatcher(home.folder, (stick,))
    watcher.look()
    assert "pulled out" in watcher.said
