"""A small certificate authority: client certificates for kiosks, server certificates for broker and proxy.

The broker maps a certificate's name to topic rights, so the one name in a kiosk's certificate is its kiosk name. `issue` needs the
authority's private key, which only `collector.trust.at_hand` uses; the certificate is for everybody.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from collector import clock
from collector.errors import CollectorError, NotSetUp
from collector.local import moment_of
from collector.trust.keys import private_folder, write_public, write_secret
from collector.trust.kinds import COLLECTOR, EndedCertificate, Use
from survey.wire.enrolment_code import fingerprint_of
from survey.wire.messages import KIOSK_NAME

CERTIFICATE = "ca.crt"
_KEY = "ca.key"
_CA_DAYS = 365 * 20
CERTIFICATE_DAYS = 365 * 5  # a kiosk in a village is not visited for its certificate
LIST_DAYS = 400
"""So long a list of ended certificates is good: with one that has run out a broker lets nobody in, so it is made anew each week."""
_SKEW = timedelta(days=1)  # a kiosk's clock may be behind


def ensure(folder: Path) -> None:
    """Make the authority's key and certificate where they are missing."""
    made = write_secret(
        private_folder(folder) / _KEY, lambda: key_pem(ec.generate_private_key(ec.SECP256R1()))
    )
    path = folder / CERTIFICATE
    if not made and path.exists():
        return
    key = _load_key(folder)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "IKM collector")])
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(subject=name, issuer=name, public_key=key.public_key(), days=_CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_public(path, certificate.public_bytes(serialization.Encoding.PEM).decode())


def authority(folder: Path) -> str:
    """Give the authority's certificate as PEM.

    Raises:
        NotSetUp: there is none.
    """
    return _load_certificate(folder).public_bytes(serialization.Encoding.PEM).decode()


def fingerprint(folder: Path) -> str:
    """Give what enrolment codes say of the authority.

    Raises:
        NotSetUp: there is none.
    """
    return fingerprint_of(_load_certificate(folder).public_bytes(serialization.Encoding.DER))


def issue(folder: Path, *, csr_pem: str, name: str, use: Use) -> str:
    """Give a certificate, as PEM, for the key in a request; whatever else the request asks for is ignored.

    Raises:
        CollectorError: the request cannot be read or is not signed by its own key, or the name is not for this use.
        NotSetUp: there is no authority, or its key is not ours to read.
    """
    if not _fits(name, use):
        raise CollectorError("certificate_name", name=name, use=use.value)
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        valid = request.is_signature_valid
        public_key = request.public_key()
    except (ValueError, TypeError, InvalidSignature) as error:
        # The library goes on with where its own questions are answered.
        raise CollectorError("csr_unreadable", reason=str(error).partition(". ")[0]) from error
    if not valid:
        raise CollectorError("csr_unsigned")
    usage = ExtendedKeyUsageOID.SERVER_AUTH if use is Use.SERVER else ExtendedKeyUsageOID.CLIENT_AUTH
    return _leaf(folder, name=name, public_key=public_key, usage=usage)


def revoke(folder: Path, ended: Sequence[EndedCertificate]) -> str:
    """Give the list of all certificates that have ended, as PEM; it is dated to the second, and of two the later one counts.

    Raises:
        NotSetUp: there is no authority, or its key is not ours to read.
    """
    issuer, key, now = _load_certificate(folder), _load_key(folder), clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now)
        .next_update(now + timedelta(days=LIST_DAYS))
        .add_extension(x509.CRLNumber(round(now.timestamp() * 1000)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for one in ended:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial)
        moment = moment_of(one.ended_s * 1000)
        builder = builder.add_revoked_certificate(entry.revocation_date(moment).build())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def has_signed(folder: Path, listed: x509.CertificateRevocationList) -> bool:
    """Tell whether a list of ended certificates is this authority's.

    Raises:
        NotSetUp: there is no authority.
    """
    key = _load_certificate(folder).public_key()
    return isinstance(key, ec.EllipticCurvePublicKey) and listed.is_signature_valid(key)


def _fits(name: str, use: Use) -> bool:
    if use is Use.LISTENER:
        return name == COLLECTOR
    if use is Use.KIOSK:
        return KIOSK_NAME.fullmatch(name) is not None and name != COLLECTOR
    return name != COLLECTOR and re.fullmatch(r"[A-Za-z0-9:._*-]{1,64}", name) is not None


def _leaf(
    folder: Path, *, name: str, public_key: CertificatePublicKeyTypes, usage: x509.ObjectIdentifier
) -> str:
    issuer, key = _load_certificate(folder), _load_key(folder)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _builder(subject=subject, issuer=issuer.subject, public_key=public_key, days=CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(name)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _builder(
    *, subject: x509.Name, issuer: x509.Name, public_key: CertificatePublicKeyTypes, days: int
) -> x509.CertificateBuilder:
    named = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    return dated(named.serial_number(x509.random_serial_number()), days=days)


def dated(builder: x509.CertificateBuilder, *, days: int = 1) -> x509.CertificateBuilder:
    """Give a certificate in the making its dates."""
    now = clock.now()
    return builder.not_valid_before(now - _SKEW).not_valid_after(now + timedelta(days=days))


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _load_certificate(folder: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
    except OSError as error:
        raise NotSetUp("not_set_up", path=folder / CERTIFICATE, reason=error.strerror) from error


def _load_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    path = private_folder(folder) / _KEY
    try:
        return read_key(path)
    except OSError as error:
        raise NotSetUp("not_set_up", path=path, reason=error.strerror) from error


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read a private key as we make them for certificates.

    Raises:
        NotSetUp: it is of another kind.
        OSError: it cannot be read.
    """
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotSetUp("key_kind", path=path)
    return key


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give a private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
