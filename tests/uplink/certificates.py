"""Certificates for tests: an authority, and what it signs."""

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """A small CA that writes what it makes into one folder."""

    def __init__(
        self, folder: Path, name: str = "ca", *, first_day: int = -1, days: int = 3, identified: bool = True
    ) -> None:
        """Make it; what it signs is valid from `first_day`, counted from today, for so many days.

        `identified`: whether certificates say of which key they are.
        """
        self._identified = identified
        self._folder = folder
        self._begins = dt.datetime.now(dt.UTC) + dt.timedelta(days=first_day)
        self._ends = self._begins + dt.timedelta(days=days)
        folder.mkdir(parents=True, exist_ok=True)
        self._certificate, self._key = self._make(name, None)
        self.path = folder / f"{name}.crt"

    def issue(self, name: str) -> tuple[Path, Path]:
        """Give the files of a certificate for `name` and of its key."""
        self._make(name, (self._certificate, self._key))
        return self._folder / f"{name}.crt", self._folder / f"{name}.key"

    def _make(
        self, name: str, authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority[0].subject if authority else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._begins)
            .not_valid_after(self._ends)
            .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        )
        # From Python 3.13 on, a certificate that does not say whose it is, or an authority's that does not say that it signs, is not taken.
        if self._identified:
            issuer = (authority[1] if authority else key).public_key()
            made = made.add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        if authority is None:
            made = made.add_extension(SIGNS, critical=True)
        signed = made.sign(authority[1] if authority else key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        (self._folder / f"{name}.crt").write_bytes(signed.public_bytes(pem))
        (self._folder / f"{name}.key").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return signed, key
