"""The kiosk's folders and who owns them: made here at enrolment, checked by the doctor, and nowhere else.

Two users share the kiosk's folder: `ikm-kiosk` has the signing key and the journal, `ikm-uplink` the network. Where a
machine does not have these users (a laptop), everything belongs to whoever runs the programs.
"""

import os
import pwd
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from kiosk.errors import IdentityUnreadable, KioskError, NotEnrolled, NotMounted, Revoked
from kiosk.watch.tried import newest_try
from uplink.errors import IdentityError
from uplink.journal.enrolment import Enrolment, ended_ms, load_enrolment
from uplink.journal.home import KioskHome

KIOSK_USER, UPLINK_USER = "ikm-kiosk", "ikm-uplink"


def users() -> dict[str, pwd.struct_passwd]:
    """Give the device's two users, or nothing where this machine has neither.

    Raises:
        KioskError: it has only one of them.
    """
    found: dict[str, pwd.struct_passwd] = {}
    for name in (KIOSK_USER, UPLINK_USER):
        with suppress(KeyError):
            found[name] = pwd.getpwnam(name)
    if len(found) == 1:
        (only,) = found
        raise KioskError(f"of the device's two users only {only} exists: install systemd/ikm-kiosk.sysusers")
    return found


def make(home: Path, known: Mapping[str, pwd.struct_passwd]) -> None:
    """Make the kiosk's folders with their owners; what is there already keeps its content.

    Raises:
        KioskError: the disk does not let us, or a data partition is not mounted.
    """
    if fault := unmounted(home):
        raise NotMounted(fault)
    try:
        # What else there is below is made by the programs that own it.
        for folder, user in ((home, KIOSK_USER), (KioskHome(home).uplink_part, UPLINK_USER)):
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            if known and os.geteuid() == 0:
                owner = known[user]
                # Root works here in a folder of the kiosk's user: a link that lies there gives nothing away.
                os.chown(folder, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    except OSError as error:
        raise KioskError(
            f"{error.filename} cannot be made ({error.strerror}): run this as root, or name another folder with --home"
        ) from error


def require_enrolled(home: Path) -> None:
    """Make sure that the kiosk's folder is the right one and holds an enrolment.

    Raises:
        NotMounted: the data partition is not there; whatever lies in its place is not this kiosk's.
        NotEnrolled: this machine is no kiosk yet.
        IdentityUnreadable: this user may not look.
    """
    if fault := unmounted(home):
        raise NotMounted(fault)
    try:
        enrolled = KioskHome(home).enrolment.exists()
    except OSError as error:
        raise IdentityUnreadable(
            f"{home} cannot be read ({error.strerror}): run `sudo ikm-kiosk doctor` for the owner it should have"
        ) from error
    if not enrolled:
        raise NotEnrolled(
            f"{home} holds no enrolment: get a code with `ikm-collector enrol` and run "
            f"`ikm-kiosk enrol CODE --collector URL --home {home}`"
            if (tried := newest_try()) is None
            else f"{home} holds no enrolment",
            tried,
        )


def require_good_key(home: Path) -> None:
    """Make sure that the collector has not ended the key of the kiosk in this folder, which is enrolled.

    Raises:
        Revoked: it has, by its own signed word.
    """
    ended = ended_life(home)
    if ended is not None:
        kiosk, at = ended[0].kiosk, datetime.fromtimestamp(ended[1] / 1000, UTC)
        raise Revoked(
            f"the collector revoked {kiosk} on {at:%Y-%m-%d %H:%M} UTC: get a new code with `ikm-collector enrol` and type it at "
            f"the screen, or run `sudo ikm-kiosk enrol CODE --collector URL`; all that is kept in {home} stays"
        )


def ended_life(home: Path) -> tuple[Enrolment, int] | None:
    """Give the enrolment whose key has ended, and when; None where none has, or that cannot be told."""
    parts = KioskHome(home)
    if not parts.ended.exists() and not parts.former.exists():
        return None
    try:
        enrolment = load_enrolment(home)
    except IdentityError:
        return None
    # The word goes before the enrolment when a life is put aside: what was broken off there has ended all the same.
    at_ms = ended_ms(home, enrolment) or ended_ms(parts.former_life(enrolment.public_key).path, enrolment)
    return (enrolment, at_ms) if at_ms else None


def mounts() -> str:
    """Give what is mounted, as this process sees it.

    systemd gives a unit its view when it starts. What is mounted later lies beneath that: it is seen here, but not reached.
    """
    try:
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def misplaced(home: Path, known: Mapping[str, pwd.struct_passwd]) -> Iterator[tuple[Path, str]]:
    """Give each folder that has something of the wrong owner in it, with the owner it should have."""
    parts = KioskHome(home)
    owners = {
        home: KIOSK_USER,
        parts.kiosk_part: KIOSK_USER,
        parts.journal: KIOSK_USER,
        parts.uplink_part: UPLINK_USER,
    }
    for folder, user in owners.items() if known else ():
        paths = [folder, *(folder.rglob("*") if user == UPLINK_USER else ())]
        if any(path.exists() and path.lstat().st_uid != known[user].pw_uid for path in paths):
            yield folder, user


def unmounted(
    home: Path, *, root: Path = Path("/"), is_mount: Callable[[str], bool] = os.path.ismount
) -> str:
    """Say which partition of the kiosk's folder is not mounted, or nothing: an empty folder in its place must not be used."""
    try:
        lines = (root / "etc" / "fstab").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    entries = [words for line in lines if len(words := line.split()) > 2 and not words[0].startswith("#")]
    above = {str(folder) for folder in (home, *home.parents) if folder != folder.parent}
    for device, point, *_ in entries:
        if point in above and not is_mount(point):
            return (
                f"{point} is not mounted: the kiosk's records lie on {device}, which is missing or damaged; "
                "see `systemctl status` and `journalctl -b`"
            )
    return ""
