"""Figures for Prometheus, in its text format: how the kiosks and the machinery are, and nothing that an answer or a complaint moves.

Whoever reads them twice a minute, and knows when each villager came, still learns nothing: docs/alerts.md says so of each.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from collector import clock
from collector.alerts.models import Alert, Message, MessageState, Turn
from collector.alerts.rules import PRIVATE, Kind, Level
from collector.fleet.models import Kiosk, KioskState
from collector.jobs.models import Piece, PieceState
from collector.log import building, witnesses
from collector.releases.models import Release
from collector.servers import reading

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_MINUTE = 60
_STEP_S = 10


class Figure(NamedTuple):
    """A figure, with its values by label; the empty label is a figure's only value."""

    name: str
    help: str
    values: dict[str, int]
    label: str = ""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Give the figures to whoever has the token; where none is set there are none."""
    try:
        token = (Path(settings.IKM_OWN) / "metrics.token").read_bytes().strip()
    except OSError:
        token = b""
    if not token:
        raise Http404("no token is set")
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(text(clock.now()), content_type=_TYPE, headers={"Cache-Control": "no-store"})


def text(now: datetime) -> str:
    """Give all figures as Prometheus reads them."""
    lines: list[str] = []
    for one in _figures(now):
        lines += [f"# HELP {one.name} {one.help}", f"# TYPE {one.name} gauge"]
        for value, number in one.values.items():
            lines.append(
                f'{one.name}{{{one.label}="{value}"}} {number}' if one.label else f"{one.name} {number}"
            )
    return "\n".join(lines) + "\n"


def _figures(now: datetime) -> Iterator[Figure]:
    in_use = Kiosk.objects.filter(in_use=True, stands__isnull=False, stands__hidden_on=None).count()
    is_open = Alert.objects.filter(ended_at=None).exclude(kind__in=PRIVATE).order_by()
    silent = dict(is_open.filter(kind=Kind.SILENT).values_list("level").annotate(Count("pk")))
    late, down = silent.get(Level.LATE, 0), silent.get(Level.DOWN, 0)
    states = {"well": max(0, in_use - late - down), "late": late, "silent": down}
    yield Figure("ikm_kiosks", "Kiosks in use, by how they are heard.", states, "state")
    found = dict(is_open.values_list("kind").annotate(Count("pk")))
    kinds = {kind.value: found.get(kind.value, 0) for kind in Kind if kind not in PRIVATE}
    yield Figure("ikm_alerts_open", "Alerts that stand, by kind.", kinds, "kind")
    messages = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    waiting = messages.get(MessageState.WAITING, 0) + messages.get(MessageState.TAKEN, 0)
    yield Figure("ikm_messages_waiting", "Messages in the outbox.", {"": waiting})
    yield Figure("ikm_messages_given_up", "Messages given up.", {"": messages.get(MessageState.GIVEN_UP, 0)})
    pieces = Piece.objects.filter(state__in=(PieceState.WAITING, PieceState.TAKEN)).count()
    yield Figure("ikm_jobs_waiting", "Pieces of long work that are not done.", {"": pieces})
    yield from _ages(now)
    if reading.is_set():
        behind = reading.WATCH.behind()
        yield Figure(
            "ikm_replica_in_use",
            "Whether pages read from the replica.",
            {"": int(reading.usable() is not None)},
        )
        if behind is not None:
            yield Figure(
                "ikm_replica_behind_seconds",
                "How far the replica may be behind, in steps of ten.",
                {"": ceil(behind / _STEP_S) * _STEP_S},
            )
    yield Figure(
        "ikm_log_uncosigned",
        "Whether the newest checkpoint lacks cosignatures.",
        {"": int(witnesses.uncosigned_since() is not None)},
    )


def _ages(now: datetime) -> Iterator[Figure]:
    looked = Turn.objects.filter(pk=1).values_list("at", flat=True).first()
    yield from _age("ikm_alerts_looked_seconds", "Since somebody last looked what is wrong.", looked, now)
    heard = KioskState.objects.aggregate(at=Max("heard_at"))["at"]
    yield from _age(
        "ikm_listener_heard_seconds",
        "Since the listener last took a kiosk's report, in whole minutes.",
        heard,
        now,
        step=_MINUTE,
    )
    released = Release.objects.aggregate(at=Max("published_at"))["at"]
    yield from _age(
        "ikm_release_seconds",
        "Since the last release came out, in whole minutes.",
        released,
        now,
        step=_MINUTE,
    )
    kept = building.latest()
    yield from _age(
        "ikm_log_checkpoint_seconds",
        "Since the log's newest checkpoint.",
        kept.made_at if kept is not None else None,
        now,
    )


def _age(name: str, what: str, at: datetime | None, now: datetime, *, step: int = 1) -> Iterator[Figure]:
    if at is not None:
        yield Figure(name, what, {"": max(0, round((now - at).total_seconds())) // step * step})
