"""The screens of a kiosk that is not in service: why, what to do, and what the centre will ask on the telephone."""

from typing import NamedTuple

from kiosk.errors import KioskError, NotEnrolled, Obstacle
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.show.views import Bar, MessageView, NoticeView

_MOST_STEPS = 4


class Machine(NamedTuple):
    """What is said of the machine on the telephone."""

    name: str
    version: str
    addresses: tuple[str, ...]
    """Where it can be reached in its network; none without one."""


def standby_view(error: KioskError, machine: Machine, texts: Texts) -> NoticeView:
    """Give the screen for what keeps the kiosk from serving.

    The error's own sentence stands below as it is, for the telephone: it names files and keys. A new machine needs none.
    """
    get, obstacle = texts.get, error.obstacle
    table = f"standby.{obstacle}"
    tried = error.tried if isinstance(error, NotEnrolled) else None
    new = isinstance(error, NotEnrolled) and tried is None
    reason = trouble_words(error.trouble, texts) if error.trouble is not None else ""
    steps = [
        get(key, command=tried.command if tried else "")
        for key in (f"{table}.step{number}" for number in range(1, _MOST_STEPS + 1))
        if texts.has(key)
    ]
    if obstacle in (Obstacle.NOT_ENROLLED, Obstacle.NO_ANSWER) and not machine.addresses:
        steps[:] = [get("standby.connect"), *(steps if new else steps[1:])]
    return NoticeView(
        bar=Bar(
            left_strong=get("standby.name"),
            left=get(f"{table}.what"),
        ),
        title=get(f"{table}.title" if tried else "standby.title" if new else "failed.title"),
        text=get("standby.visitors"),
        heading=get("standby.staff_reason", reason=reason) if reason else get("standby.staff"),
        steps=tuple(steps),
        facts_title=get("standby.telephone"),
        facts=(
            (get("standby.machine"), machine.name),
            (get("staff.network"), _address(machine) or get("standby.no_network")),
            (get("standby.version"), machine.version),
        ),
        message=""
        if new
        else f"**{get('standby.message')}** {(tried.message if tried else str(error)).replace('**', '')}",
    )


def between_view(trial: str, texts: Texts) -> MessageView:
    """Give the screen of a kiosk that is starting or stopping; `trial` is the version that is being tried, if any."""
    get = texts.get
    table = "standby.updating" if trial else "standby.starting"
    return MessageView(
        bar=Bar(
            left_strong=get("standby.name"),
            right=get("standby.updating.version", version=trial.partition("+")[0]) if trial else "",
            note=get("standby.visitors"),
        ),
        title=get(f"{table}.title"),
        text=get(f"{table}.text"),
        icon="wait",
    )


def _address(machine: Machine) -> str:
    """Two addresses at most; one of the newer kind is too long for a line."""
    newer = next((address for address in machine.addresses if ":" in address), "")
    groups = newer.split(":")
    half = len(groups) // 2
    return (
        f"{':'.join(groups[:half])}:\n{':'.join(groups[half:])}"
        if newer
        else "\n".join(machine.addresses[:2])
    )
