"""The keeper with an enemy's eye: who asks, what is asked, how it is asked, and what lies at its socket's place."""

import logging
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from collector.errors import CollectorError, KeeperAway
from collector.trust import ca, keys, public
from collector.trust.at_hand import KeysAtHand
from collector.trust.keeper.client import FarKeys
from collector.trust.keeper.frames import (
    MOST_FRAME_BYTES,
    SMALL_FRAME_BYTES,
    Certify,
    ContentKeys,
    Revoke,
    Sign,
    send,
)
from collector.trust.keeper.roles import RIGHTS, Peer, Role, Roles, peer_of
from collector.trust.keeper.server import Keeper
from collector.trust.kinds import EndedCertificate, Errand, Sealed, Signed, Use
from collector.trust.sealing import head_of
from tests.collector.fake_kiosk import csr
from tests.collector.trust.keepers import FRAME_SECONDS, everybody, kept
from uplink.journal.sealing import seal

ERRAND = Errand("rina", "to answer")
RECEIPT = Signed.RECEIPT.value + b"{}"
STRANGER_UID = 54_321


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.ensure(tmp_path / "keys")
    ca.ensure(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "socket"


def keeper_at(folder: Path, path: Path) -> Keeper:
    return Keeper(
        KeysAtHand(folder),
        path=path,
        role_of=everybody(Role.OPERATOR),
        frame_seconds=FRAME_SECONDS,
        most_connections=8,
    )


# -- who may have what


ALL = {
    **{f"sign {kind.name}": kind for kind in Signed},
    **{f"open {kind.name}": kind for kind in Sealed},
    **{f"certify {use.name}": use for use in Use},
    "revoke": EndedCertificate(5, 1_767_225_600),
}
MAY = {
    Role.LISTENER: {"sign RECEIPT", "certify LISTENER"},
    Role.WEB: {
        "sign RECEIPT",
        "sign SETTINGS",
        "sign TICKETS",
        "sign CHECKPOINT",
        "sign LOG_NEWS",
        "sign ENDED",
        "open WRITTEN",
        "open ROUTED",
        "certify KIOSK",
        "revoke",
    },
    Role.IMPORT: {"sign RECEIPT", "sign LOG_NEWS", "open CARRIED"},
    Role.OPERATOR: set(ALL),
    None: set(),
}


@pytest.mark.parametrize("role", MAY, ids=str)
def test_each_role_has_what_it_may_and_nothing_else(
    folder: Path, path: Path, role: Role | None, caplog: pytest.LogCaptureFixture
) -> None:
    sealed = seal(b"antre", public.read(folder).seal_key)
    names = {Use.KIOSK: "k-0001", Use.SERVER: "collector.example", Use.LISTENER: "collector"}
    had, words = set(), set()
    with kept(folder, path, role=role) as far:
        for what, kind in ALL.items():
            try:
                match kind:
                    case Signed():
                        far.sign([kind.value + b"{}"])
                    case Sealed():
                        far.content_keys([head_of(sealed)], kind=kind, errand=ERRAND)
                    case Use():
                        far.certify(csr(), name=names[kind], use=kind, errand=ERRAND)
                    case EndedCertificate():
                        (listed,) = x509.load_pem_x509_crl(far.revoke([kind], errand=ERRAND).encode())
                        assert (listed.serial_number, listed.revocation_date_utc.timestamp()) == kind
            except CollectorError as error:
                words.add(error.word)
            else:
                had.add(what)
    assert had == MAY[role]
    assert words <= {"keeper_not_for_you"}
    refused = [one for one in caplog.records if one.getMessage().startswith("refused: ")]
    assert len(refused) == len(ALL) - len(had), "every refusal is an alarm in the log"


def test_a_receipt_does_not_carry_something_else_along(folder: Path, path: Path) -> None:
    with kept(folder, path, role=Role.LISTENER) as far, pytest.raises(CollectorError):
        far.sign([RECEIPT, Signed.VERDICT.value + b"{}"])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_only_operators_change_keys(folder: Path, path: Path, role: Role) -> None:
    before = public.read(folder)
    with kept(folder, path, role=role) as far:
        for change in (
            lambda: far.make_sealing_key(errand=ERRAND),
            lambda: far.destroy_sealing_key(before.sealing[0].id, errand=ERRAND),
        ):
            with pytest.raises(CollectorError, match="the keeper does not do"):
                change()
    assert public.read(folder) == before
    assert RIGHTS[Role.OPERATOR].changes


def test_the_kernel_says_who_asks(tmp_path: Path) -> None:
    here, there = socket.socketpair()
    with here, there:
        peer = peer_of(here)
    assert (peer.pid, peer.uid) == (os.getpid(), os.geteuid())
    assert {os.getegid(), *os.getgroups()} == peer.gids


def test_a_role_comes_from_user_and_group_alone() -> None:
    roles = Roles({990: Role.LISTENER, 991: Role.WEB, 992: Role.IMPORT}, frozenset({77}))
    mine = os.geteuid()
    asked = {
        Peer(1, 990, frozenset({5})): Role.LISTENER,
        Peer(1, 991, frozenset({5})): Role.WEB,
        Peer(1, 992, frozenset({5})): Role.IMPORT,
        Peer(1, 992, frozenset({5, 77})): Role.OPERATOR,
        Peer(1, 0, frozenset({0})): Role.OPERATOR,
        Peer(1, mine, frozenset({5})): Role.OPERATOR,
        Peer(1, STRANGER_UID, frozenset({5})): None,
    }
    assert {peer: roles.of(peer) for peer in asked} == asked


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_process_of_the_listeners_user_signs_receipts_and_opens_nothing(
    folder: Path, tmp_path: Path
) -> None:
    for one in (tmp_path, *tmp_path.parents):
        if one.is_relative_to(Path("/tmp")) and one != Path("/tmp"):
            one.chmod(0o755)
    path = tmp_path / "socket"
    sealed = seal(b"antre", public.read(folder).seal_key)
    roles = Roles({STRANGER_UID: Role.LISTENER}, frozenset())
    code = f"""
import os
from pathlib import Path
from collector.errors import CollectorError
from collector.trust.keeper.client import FarKeys
from collector.trust.kinds import Errand, Sealed
os.setgroups([]); os.setgid({STRANGER_UID}); os.setuid({STRANGER_UID})
far = FarKeys(Path({str(path)!r}), wait_seconds=2)
print(len(far.sign([{RECEIPT!r}])[0]))
try:
    print(far.content_keys([{head_of(sealed)!r}], kind=Sealed.WRITTEN, errand=Errand("rina", "to answer")))
except CollectorError as error:
    print(error.word, error.values["role"])
for file in {[str(one) for one in (folder / "private").iterdir()]!r}:
    try:
        open(file, "rb")
    except PermissionError:
        print("unreadable")
"""
    with kept(folder, path, role_of=roles.of):
        path.chmod(0o666)  # under the units a common group lets it in
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["64", "keeper_not_for_you listener", *["unreadable"] * 3], done.stderr


def test_what_is_opened_and_certified_stands_in_the_log_for_whom_and_why(
    folder: Path, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sealed = seal(b"antre", public.read(folder).seal_key)
    with kept(folder, path) as far:
        far.sign([RECEIPT])
        far.content_keys([head_of(sealed)], kind=Sealed.WRITTEN, errand=Errand("rina", "to\x1b[8m answer"))
        far.certify(csr(), name="k-0001", use=Use.KIOSK, errand=ERRAND)
    said = [one.getMessage().partition(" (user")[0] for one in caplog.records]
    assert said[0].startswith("open 1 sealed contents (WRITTEN")
    assert "\x1b" not in said[0]
    assert said[1:] == ["certify k-0001 as kiosk for rina: to answer"]


@pytest.mark.parametrize("errand", [Errand("", "why"), Errand("rina", "")])
def test_nothing_is_opened_for_nobody_or_without_a_reason(folder: Path, path: Path, errand: Errand) -> None:
    head = head_of(seal(b"antre", public.read(folder).seal_key))
    with kept(folder, path) as far, pytest.raises(KeeperAway):
        FarKeys(path, wait_seconds=0.1).content_keys([head], kind=Sealed.WRITTEN, errand=errand)
    del far


# -- how it is asked


def raw(path: Path, content: bytes, *, seconds: float = 2) -> bytes:
    """Send bytes and give what comes back until the keeper hangs up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        connection.connect(str(path))
        try:
            connection.sendall(content)
            come = b""
            while piece := connection.recv(65_536):
                come += piece
        except (ConnectionResetError, BrokenPipeError):
            return b""
        return come


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


@pytest.mark.parametrize(
    "content",
    [
        struct.pack(">I", 0xFFFFFFFF),
        struct.pack(">I", MOST_FRAME_BYTES + 1) + bytes(100_000),
        framed(b"junk"),
        framed(msgspec.msgpack.encode({"type": "sign", "messages": [RECEIPT], "more": 1})),
        framed(msgspec.msgpack.encode({"type": "sign", "messages": [b""] * 1_001})),
        framed(msgspec.msgpack.encode({"type": "export_private_key"})),
        framed(b"\x91" * 100_000),
        framed(b""),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["4 GB", "giant", "junk", "more", "too many", "unknown", "deep", "empty", "another protocol"],
)
def test_what_is_no_question_costs_nothing_and_ends_nothing(folder: Path, path: Path, content: bytes) -> None:
    with kept(folder, path) as far:
        assert raw(path, content) == b""
        assert len(far.sign([RECEIPT])) == 1


def test_only_an_operator_may_send_a_large_frame(folder: Path, path: Path) -> None:
    with kept(folder, path, role=Role.WEB) as far:
        assert raw(path, struct.pack(">I", SMALL_FRAME_BYTES + 1)) == b""
        assert len(far.sign([RECEIPT])) == 1


def test_a_slow_client_is_cut_off_and_holds_nobody_up(folder: Path, path: Path) -> None:
    with kept(folder, path) as far:
        slow = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with slow:
            slow.settimeout(5)
            slow.connect(str(path))
            began = time.monotonic()
            dripping = threading.Thread(target=drip, args=(slow,))
            dripping.start()
            for _ in range(5):
                assert len(far.sign([RECEIPT])) == 1
            assert time.monotonic() - began < FRAME_SECONDS
            assert slow.recv(1) == b"", "a byte now and then does not keep it open"
            assert time.monotonic() - began < 3 * FRAME_SECONDS
            dripping.join()


def drip(connection: socket.socket) -> None:
    try:
        for byte in framed(bytes(1_000)):
            connection.sendall(bytes([byte]))
            time.sleep(FRAME_SECONDS / 20)
    except OSError:
        return


def test_one_user_cannot_take_all_connections_for_long(folder: Path, path: Path) -> None:
    with kept(folder, path, most_connections=4) as far:
        silent = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(12)]
        for one in silent:
            one.connect(str(path))
        assert len(far.sign([RECEIPT])) == 1, "it is asked again until the silent ones are cut off"
        for one in silent:
            one.close()


def test_a_client_that_reads_no_answer_is_left(folder: Path, path: Path) -> None:
    with kept(folder, path) as far:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
            deaf.connect(str(path))
            send(deaf, Sign([RECEIPT] * 1_000), seconds=1)
        assert len(far.sign([RECEIPT])) == 1


def test_questions_at_once_are_all_answered(folder: Path, path: Path) -> None:
    verify = keys.verifier(public.read(folder).signing)
    wrong = []

    def ask(far: FarKeys, number: int) -> None:
        messages = [RECEIPT + f"{number}.{one}".encode() for one in range(20)]
        for signature, message in zip(far.sign(messages), messages, strict=True):
            if not verify(signature, message):
                wrong.append(message)

    with kept(folder, path) as far:
        threads = [threading.Thread(target=ask, args=(far, number)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


# -- what lies at its place, and when it is away


def test_a_keeper_that_restarts_is_waited_for(folder: Path, path: Path) -> None:
    far = FarKeys(path, wait_seconds=5)
    answered: list[int] = []
    asking = threading.Thread(target=lambda: answered.append(len(far.sign([RECEIPT]))))
    asking.start()
    time.sleep(0.3)
    with kept(folder, path):
        asking.join()
    assert answered == [1]


def test_one_that_stays_away_is_named_within_the_deadline(path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(
        KeeperAway, match=r"has not answered for 0\.3 s.*systemctl status ikm-collector-keeper"
    ):
        FarKeys(path, wait_seconds=0.3).sign([RECEIPT])
    assert time.monotonic() - began < 1


def test_one_that_hangs_is_named_within_the_deadline(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hung:
        hung.bind(str(path))
        hung.listen()
        began = time.monotonic()
        with pytest.raises(KeeperAway):
            FarKeys(path, wait_seconds=0.4).sign([RECEIPT])
        assert time.monotonic() - began < 1.2


def test_the_socket_of_a_dead_keeper_is_replaced(folder: Path, path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    with kept(folder, path) as far:
        assert len(far.sign([RECEIPT])) == 1
        assert path.stat().st_mode & 0o777 == 0o660
    assert not path.exists()


def test_a_second_keeper_leaves_the_first_alone(folder: Path, path: Path) -> None:
    with kept(folder, path) as far:
        with pytest.raises(CollectorError, match="a keeper answers at"):
            keeper_at(folder, path)
        assert len(far.sign([RECEIPT])) == 1


@pytest.mark.parametrize("kind", ["link to a socket", "link to nothing", "file", "folder"])
def test_what_lies_in_the_sockets_place_is_neither_followed_nor_removed(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    path, other = tmp_path / "socket", tmp_path / "other"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with server:
        if kind == "link to a socket":
            server.bind(str(other))
        if kind.startswith("link"):
            path.symlink_to(other)
        elif kind == "file":
            path.write_text("kept")
        else:
            path.mkdir()
        with pytest.raises(CollectorError, match="is there and is no socket"):
            keeper_at(folder, path)
        assert path.is_symlink() == kind.startswith("link")
        assert path.is_symlink() or path.exists()
        assert other.exists() == (kind == "link to a socket")


def test_a_folder_that_others_can_write_in_is_refused(folder: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    for path in (shared / "socket", tmp_path / "nowhere" / "socket"):
        with pytest.raises(CollectorError, match="only the keeper can write in"):
            keeper_at(folder, path)


def test_questions_hold_only_what_their_kind_has() -> None:
    assert ContentKeys.__struct_fields__ == ("kind", "heads", "account", "why")
    assert Revoke.__struct_fields__ == ("ended", "account", "why")
    assert Certify.__struct_fields__ == ("csr", "name", "use", "account", "why")
