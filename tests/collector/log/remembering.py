"""A kiosk's own memory of the log, in the kiosk's own code, and how the collector hears of it."""

import json
from pathlib import Path

from django.conf import settings

from collector.trust import public
from collector.trust.keys import verifier
from survey.wire.health import UplinkHealth
from tests.collector import hearing
from tests.collector.fake_kiosk import FakeKiosk
from tests.survey.log.keys import check
from uplink.forwarder.log_inbox import LogFiles, LogInbox


def files_of(folder: Path, kiosk: str) -> LogFiles:
    """Give where a kiosk keeps what it saw of the log."""
    return LogFiles(
        *(folder / f"{kiosk}.{name}" for name in ("log", "fork", "uncosigned", "other", "policy"))
    )


def inbox(folder: Path, kiosk: str) -> LogInbox:
    """Give a kiosk's memory of the log, kept in a folder."""
    key = public.read(settings.IKM_KEYS).signing
    return LogInbox(
        files_of(folder, kiosk), kiosk=kiosk, collector_key=key, verify=verifier(key), check=check
    )


def hear(kiosk: FakeKiosk, seen: LogInbox, *, now_ms: int = 1_800_000_000_000) -> None:
    """Have the collector hear how far a kiosk has seen the log."""
    told = seen.seen
    health = UplinkHealth(
        log_size=told.size,
        log_root=told.root,
        log_origin=told.origin,
        log_policy=told.policy,
        log_fork=told.fork,
        log_refused=told.refused,
    )
    message = json.loads(kiosk.state(0)) | {"health": health.to_fields()}
    message.pop("head")
    assert hearing.hear(kiosk.name, json.dumps(message).encode(), now_ms=now_ms) is None
