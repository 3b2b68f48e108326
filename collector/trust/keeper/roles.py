"""Who may ask the keeper for what: known by the kernel's word on who is at the other end, never by what the question says.

| Role | Who | May have |
| --- | --- | --- |
| listener | user `ikm-collector-listen` | receipts signed; its own certificate for the broker |
| web | user `ikm-collector-web` | receipts, settings, tickets' states, checkpoints of the log and news of it, and which keys have ended signed; what a citizen wrote opened, and what it is about; kiosks certified, and their certificates ended |
| import | user `ikm-collector` | receipts, and news of the log for the way back, signed; sticks opened |
| operator | root, group `ikm-operator`, and the keeper's own user | everything |

Commands typed by hand run as `ikm-collector` and in the group, which `systemd/ikm-collector` gives to root's commands except the import:
that one reads what strangers wrote. The keeper's own user could read the files anyway; so a demo of one user needs no roles.
"""

import grp
import os
import pwd
import socket
import struct
from contextlib import suppress
from enum import Enum
from typing import NamedTuple

from collector.trust.kinds import Sealed, Signed, Use

_SO_PEERGROUPS = 59
"""Not among Python's names; the kernel has it since 4.13."""
_CREDENTIALS = struct.Struct("3i")
_GROUPS_BYTES = 1_024  # Python gives no more room


class Role(Enum):
    """Who is at the other end."""

    LISTENER = "listener"
    WEB = "web"
    IMPORT = "import"
    OPERATOR = "operator"


class Rights(NamedTuple):
    """What a role may have done."""

    signs: frozenset[Signed] = frozenset()
    opens: frozenset[Sealed] = frozenset()
    certifies: frozenset[Use] = frozenset()
    revokes: bool = False
    """Whether it may end certificates."""
    changes: bool = False
    """Whether it may make and destroy keys."""


RIGHTS = {
    Role.LISTENER: Rights(frozenset({Signed.RECEIPT}), certifies=frozenset({Use.LISTENER})),
    Role.WEB: Rights(
        frozenset(
            {
                Signed.RECEIPT,
                Signed.SETTINGS,
                Signed.TICKETS,
                Signed.CHECKPOINT,
                Signed.LOG_NEWS,
                Signed.ENDED,
            }
        ),
        frozenset({Sealed.WRITTEN, Sealed.ROUTED}),
        frozenset({Use.KIOSK}),
        revokes=True,
    ),
    Role.IMPORT: Rights(frozenset({Signed.RECEIPT, Signed.LOG_NEWS}), frozenset({Sealed.CARRIED})),
    Role.OPERATOR: Rights(frozenset(Signed), frozenset(Sealed), frozenset(Use), revokes=True, changes=True),
}
USERS = {"ikm-collector-listen": Role.LISTENER, "ikm-collector-web": Role.WEB, "ikm-collector": Role.IMPORT}
OPERATORS = "ikm-operator"


class Peer(NamedTuple):
    """The process at the other end of a connection, as it was when it connected."""

    pid: int
    uid: int
    gids: frozenset[int]


class Roles(NamedTuple):
    """The numbers behind the names, as they were when the keeper started."""

    users: dict[int, Role]
    operators: frozenset[int]
    """Groups."""

    def of(self, peer: Peer) -> Role | None:
        """Give the role of a process; None for a stranger."""
        if peer.uid in (0, os.geteuid()) or self.operators & peer.gids:
            return Role.OPERATOR
        return self.users.get(peer.uid)


def known_roles() -> Roles:
    """Look the names up; one that this machine does not have gives nobody a right."""
    users: dict[int, Role] = {}
    for name, role in USERS.items():
        with suppress(KeyError):
            users[pwd.getpwnam(name).pw_uid] = role
    operators: set[int] = set()
    with suppress(KeyError):
        operators.add(grp.getgrnam(OPERATORS).gr_gid)
    return Roles(users, frozenset(operators))


def peer_of(connection: socket.socket) -> Peer:
    """Ask the kernel who is at the other end."""
    said = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, gid = _CREDENTIALS.unpack(said)
    try:
        groups = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES)
    except OSError:  # in more groups than any user of ours: none of them makes an operator
        groups = b""
    return Peer(pid, uid, frozenset({gid, *struct.unpack(f"{len(groups) // 4}I", groups)}))
