"""Our own certificates say of which key they are: Python 3.13 takes no others."""

from pathlib import Path

from cryptography import x509

from collector.trust import ca
from collector.trust.certificates import request_for
from collector.trust.keys import private_folder
from collector.trust.kinds import Use


def test_the_authority_and_all_it_signs_name_its_key(tmp_path: Path) -> None:
    private_folder(tmp_path).mkdir()
    ca.ensure(tmp_path)
    authority = x509.load_pem_x509_certificate(ca.authority(tmp_path).encode())
    mine = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    for name, use in (("localhost", Use.SERVER), ("collector", Use.LISTENER), ("k-0001", Use.KIOSK)):
        pem = ca.issue(tmp_path, csr_pem=request_for(tmp_path / f"{name}.key"), name=name, use=use)
        extensions = x509.load_pem_x509_certificate(pem.encode()).extensions
        named = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        assert named.key_identifier == mine.digest, name
