"""What the collector writes for other services: each can read what it needs, and nobody else its key."""

import grp
import os
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from collector.fleet import enrolment, tree
from collector.fleet.models import Unit
from collector.trust import ca, keys
from survey.wire.enrolment_code import fingerprint_of, parse


def modes(folder: Path) -> dict[str, str]:
    return {path.name: f"{stat.S_IMODE(path.stat().st_mode):o}" for path in folder.iterdir()}


@pytest.fixture
def narrow() -> object:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_broker_files_are_for_debians_mosquitto(
    tmp_path: Path, narrow: None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ikm"
    call_command("broker_files", str(folder), "--host", "broker.example")
    lent = os.geteuid() == 0 and "mosquitto" in {group.gr_name for group in grp.getgrall()}
    assert modes(folder) == {
        "ca.crt": "644",
        "server.crt": "644",
        "mosquitto.conf": "644",
        "crl.pem": "644",
        "acl": "640" if lent else "644",
        "server.key": "640" if lent else "600",
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert "persistence" not in (folder / "mosquitto.conf").read_text().replace("persistent", "")
    said = capsys.readouterr().out
    assert f"cp {folder}/mosquitto.conf /etc/mosquitto/conf.d/ikm.conf" in said
    assert "IKM_BROKER_URL=mqtts://broker.example:8883" in said


def test_web_files_are_a_key_for_root_and_a_certificate_of_our_authority(
    tmp_path: Path, narrow: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):  # the second renews the certificate, and keeps the key
        call_command("web_files", str(tmp_path), "--host", "pages.example", "--port", "8001")
    assert modes(tmp_path) == {"ca.crt": "644", "server.crt": "644", "nginx.conf": "644", "server.key": "600"}
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    issued = x509.load_pem_x509_certificate((tmp_path / "server.crt").read_bytes())
    issued.verify_directly_issued_by(x509.load_pem_x509_certificate((tmp_path / "ca.crt").read_bytes()))
    config = (tmp_path / "nginx.conf").read_text()
    assert "location ~ ^(/en)?/meja/ {" in config, "photos come from the desk in either language"
    assert "proxy_pass http://127.0.0.1:8001;" in config
    assert f"ssl_certificate_key {tmp_path}/server.key;" in config
    assert "IKM_PUBLIC_URL=https://pages.example" in capsys.readouterr().out


def test_a_group_that_is_not_there_is_lent_nothing(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("")
    path.chmod(0o600)
    keys.lend(path, "no-such-group")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_anybody_may_have_the_authority_and_the_code_tells_which(unit: Unit, client: Client) -> None:
    answer = client.get("/api/v1/ca")
    assert (answer.status_code, answer.content.decode()) == (200, ca.authority(settings.IKM_KEYS))
    certificate = x509.load_pem_x509_certificate(answer.content)
    code = parse(enrolment.new_code(unit, place=tree.place_of(unit)))
    assert code.fingerprint == fingerprint_of(certificate.public_bytes(Encoding.DER))
