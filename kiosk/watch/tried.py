"""How the newest try to enrol went: whoever tries tells it, and the kiosk's screen shows it instead of being black.

The code and the PIN never stand in it. It lies under /run, for a try is nothing that outlives a start.
"""

import contextlib
import json
import os
from pathlib import Path

from kiosk.errors import Obstacle, Tried
from uplink.errors import AlreadyEnrolled, Refused, UplinkError, WrongClock, WrongCode
from uplink.journal.segments.files import replace_file

TOLD = Path(os.environ.get("IKM_TRIED") or "/run/ikm-kiosk-enrol.json")
"""A try of another kiosk on the same machine, as in tests, is told elsewhere."""
_MOST_BYTES = 8_192


def tried_of(error: UplinkError) -> Tried | None:
    """Give what to show of a failed try; None where it was no try at all, because the machine is enrolled already."""
    match error:
        case WrongClock():
            return Tried(Obstacle.WRONG_CLOCK, str(error), f"sudo date -u -s '{error.theirs:%Y-%m-%d %H:%M}'")
        case WrongCode():
            return Tried(Obstacle.WRONG_CODE, str(error))
        case Refused():
            return Tried(Obstacle.CODE_REFUSED, str(error))
        case _ if error.trouble.code in ("collector_no_answer", "connection_lost"):
            return Tried(Obstacle.NO_ANSWER, str(error))
        case AlreadyEnrolled():
            return None
    return Tried(Obstacle.ENROLMENT_FAILS, str(error))


def tell(tried: Tried | None, file: Path = TOLD) -> None:
    """Tell the screen; nobody need be able to (a trial on a laptop cannot)."""
    with contextlib.suppress(OSError):
        if tried is None:
            file.unlink(missing_ok=True)
        else:
            replace_file(file, json.dumps(tried._asdict()).encode(), mode=0o644)


def told_mark(file: Path = TOLD) -> int:
    """Tell which try it was that was told last, by a number that is another one for each."""
    try:
        found = file.stat()
    except OSError:
        return 0
    return found.st_mtime_ns ^ found.st_ino << 1


def newest_try(file: Path = TOLD) -> Tried | None:
    """Give what was told; nothing where nobody has tried since this machine started."""
    try:
        with file.open("rb") as opened:
            told = json.loads(opened.read(_MOST_BYTES))
        return Tried(Obstacle(told["obstacle"]), str(told["message"]), str(told["command"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
