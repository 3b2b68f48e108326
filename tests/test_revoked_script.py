"""What root takes to the broker: a list that our authority signed, and names that are names; whatever else lies there changes nothing."""

import datetime as dt
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SCRIPT = Path(__file__).resolve().parent.parent / "packaging/collector/root/usr/lib/ikm-collector/revoked"
NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
ACL = "pattern write ikm/v1/%u/up\n\nuser collector\ntopic read ikm/v1/+/up\n"


def denied(name: str) -> str:
    topics = ("up", "state", "settings", "tickets", "log")
    return "".join((f"user {name}\n", *(f"topic deny ikm/v1/{name}/{topic}\n" for topic in topics)))


class Authority:
    def __init__(self, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "IKM collector")])
        builder = x509.CertificateBuilder().subject_name(self.name).issuer_name(self.name)
        builder = builder.public_key(self.key.public_key()).serial_number(7)
        builder = builder.not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=9_000))
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        made = builder.add_extension(constraints, critical=True).sign(self.key, hashes.SHA256())
        folder.mkdir()
        self.path = folder / "ca.crt"
        self.path.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def list(self, *serials: int) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(NOW)
        builder = builder.next_update(NOW + dt.timedelta(days=9_000))
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Place:
    """The two folders, and who goes between them."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder / "keys")
        self.given, self.broker = folder / "revoked", folder / "ikm"
        self.given.mkdir()
        self.broker.mkdir()
        (self.broker / "acl").write_text(ACL)
        (self.broker / "acl").chmod(0o640)
        self.give(self.authority.list())

    def give(self, crl: bytes, names: str = "") -> None:
        denied = "".join(f"deny {name}\n" for name in names.splitlines())
        (self.given / "crl.pem").write_bytes(f"of 00ff\n{denied}".encode() + crl)

    def run(self) -> subprocess.CompletedProcess[str]:
        command = [str(SCRIPT), str(self.given), str(self.broker), str(self.authority.path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def serials(self) -> list[int]:
        content = (self.broker / "crl.pem").read_bytes()
        return [one.serial_number for one in x509.load_pem_x509_crl(content)]

    def acl(self) -> str:
        return (self.broker / "acl").read_text()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_list_and_names_come_to_the_broker_and_go_again(place: Place) -> None:
    place.give(place.authority.list(11, 12), "k-0001\nbalai-2\n")
    for _ in range(2):
        assert place.run().returncode == 0
        assert place.serials() == [11, 12]
        assert place.acl() == (f"{ACL}# revoked\n{denied('balai-2')}{denied('k-0001')}")
    place.give(place.authority.list(11, 12))
    assert place.run().returncode == 0
    assert place.acl() == f"{ACL}# revoked\n"
    assert stat.S_IMODE((place.broker / "acl").stat().st_mode) == 0o640
    assert stat.S_IMODE((place.broker / "crl.pem").stat().st_mode) == 0o644
    assert sorted(path.name for path in place.broker.iterdir()) == ["acl", "crl.pem"]


def test_a_list_of_somebody_else_changes_nothing(place: Place, tmp_path: Path) -> None:
    place.give(place.authority.list(11), "k-0001\n")
    place.run()
    for false in (Authority(tmp_path / "other").list(), b"", b"-----BEGIN X509 CRL-----\nAAAA\n"):
        place.give(false, "k-0002\n")
        told = place.run()
        assert told.returncode == 1
        assert "is not signed by" in told.stderr
        assert (place.serials(), "k-0002" in place.acl()) == ([11], False)


def test_a_name_that_is_none_gives_nobody_a_right(place: Place) -> None:
    hostile = (
        "k-1\ntopic readwrite #\nuser collector\ncollector\nK-1\na b\n-x\n../etc\nk-2 \n" + "x" * 33 + "\n"
    )
    place.give(place.authority.list(), hostile)
    assert place.run().returncode == 0
    assert place.acl() == f"{ACL}# revoked\n{denied('k-1')}"


def test_a_link_to_a_secret_shows_nothing_of_it(place: Place, tmp_path: Path) -> None:
    secret = tmp_path / "shadow"
    secret.write_text("root:$6$abc:1::::\n")
    (place.given / "crl.pem").unlink()
    (place.given / "crl.pem").symlink_to(secret)
    assert place.run().returncode == 1
    assert "abc" not in "".join(path.read_text() for path in place.broker.iterdir())


def test_a_broker_that_is_elsewhere_is_left_alone(place: Place) -> None:
    (place.broker / "acl").unlink()
    assert place.run().returncode == 0
    assert list(place.broker.iterdir()) == []
