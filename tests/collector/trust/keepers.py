"""A keeper for tests: in a thread of this process, over a real socket, with roles that a test chooses."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.trust.at_hand import KeysAtHand
from collector.trust.keeper.client import FarKeys
from collector.trust.keeper.roles import Peer, Role
from collector.trust.keeper.server import Keeper

FRAME_SECONDS = 0.4


def everybody(role: Role | None) -> Callable[[Peer], Role | None]:
    """Give every process this role."""
    return lambda _peer: role


@contextmanager
def kept(
    folder: Path,
    path: Path,
    *,
    role: Role | None = Role.OPERATOR,
    role_of: Callable[[Peer], Role | None] | None = None,
    most_connections: int = 8,
) -> Iterator[FarKeys]:
    """Run a keeper of the keys in `folder` at `path`; gives who asks it."""
    keeper = Keeper(
        KeysAtHand(folder),
        path=path,
        role_of=role_of or everybody(role),
        frame_seconds=FRAME_SECONDS,
        most_connections=most_connections,
    )
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            keeper.step(0.02)
        keeper.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield FarKeys(path, wait_seconds=2)
    finally:
        ended.set()
        thread.join()
