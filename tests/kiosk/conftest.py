"""An enrolled kiosk in a folder of its own."""

import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.desk import pin
from survey.record import ticket, visit_code
from uplink.journal.enrolment import Broker, Enrolment, Named, store_enrolment
from uplink.journal.identity import Identity

SERVICES = (
    Named("ktp", "KTP-el"),
    Named("kk", "Kartu Keluarga"),
    Named("akta", "Akta Kelahiran"),
    Named("sku", "Surat Keterangan Usaha"),
    Named("nikah", "Pengantar Nikah"),
)

COST_OF_A_PIN = dict(pin._COST)


@pytest.fixture(autouse=True)
def _secrets_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a PIN, a ticket and a visit's code cost next to nothing. What they cost outside is held by `COST_OF_A_PIN` and by fixed values in `tests.survey.record`."""
    for cost in (pin._COST, ticket._COST, visit_code._COST):
        monkeypatch.setitem(cost, "n", 16)


@pytest.fixture(scope="session")
def seal_key() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


@pytest.fixture(scope="session")
def collector() -> Identity:
    """The collector's signing key, as an identity that can sign."""
    return Identity.ephemeral("collector")


@pytest.fixture
def home(tmp_path: Path, seal_key: X25519PrivateKey, collector: Identity) -> Path:
    """The folder of a freshly enrolled kiosk."""
    folder = tmp_path / "home"
    folder.mkdir()
    identity = Identity.create(folder)
    store_enrolment(
        folder,
        ENROLMENT._replace(
            public_key=identity.public_key,
            collector_key=collector.public_key,
            seal_key=seal_key.public_key().public_bytes_raw(),
        ),
    )
    return folder


ENROLMENT = Enrolment(
    kiosk="k-0001",
    public_key=b"",
    collector_key=b"",
    seal_key=b"",
    collector_url="https://collector.example",
    broker=Broker("broker.example", 8883),
    unit=Named("sukamaju", "Balai Desa Sukamaju"),
    place=Named("balai", "Ruang Pelayanan"),
    agency="Pemerintah Desa Sukamaju",
    timezone="Asia/Jakarta",
    services=SERVICES,
)


@pytest.fixture(autouse=True)
def _no_log_of_an_earlier_test() -> None:
    """Take away log handlers that write to what an earlier test has closed, such as Django's."""
    for handler in list(logging.getLogger().handlers):
        if isinstance(handler, logging.StreamHandler) and getattr(handler.stream, "closed", False):
            logging.getLogger().removeHandler(handler)
