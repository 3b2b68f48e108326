"""`ikm-collector keeper`: the process that holds the keys. It needs no database, and loads none of what does."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from collector import settings
from collector.errors import CollectorError
from collector.trust import ca, keys
from collector.trust.at_hand import KeysAtHand
from collector.trust.keeper.roles import known_roles
from collector.trust.keeper.server import FRAME_SECONDS, MOST_CONNECTIONS, Keeper
from collector.words.foreign import shown

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Serve until stopped, or make the keys; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="ikm-collector keeper",
        description="Hold the private keys (IKM_KEYS), and sign, open and certify for the collector's other processes over a socket "
        "(IKM_KEEPER), until stopped. Who may have what done is decided by the user that asks.",
    )
    parser.add_argument(
        "--setup",
        action="store_true",
        help="make the keys and the certificate authority that are missing, and end",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=settings.IKM_LOG_LEVEL, format="%(levelname)s %(name)s: %(message)s")
    try:
        if options.setup:
            return _set_up(settings.IKM_KEYS)
        return _serve(settings.IKM_KEYS, settings.IKM_KEEPER)
    except CollectorError as error:
        sys.stderr.write(f"ikm-collector: {shown(error)}\n")
        return 1


def _set_up(folder: Path) -> int:
    try:
        made = keys.ensure(folder)
        ca.ensure(folder)
    except OSError as error:
        raise CollectorError("not_writable", path=folder, reason=error.strerror) from error
    if made:
        print(f"new keys in {folder}: back them up, receipts depend on them")
    return 0


def _serve(folder: Path, socket: str) -> int:
    if not socket:
        raise CollectorError("keeper_nowhere")
    held = KeysAtHand(folder)
    held.load()  # whoever waits for us is told now that they are missing, and not at the first question
    keeper = Keeper(
        held,
        path=Path(socket),
        role_of=known_roles().of,
        frame_seconds=FRAME_SECONDS,
        most_connections=MOST_CONNECTIONS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: keeper.stop())
    log.info("holding the keys of %s at %s", folder, socket)
    keeper.run()
    return 0
