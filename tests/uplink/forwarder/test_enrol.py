"""Enrolment: wholly or not at all, and the private halves stay here."""

import base64
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.wire.messages import Settings, pack_settings
from survey.wire.sealing import WRITTEN, key_id
from tests.uplink.fakes import KIOSK, FakeCollector
from tests.uplink.services import HttpCollector, free_port
from uplink.errors import IdentityError, Refused, Unreachable
from uplink.forwarder import enrol as exchange
from uplink.journal.enrolment import Broker, Enrolment, load_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity
from uplink.journal.sealing import seal

CODE = "ABCDE-12345"


@pytest.fixture
def collector() -> FakeCollector:
    return FakeCollector(Identity.ephemeral(KIOSK).public_key)


def answer(collector: FakeCollector) -> dict[str, Any]:
    settings = pack_settings(Settings(kiosk=KIOSK, version=1, content={}), collector.key.sign)
    return {
        "kiosk": KIOSK,
        "unit": {"code": "sukamaju", "name": "Balai Desa Sukamaju", "region": "18.01.05.2003"},
        "place": {"code": "loket-1", "name": "Loket 1"},
        "agency": "Pemerintah Desa Sukamaju",
        "timezone": "Asia/Jakarta",
        "services": [{"code": "ktp", "name": "KTP"}],
        "collector_key": collector.public_key.hex(),
        "seal_key": "11" * 32,
        "broker": {"host": "broker.example", "port": 8883, "tls": True},
        "ca": None,
        "certificate": None,
        "settings": base64.b64encode(settings).decode(),
    }


def enrol(code: str, url: str, home: Path) -> Enrolment:
    """As the command does it: the key is made first, and the exchange gets its public half."""
    return exchange.enrol(code, url, home, public_key=Identity.create_anew(home).public_key)


def test_a_code_becomes_an_identity(tmp_path: Path, collector: FakeCollector) -> None:
    with HttpCollector(collector) as door:
        door.enrolment = answer(collector)
        enrolment = enrol(" abcde-12345 ", door.url, tmp_path)
    identity = Identity.load(tmp_path)
    assert identity.kiosk == enrolment.kiosk == KIOSK
    assert load_enrolment(tmp_path) == enrolment
    assert enrolment.broker == Broker(host="broker.example", port=8883, tls=True)
    assert enrolment.services[0].code == "ktp"
    assert enrolment.public_key == identity.public_key
    (asked,) = door.asked
    assert asked["code"] == "ABCDE12345"
    assert asked["public_key"] == identity.public_key.hex()
    assert x509.load_pem_x509_csr(str(asked["csr"]).encode()).is_signature_valid
    key = KioskHome(tmp_path).signing_key
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert KioskHome(tmp_path).settings.exists()
    assert verifier(identity.public_key)(identity.sign(b"x"), b"x")


def test_an_enrolled_kiosk_is_not_enrolled_over(tmp_path: Path, collector: FakeCollector) -> None:
    with HttpCollector(collector) as door:
        door.enrolment = answer(collector)
        enrol(CODE, door.url, tmp_path)
        key = KioskHome(tmp_path).signing_key.read_bytes()
        with pytest.raises(IdentityError, match="set it aside"):
            enrol(CODE, door.url, tmp_path)
        with pytest.raises(IdentityError, match="set it aside"):
            exchange.enrol(CODE, door.url, tmp_path, public_key=bytes(32))
    assert KioskHome(tmp_path).signing_key.read_bytes() == key


def test_a_try_that_broke_off_is_begun_anew_with_a_fresh_key(
    tmp_path: Path, collector: FakeCollector
) -> None:
    with HttpCollector(collector) as door:
        door.answer = (503, b'{"code":"later","message":"later"}')
        with pytest.raises(Unreachable, match="try again"):
            enrol(CODE, door.url, tmp_path)
        first = Identity.load(tmp_path).public_key
        door.answer = None
        door.enrolment = answer(collector)
        enrol(CODE, door.url, tmp_path)
    assert Identity.load(tmp_path).public_key != first


@pytest.mark.parametrize(
    "status,content,fate",
    [
        (403, b'{"code":"code","message":"this code is unknown"}', Refused),
        (200, b"<html>login</html>", Unreachable),
        (200, b"[]", Unreachable),
        (200, b"{}", IdentityError),
        (302, b"", Unreachable),
    ],
)
def test_every_other_answer_leaves_the_kiosk_unenrolled(
    tmp_path: Path, collector: FakeCollector, status: int, content: bytes, fate: type[Exception]
) -> None:
    with HttpCollector(collector) as door:
        door.answer = (status, content)
        with pytest.raises(fate):
            enrol(CODE, door.url, tmp_path)
    with pytest.raises(IdentityError, match="ikm-kiosk enrol"):
        load_enrolment(tmp_path)


def test_an_archive_key_remembers_its_period(tmp_path: Path, collector: FakeCollector) -> None:
    with HttpCollector(collector) as door:
        door.enrolment = answer(collector) | {"archive_ms": [1_759_251_600_000, 1_767_200_400_000]}
        enrolment = enrol(CODE, door.url, tmp_path)
    assert enrolment.archive_ms == (1_759_251_600_000, 1_767_200_400_000)
    assert load_enrolment(tmp_path) == enrolment


@pytest.mark.parametrize(
    "key,value",
    [
        ("kiosk", "../x"),
        ("seal_key", "zz"),
        ("broker", {}),
        ("unit", "x"),
        ("archive_ms", [1]),
        ("archive_ms", [2, 1]),
        ("archive_ms", ["2025-01-01", "2025-12-31"]),
    ],
)
def test_an_answer_that_makes_no_sense_is_named(
    tmp_path: Path, collector: FakeCollector, key: str, value: object
) -> None:
    with HttpCollector(collector) as door:
        door.enrolment = answer(collector) | {key: value}
        with pytest.raises(IdentityError, match="makes no sense"):
            enrol(CODE, door.url, tmp_path)
    assert not KioskHome(tmp_path).enrolment.exists()


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        enrol(CODE, f"http://127.0.0.1:{free_port()}", tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"kiosk": 3}'])
def test_a_damaged_enrolment_says_what_to_do(tmp_path: Path, content: str) -> None:
    KioskHome(tmp_path).enrolment.write_text(content)
    with pytest.raises(IdentityError, match="enrol again"):
        load_enrolment(tmp_path)


def test_a_sealed_contact_opens_with_the_private_half_only() -> None:
    private = X25519PrivateKey.generate()
    sealed = seal(b"0812-3456", private.public_key().public_bytes_raw())
    assert sealed != seal(b"0812-3456", private.public_key().public_bytes_raw())
    assert sealed[:4] == key_id(private.public_key().public_bytes_raw())
    from_kiosk = X25519PublicKey.from_public_bytes(sealed[4:36])
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=WRITTEN).derive(private.exchange(from_kiosk))
    assert ChaCha20Poly1305(key).decrypt(bytes(12), sealed[36:], None) == b"0812-3456"
    with pytest.raises(IdentityError):
        seal(b"x", b"short")
