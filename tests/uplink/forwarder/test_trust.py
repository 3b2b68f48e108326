"""The first contact with a collector of its own authority: the code says who it is, and is told to nobody else."""

import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from survey.wire.enrolment_code import EnrolmentCode, fingerprint_of
from tests.uplink.certificates import Authority
from tests.uplink.fakes import KIOSK, FakeCollector
from tests.uplink.forwarder.test_enrol import answer, enrol
from tests.uplink.services import HttpCollector
from uplink.errors import IdentityError, Unreachable, WrongClock, WrongCode
from uplink.forwarder import trust
from uplink.forwarder.config import UplinkConfig
from uplink.forwarder.senders.http import HttpSender, HttpTransport
from uplink.forwarder.senders.validity import Validity
from uplink.journal.enrolment import load_enrolment
from uplink.journal.identity import Identity


@pytest.fixture
def collector() -> FakeCollector:
    return FakeCollector(Identity.ephemeral(KIOSK).public_key)


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "theirs")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def code_for(authority: Authority) -> str:
    certificate = x509.load_pem_x509_certificate(authority.path.read_bytes())
    fingerprint = fingerprint_of(certificate.public_bytes(Encoding.DER))
    return str(EnrolmentCode(secret="7K2MP9QX4R", fingerprint=fingerprint))


def door(collector: FakeCollector, *, shows: Authority, claims: Authority) -> HttpCollector:
    """A collector over HTTPS that shows one authority's certificate and claims that this is its own."""
    made = HttpCollector(collector)
    made.secure(*shows.issue("localhost"))
    made.files["/api/v1/ca"] = claims.path.read_bytes()
    made.enrolment = answer(collector) | {"ca": claims.path.read_text()}
    return made


def test_a_private_authority_is_known_by_the_code(
    home: Path, collector: FakeCollector, ours: Authority
) -> None:
    with door(collector, shows=ours, claims=ours) as found:
        enrolment = enrol(code_for(ours).lower(), found.url, home)
    assert enrolment.private_ca
    assert load_enrolment(home) == enrolment
    assert (home / "uplink" / "broker" / "ca.crt").read_text() == ours.path.read_text()
    assert [asked["code"] for asked in found.asked] == ["7K2MP9QX4R"]


def test_another_authority_is_refused_before_the_code_is_told(
    home: Path, collector: FakeCollector, ours: Authority, theirs: Authority
) -> None:
    with (
        door(collector, shows=theirs, claims=theirs) as found,
        pytest.raises(WrongCode, match="is not the collector that made this code"),
    ):
        enrol(code_for(ours), found.url, home)
    assert found.asked == []
    assert not (home / "enrolment.json").exists()


def test_a_man_in_the_middle_with_the_true_authority_is_refused_before_the_code_is_told(
    home: Path, collector: FakeCollector, ours: Authority, theirs: Authority
) -> None:
    with (
        door(collector, shows=theirs, claims=ours) as found,
        pytest.raises(IdentityError, match="shows a certificate that nobody vouches for"),
    ):
        enrol(code_for(ours), found.url, home)
    assert found.asked == []


def test_certificates_without_key_identifiers_are_named_for_what_they_lack(
    home: Path, collector: FakeCollector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.13 insists on them; here an older one is made to."""
    bare = Authority(tmp_path / "bare", identified=False)
    lenient = ssl.SSLContext.__new__

    def strict(*given: object, **more: object) -> ssl.SSLContext:
        made = lenient(*given, **more)  # type: ignore[arg-type]
        made.verify_flags |= ssl.VERIFY_X509_STRICT
        return made

    monkeypatch.setattr(ssl.SSLContext, "__new__", strict)
    with (
        door(collector, shows=bare, claims=bare) as found,
        pytest.raises(IdentityError, match="Subject Key Identifier") as caught,
    ):
        enrol(code_for(bare), found.url, home)
    assert not isinstance(caught.value, WrongCode)
    assert found.asked == []


def test_without_a_fingerprint_only_public_authorities_count(
    home: Path, collector: FakeCollector, ours: Authority
) -> None:
    with (
        door(collector, shows=ours, claims=ours) as found,
        pytest.raises(IdentityError, match="nobody vouches for"),
    ):
        enrol("7K2MP-9QX4R", found.url, home)
    assert found.asked == []


def test_a_publicly_trusted_certificate_needs_nothing_from_the_code(
    home: Path, collector: FakeCollector, ours: Authority, theirs: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(theirs.path))  # stands in for the public list
    made = door(collector, shows=theirs, claims=theirs)
    made.enrolment = answer(collector) | {"ca": ours.path.read_text()}  # its own is for the broker alone
    with made as found:
        assert not enrol(code_for(ours), found.url, home).private_ca


def test_over_plain_http_the_answer_must_name_the_authority_of_the_code(
    home: Path, collector: FakeCollector, ours: Authority, theirs: Authority
) -> None:
    with HttpCollector(collector) as found:
        found.enrolment = answer(collector) | {"ca": theirs.path.read_text()}
        with pytest.raises(IdentityError, match="is not the collector that made this code"):
            enrol(code_for(ours), found.url, home)
        found.enrolment = answer(collector) | {"ca": ours.path.read_text()}
        assert not enrol(code_for(ours), found.url, home).private_ca


def test_what_is_no_certificate_is_no_collector(
    home: Path, collector: FakeCollector, ours: Authority
) -> None:
    made = door(collector, shows=ours, claims=ours)
    made.files["/api/v1/ca"] = b"<html>login</html>"
    with made as found, pytest.raises(Unreachable, match="not as a collector"):
        enrol(code_for(ours), found.url, home)
    assert made.asked == []


def test_the_road_over_https_trusts_the_same_authority_and_no_other(
    collector: FakeCollector, ours: Authority, theirs: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(theirs.path))
    with door(collector, shows=ours, claims=ours) as found:
        sender = HttpSender(_transport(found.url, ours.path), now=time.monotonic)
        sender.open()
        sender.close()
    with door(collector, shows=theirs, claims=ours) as found, pytest.raises(Unreachable):
        HttpSender(_transport(found.url, ours.path), now=time.monotonic).open()


def _transport(url: str, ca: Path) -> HttpTransport:
    config = UplinkConfig()
    return HttpTransport(
        kiosk=KIOSK,
        collector_url=url,
        ca=ca,
        connect_seconds=config.connect_seconds,
        read_seconds=config.https_read_seconds,
        deadline_seconds=config.https_deadline_seconds,
        max_bytes=config.https_message_bytes,
        settings_every_seconds=config.https_settings_seconds,
        validity=Validity(lambda: True, lambda: 0),
    )


def test_a_clock_that_is_years_apart_is_named_with_what_to_type(
    home: Path, collector: FakeCollector, ours: Authority
) -> None:
    with door(collector, shows=ours, claims=ours) as found:
        found.date = "Mon, 23 Nov 2043 02:41:07 GMT"
        with pytest.raises(WrongClock, match="sudo date -u -s '2043-11-23 02:41:07'"):
            enrol(code_for(ours), found.url, home)
    assert found.asked == []


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 23 Nov 2026 02:41:07 GMT"])
def test_a_clock_that_is_right_or_not_told_stops_nobody(date: str) -> None:
    trust.check_clock(date, now=1_795_401_000.0)
