"""A small certificate authority: client certificates for kiosks, server certificates for the broker.

The broker maps a certificate's name to topic rights, so the one name in a kiosk's certificate is its kiosk name.
"""

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
from collector.errors import EnrolmentRefused, NotSetUp
from collector.trust.keys import write_secret

_CA_DAYS = 365 * 20
_CERTIFICATE_DAYS = 365 * 5  # a kiosk in a village is not visited for its certificate
_SKEW = timedelta(days=1)  # a kiosk's clock may be behind


def ensure(folder: Path) -> None:
    """Make the authority's key and certificate where they are missing."""
    made = write_secret(folder / "ca.key", lambda: _key_pem(ec.generate_private_key(ec.SECP256R1())))
    path = folder / "ca.crt"
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
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def authority(folder: Path) -> str:
    """Give the authority's certificate as PEM.

    Raises:
        NotSetUp: there is none.
    """
    return _load_certificate(folder).public_bytes(serialization.Encoding.PEM).decode()


def certify_kiosk(folder: Path, *, csr_pem: str, kiosk: str) -> str:
    """Give a client certificate, as PEM, for the key in a kiosk's request; whatever else the request asks for is ignored.

    Raises:
        EnrolmentRefused: the request cannot be read or is not signed by its own key (`csr`).
        NotSetUp: there is no authority.
    """
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        valid = request.is_signature_valid
        public_key = request.public_key()
    except (ValueError, TypeError, InvalidSignature) as error:
        raise EnrolmentRefused("csr", "csr_unreadable", reason=error) from error
    if not valid:
        raise EnrolmentRefused("csr", "csr_unsigned")
    return _leaf(folder, name=kiosk, public_key=public_key, usage=ExtendedKeyUsageOID.CLIENT_AUTH)


def certify_server(folder: Path, *, name: str, target: Path) -> None:
    """Write key and certificate of a server called `name` into `target` (`server.key`, `server.crt`, `ca.crt`)."""
    key = ec.generate_private_key(ec.SECP256R1())
    target.mkdir(parents=True, exist_ok=True)
    write_secret(target / "server.key", lambda: _key_pem(key))
    stored = _read_key(target / "server.key")
    leaf = _leaf(folder, name=name, public_key=stored.public_key(), usage=ExtendedKeyUsageOID.SERVER_AUTH)
    (target / "server.crt").write_text(leaf)
    (target / "ca.crt").write_text(authority(folder))


def certify_self(folder: Path) -> tuple[Path, Path]:
    """Give the paths of certificate and key with which the listener meets the broker, made when first needed."""
    certificate, key_path = folder / "listener.crt", folder / "listener.key"
    write_secret(key_path, lambda: _key_pem(ec.generate_private_key(ec.SECP256R1())))
    if not certificate.exists():
        key = _read_key(key_path)
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        certificate.write_text(_leaf(folder, name="collector", public_key=key.public_key(), usage=usage))
    return certificate, key_path


def _leaf(
    folder: Path, *, name: str, public_key: CertificatePublicKeyTypes, usage: x509.ObjectIdentifier
) -> str:
    issuer, key = _load_certificate(folder), _load_key(folder)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _builder(subject=subject, issuer=issuer.subject, public_key=public_key, days=_CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(name)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _builder(
    *, subject: x509.Name, issuer: x509.Name, public_key: CertificatePublicKeyTypes, days: int
) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _load_certificate(folder: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    except OSError as error:
        raise NotSetUp("not_set_up", path=folder / "ca.crt", reason=error.strerror) from error


def _load_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    try:
        return _read_key(folder / "ca.key")
    except OSError as error:
        raise NotSetUp("not_set_up", path=folder / "ca.key", reason=error.strerror) from error


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotSetUp("key_kind", path=path)
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
