"""Signed notes, checkpoints and cosignatures, against what C2SP and golang.org/x/mod/sumdb/note publish, and one real checkpoint."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from survey.log.checkpoint import Checkpoint, read_body, read_checkpoint
from survey.log.cosignature import cosign, cosigned_by
from survey.log.note import VerifierKey, is_signed, read_key, read_note, signed, with_lines
from survey.record.errors import Malformed
from tests.survey.log.keys import Signer, check, log, witness

SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCHS = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

REAL = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""
"""A checkpoint of a public log as its witnesses cosigned it."""

REAL_LOG = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
REAL_WITNESSES = (
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
)


def refused(code: str, read: object, given: object) -> None:
    with pytest.raises(Malformed) as caught:
        read(given)  # type: ignore[operator]
    assert caught.value.code == code


@pytest.mark.parametrize("text", [SPEC_KEY, PETER, ENOCH, REAL_LOG, *REAL_WITNESSES])
def test_a_published_key_is_read_and_written_as_it_was(text: str) -> None:
    assert read_key(text).text() == text


def test_no_part_of_a_key_and_no_mangled_one_is_a_key() -> None:
    for first in range(len(PETER)):
        for last in range(first + 1, len(PETER) + 1):
            if (first, last) != (0, len(PETER)):
                refused("vkey", read_key, PETER[first:last])
    for at, letter in enumerate(PETER):
        refused("vkey", read_key, PETER[:at] + chr(ord(letter) + 1) + PETER[at + 1 :])
    refused("vkey", read_key, "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")
    refused("vkey", read_key, "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")


def test_the_note_of_the_specification_holds_and_nothing_else_under_it() -> None:
    note, key = read_note(SPEC_NOTE.encode()), read_key(SPEC_KEY)
    assert is_signed(note, [key], check)
    assert note.message() == SPEC_NOTE
    other = read_note(SPEC_NOTE.replace("example message", "exemplary message").encode())
    assert not is_signed(other, [key], check)


def test_lines_of_unknown_keys_say_nothing_and_a_bad_line_of_a_known_one_refuses_all() -> None:
    both = read_note((TEXT + "\n" + PETERS + ENOCHS).encode())
    assert is_signed(both, [read_key(PETER)], check)
    assert is_signed(both, [read_key(PETER), read_key(ENOCH)], check)
    assert not is_signed(both, [], check)
    assert not is_signed(both, [read_key(SPEC_KEY)], check)
    spoilt = PETERS[:60] + "ABCD" + PETERS[60:]
    assert not is_signed(read_note((TEXT + "\n" + PETERS + spoilt).encode()), [read_key(PETER)], check)


def test_a_note_is_signed_as_published() -> None:
    seed = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public_key = private.public_key().public_bytes_raw()
    note = signed(TEXT, name="PeterNeumann", public_key=public_key, sign=private.sign)
    assert note.message() == TEXT + "\n" + PETERS


@pytest.mark.parametrize(
    "message",
    [
        TEXT, TEXT + "\n", TEXT + "\n" + PETERS[:-1], "\x01" + TEXT + "\n" + PETERS, TEXT + "\n" + PETERS + "Unexpected line.\n",
        TEXT + "\n" + PETERS.replace("PeterNeumann", "Bad Name"), TEXT + "\n" + PETERS.replace("PeterNeumann", "a+b"),
        TEXT + "\n" + PETERS * 101,
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(message: str) -> None:
    refused("note", read_note, message.encode())


def test_bytes_that_are_no_text_are_no_note() -> None:
    refused("note", read_note, b"\xff" + TEXT.encode() + b"\n" + PETERS.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Head\n9944\n", "\n9944\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "Log\n123\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "Log\nbananas\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "Log\n-34\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "Log\n3438945738945739845734895735\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "Log\n123\nThisIsn'tBase64\n",
        "Log\n0123\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "Log\n123\nYmFuYW5hcw==\n",
        "Log\n0\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n", "Log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    refused("checkpoint", read_body, text)


def test_lines_behind_the_three_are_covered_by_signatures_and_say_nothing() -> None:
    body = "Log\n123\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert read_body(body + "lots\nof\nlines\n") == read_body(body)


def test_a_real_checkpoint_holds_with_all_its_witnesses() -> None:
    point, note = read_checkpoint(REAL.encode())
    assert (point.size, point.origin) == (1432088532, "arche2025h1.staging.ct.transparency.dev")
    assert is_signed(note, [read_key(REAL_LOG)], check)
    at = {one.at_s for key in REAL_WITNESSES if (one := cosigned_by(note, read_key(key), check)) is not None}
    assert at == {0x6A122120}
    assert sum(cosigned_by(note, read_key(key), check) is not None for key in REAL_WITNESSES) == 4


def test_a_real_checkpoint_with_another_size_holds_for_nobody() -> None:
    _, note = read_checkpoint(REAL.replace("1432088532", "1432088533").encode())
    assert not is_signed(note, [read_key(REAL_LOG)], check)
    assert [cosigned_by(note, read_key(key), check) for key in REAL_WITNESSES] == [None] * 4


def test_a_cosignature_holds_under_its_own_key_and_time_alone() -> None:
    signer = witness(1)
    note = log().checkpoint(3, bytes(32)).note
    line = cosign(note, key=signer.key, at_s=1_800_000_000, sign=signer.sign)
    both = with_lines(note, [line])
    found = cosigned_by(both, signer.key, check)
    assert found is not None
    assert found.at_s == 1_800_000_000
    assert cosigned_by(note, signer.key, check) is None
    assert cosigned_by(both, witness(2).key, check) is None
    later = line._replace(signature=(1_800_000_001).to_bytes(8, "big") + line.signature[8:])
    assert cosigned_by(with_lines(note, [later]), signer.key, check) is None


def test_a_logs_own_key_cosigns_nothing() -> None:
    signer = log()
    note = signer.checkpoint(3, bytes(32)).note
    assert cosigned_by(note, signer.key, check) is None
    plain = VerifierKey(signer.key.name, 4, signer.key.public_key)
    assert not is_signed(note, [plain], check)


def test_another_line_of_the_same_key_takes_the_olds_place() -> None:
    signer = witness(1)
    note = log().checkpoint(3, bytes(32)).note
    for at_s in (1, 2):
        note = with_lines(note, [cosign(note, key=signer.key, at_s=at_s, sign=signer.sign)])
    found = cosigned_by(note, signer.key, check)
    assert found is not None
    assert (found.at_s, len(note.lines)) == (2, 2)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (read_note, read_checkpoint):
        try:
            read(content)
        except Malformed:
            continue


@given(st.integers(1, 2**53), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back_as_it_was_signed(size: int, root: bytes) -> None:
    signer = Signer("ikm.example/x", number=7)
    found = read_checkpoint(signer.checkpoint(size, root).note.message().encode())
    assert found.point == Checkpoint("ikm.example/x", size, root)
    assert is_signed(found.note, [signer.key], check)
