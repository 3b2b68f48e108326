"""What every holder of the private keys must do, run over the one in this process and the one behind the keeper's socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from collector.errors import CollectorError
from collector.trust import ca, keys, public
from collector.trust.at_hand import KeysAtHand
from collector.trust.keyholder import Keyholder
from collector.trust.kinds import MOST_BYTES, Errand, Sealed, Signed, Use
from collector.trust.sealing import head_of, open_with
from survey.wire.sealing import key_id
from tests.collector.fake_kiosk import csr
from tests.collector.trust.keepers import kept
from uplink.journal.sealing import seal

ERRAND = Errand("rina", "to answer")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.ensure(tmp_path / "keys")
    ca.ensure(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture(params=["at hand", "behind the socket"])
def holder(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Iterator[Keyholder]:
    if request.param == "at hand":
        yield KeysAtHand(folder)
        return
    with kept(folder, tmp_path / "socket") as far:
        yield far


def test_what_is_ours_is_signed_in_its_order(holder: Keyholder, folder: Path) -> None:
    messages = [kind.value + bytes([number]) for number, kind in enumerate(Signed)] * 700
    verify = keys.verifier(public.read(folder).signing)
    signatures = holder.sign(messages)
    assert len(signatures) == len(messages)
    assert all(verify(one, message) for one, message in zip(signatures, messages, strict=True))
    assert holder.sign([]) == []


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"ikm-head-1\x00" + bytes(56),
        b"ikm-receipt-2\x00{}",
        b"ikm-receipt-1",
        b" ikm-receipt-1\x00{}",
        Signed.RECEIPT.value + bytes(MOST_BYTES[Signed.RECEIPT]),
    ],
    ids=["nothing", "a kiosk's head", "another version", "half a prefix", "a space before", "too long"],
)
def test_it_is_no_oracle_for_anything_else(holder: Keyholder, message: bytes) -> None:
    with pytest.raises(CollectorError):
        holder.sign([Signed.RECEIPT.value + b"{}", message])


def test_large_settings_and_many_contents_go_through(holder: Keyholder, folder: Path) -> None:
    assert len(holder.sign([Signed.SETTINGS.value + bytes(1024 * 1024)] * 3)) == 3
    mine = public.read(folder).seal_key
    heads = [head_of(seal(b"", mine))] * 1_100
    keys_of = holder.content_keys(heads, kind=Sealed.WRITTEN, errand=ERRAND)
    assert (len(keys_of), len(set(keys_of))) == (1_100, 1)


def test_sealed_contents_are_opened_as_what_they_were_sealed(holder: Keyholder, folder: Path) -> None:
    mine = public.read(folder).seal_key
    written, carried = seal(b"antre", mine), seal(b"batch", mine, info=Sealed.CARRIED.value)
    other = seal(b"x", bytes(31) + b"\x09")
    small_order = key_id(mine) + bytes(32)
    contents = [written, carried, other, b"", b"short", small_order + b"rest"]
    found = holder.content_keys([head_of(one) for one in contents], kind=Sealed.WRITTEN, errand=ERRAND)
    assert [open_with(one, key) for one, key in zip(contents, found, strict=True)] == [b"antre", *[None] * 5]
    found = holder.content_keys([head_of(carried)], kind=Sealed.CARRIED, errand=ERRAND)
    assert open_with(carried, found[0]) == b"batch"


def test_requests_are_certified_for_their_use(holder: Keyholder, folder: Path) -> None:
    authority = x509.load_pem_x509_certificate(ca.authority(folder).encode())
    for name, use in (("k-0001", Use.KIOSK), ("collector.example", Use.SERVER), ("collector", Use.LISTENER)):
        text = holder.certify(csr(), name=name, use=use, errand=ERRAND)
        certificate = x509.load_pem_x509_certificate(text.encode())
        certificate.verify_directly_issued_by(authority)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert [one.value for one in names] == [name]


@pytest.mark.parametrize(
    "name,use,word",
    [
        ("collector", Use.KIOSK, "certificate_name"),
        ("k/+", Use.KIOSK, "certificate_name"),
        ("k-0001", Use.LISTENER, "certificate_name"),
        ("collector", Use.SERVER, "certificate_name"),
        ("a\nb", Use.SERVER, "certificate_name"),
    ],
)
def test_a_name_that_is_not_for_the_use_is_refused(holder: Keyholder, name: str, use: Use, word: str) -> None:
    with pytest.raises(CollectorError) as refused:
        holder.certify(csr(), name=name, use=use, errand=ERRAND)
    assert refused.value.word == word


def test_a_request_that_is_none_is_refused_by_name(holder: Keyholder) -> None:
    with pytest.raises(CollectorError) as refused:
        holder.certify("junk", name="k-0001", use=Use.KIOSK, errand=ERRAND)
    assert refused.value.word == "csr_unreadable"


def test_a_new_sealing_key_is_used_at_once_and_the_old_one_opens(holder: Keyholder, folder: Path) -> None:
    old = public.read(folder).sealing[-1]
    made = holder.make_sealing_key(errand=ERRAND)
    assert [one.id for one in public.read(folder).sealing] == [old.id, made]
    contents = [seal(b"a", bytes.fromhex(old.public_key)), seal(b"b", public.read(folder).seal_key)]
    found = holder.content_keys([head_of(one) for one in contents], kind=Sealed.WRITTEN, errand=ERRAND)
    assert [open_with(one, key) for one, key in zip(contents, found, strict=True)] == [b"a", b"b"]


def test_a_destroyed_sealing_key_opens_nothing_any_more(holder: Keyholder, folder: Path) -> None:
    old = public.read(folder).sealing[-1]
    with pytest.raises(CollectorError) as refused:
        holder.destroy_sealing_key(old.id, errand=ERRAND)
    assert refused.value.word == "sealing_key_current"
    holder.make_sealing_key(errand=ERRAND)
    sealed = seal(b"a", bytes.fromhex(old.public_key))
    for _ in range(2):  # an answer that was lost: it is asked again
        holder.destroy_sealing_key(old.id, errand=ERRAND)
    assert holder.content_keys([head_of(sealed)], kind=Sealed.WRITTEN, errand=ERRAND) == [None]
    assert [one.id for one in public.read(folder).destroyed] == [old.id]
    keys.ensure(folder)  # an upgrade makes none anew
    assert old.id not in {one.id for one in public.read(folder).sealing}
    with pytest.raises(CollectorError) as refused:
        holder.destroy_sealing_key("../signing", errand=ERRAND)
    assert refused.value.word == "sealing_key_unknown"


def test_what_another_process_made_or_destroyed_is_noticed(holder: Keyholder, folder: Path) -> None:
    holder.sign([])
    other = KeysAtHand(folder)
    old = public.read(folder).sealing[-1]
    other.make_sealing_key(errand=ERRAND)
    contents = [seal(b"a", bytes.fromhex(old.public_key)), seal(b"b", public.read(folder).seal_key)]
    heads = [head_of(one) for one in contents]
    assert None not in holder.content_keys(heads, kind=Sealed.WRITTEN, errand=ERRAND)
    other.destroy_sealing_key(old.id, errand=ERRAND)
    assert holder.content_keys(heads, kind=Sealed.WRITTEN, errand=ERRAND)[0] is None
