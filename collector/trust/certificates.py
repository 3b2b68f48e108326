"""Certificates for kiosks, servers and the listener: the key is made where it is used, and the keyholder certifies the request."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from collector.errors import CollectorError, EnrolmentRefused
from collector.trust import ca
from collector.trust.keyholder import Keyholder
from collector.trust.keys import write_public, write_secret
from collector.trust.kinds import COLLECTOR, Errand, Use


def certify_kiosk(holder: Keyholder, *, csr_pem: str, kiosk: str, errand: Errand) -> str:
    """Give a kiosk's client certificate, as PEM.

    Raises:
        EnrolmentRefused: the request cannot be read or is not signed by its own key (`csr`).
        CollectorError: the keyholder is away, or there is none.
    """
    try:
        return holder.certify(csr_pem, name=kiosk, use=Use.KIOSK, errand=errand)
    except CollectorError as error:
        if error.word == "csr_unreadable":
            raise EnrolmentRefused("csr", "csr_unreadable", reason=error.values["reason"]) from error
        if error.word == "csr_unsigned":
            raise EnrolmentRefused("csr", "csr_unsigned") from error
        raise


def serial_of(certificate_pem: str) -> str:
    """Give a certificate's number, in hexadecimal."""
    return f"{x509.load_pem_x509_certificate(certificate_pem.encode()).serial_number:x}"


def certify_server(holder: Keyholder, folder: Path, *, name: str, target: Path, errand: Errand) -> None:
    """Write key and certificate of a server called `name` into `target` (`server.key`, `server.crt`, `ca.crt`).

    A key that is there already stays, and gets a new certificate. `folder` is that of the public keys.
    """
    target.mkdir(parents=True, exist_ok=True)
    target.chmod(0o755)  # other services look in here; what is secret guards itself
    request = request_for(target / "server.key")
    leaf = holder.certify(request, name=name, use=Use.SERVER, errand=errand)
    write_public(target / "server.crt", leaf)
    write_public(target / ca.CERTIFICATE, ca.authority(folder))


def certify_listener(holder: Keyholder, folder: Path, *, errand: Errand) -> tuple[Path, Path, bool]:
    """Give the paths of certificate and key with which the listener meets the broker, made in `folder` when first needed.

    Tells as well whether the certificate was made now.
    """
    certificate, key_path = folder / "listener.crt", folder / "listener.key"
    if certificate.exists():
        return certificate, key_path, False
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    leaf = holder.certify(request_for(key_path), name=COLLECTOR, use=Use.LISTENER, errand=errand)
    write_public(certificate, leaf)
    return certificate, key_path, True


def request_for(path: Path) -> str:
    """Give a certificate request, as PEM, for the key in this file, which is made where it is missing."""
    write_secret(path, lambda: ca.key_pem(ec.generate_private_key(ec.SECP256R1())))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    request = builder.sign(ca.read_key(path), hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()
