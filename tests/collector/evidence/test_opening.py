"""Streams that begin in one group are opened together, and nothing comes of it that would not have come of them one by one."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from collector.evidence.doors import heartbeat
from collector.evidence.intake.arrivals import Accepted, RefusedMessage
from collector.evidence.models import Conflict, HeardHead, NamedBefore, RawBatch, Refusal, SetAside, Stream
from collector.fleet.models import Unit
from collector.local import moment_of
from survey.wire.messages import link_text
from tests.collector.clocks import stopped
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.losses import count

pytestmark = pytest.mark.django_db

HEARD_MS = MORNING_MS + 3_600_000


def enrolled(unit: Unit, name: str) -> FakeKiosk:
    """Give a kiosk that is enrolled, and has written a boot, two answers, and that it is alive."""
    with stopped(moment_of(MORNING_MS) - timedelta(hours=1)):
        kiosk = FakeKiosk.enrolled(unit, name=name)
    kiosk.start()
    kiosk.responses(4, 3)
    kiosk.record("alive", {"screen": "idle", "open": True})
    return kiosk


def hear(*kiosks: FakeKiosk) -> None:
    heartbeat.hear_all({one.name: one.state(one.last) for one in kiosks}, HEARD_MS)


def lost_before(kiosk: FakeKiosk) -> FakeKiosk:
    """Give the stream that follows two of which nothing came."""
    second = kiosk.successor()
    second.responses(2)
    return second.successor()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("names_others", [False, True])
def test_fifty_new_streams_cost_as_many_statements_as_one(
    unit: Unit, arrive: Arrive, *, heard: bool, names_others: bool
) -> None:
    arrive(enrolled(unit, "first").batch())  # what a unit's first answers of a form make, they make once

    def statements(kiosks: Sequence[FakeKiosk]) -> int:
        streams = [lost_before(one) for one in kiosks] if names_others else kiosks
        if heard:
            hear(*streams)
        with CaptureQueriesContext(connection) as captured:
            outcomes = arrive(*(one.batch() for one in streams))
        assert {outcome.new for outcome in outcomes} == {len(streams[0].lines)}
        return len(captured)

    fifty = [enrolled(unit, f"k-{number}") for number in range(51)]
    before = statements(fifty[:1])
    assert statements(fifty[1:]) == before
    assert Stream.objects.filter(heard_seq__gt=0).count() == (51 if heard else 0)
    assert NamedBefore.objects.count() == (102 if names_others else 0)


def state(unit: Unit) -> dict[str, object]:
    """Give what is held, in the order in which it came to be, but for numbers that only name rows."""
    of_stream = ("stream__kiosk__name", "stream__uid")
    streams = Stream.objects.order_by("pk").values_list(
        "kiosk__name", "key__public_key", "uid", "through", "link", "has_losses", "opened_ms", "received_ms", "clock",
        "standing", "follows__uid", "followed_seq", "heard_seq", "heard_link", "heard_signature", "heard_ms",
    )  # fmt: skip
    found = {
        "streams": streams,
        "standings": Stream.objects.order_by("pk").values_list("kiosk__name", "standing"),
        "batches": RawBatch.objects.order_by(*of_stream, "first").values_list(
            *of_stream, "first", "count", "before", "payload"
        ),
        "named": NamedBefore.objects.order_by(*of_stream, "place").values_list(
            *of_stream, "place", "uid", "seq", "link"
        ),
        "heads": HeardHead.objects.order_by("pk").values_list("key__public_key", "uid", "seq", "link"),
        "conflicts": Conflict.objects.order_by(*of_stream, "digest").values_list(
            *of_stream, "first", "seq", "digest"
        ),
        "set aside": SetAside.objects.order_by(*of_stream, "seq").values_list(*of_stream, "seq", "code"),
        "refusals": Refusal.objects.order_by("code", "kiosk_name").values_list("code", "kiosk_name", "count"),
        "hours": Stream.objects.order_by("pk").annotate(hour=F("kiosk__last_hour_ms")).values_list("hour"),
    }
    return {"index": count(unit)} | {
        name: [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in rows]
        for name, rows in found.items()
    }


def told(outcomes: Sequence[object]) -> list[object]:
    return [
        (one.kiosk, one.new) if isinstance(one, Accepted) else one.code
        for one in outcomes
        if isinstance(one, Accepted | RefusedMessage)
    ]


@pytest.fixture
def mixed(unit: Unit, arrive: Arrive) -> list[bytes]:
    """A group of streams that begin as the first of their key, beside others, as nobody's, and of some that are held."""
    known, lost, again = (enrolled(unit, name) for name in ("known", "lost", "again"))
    first, heard, both, turned, named, last = (
        enrolled(unit, name) for name in ("first", "heard", "both", "turned", "named", "last")
    )
    odd = FakeKiosk(known.name, known.key)
    odd.predecessors = [{"stream": "5" * 32, "seq": 3, "link": link_text(bytes(32)), "why": "cut"}]
    odd.start()
    arrive(known.batch(), odd.batch())
    arrive(lost.batch(1, 3))
    arrive(again.batch())
    hear(heard, named)
    hear(odd)
    copied = known.copy()
    copied.responses(1)
    known.responses(2)
    arrive(known.batch(5))
    known.responses(3)
    card = FakeKiosk(both.name, both.key)
    card.start()
    card.responses(1, 1)
    forged = FakeKiosk(last.name, Ed25519PrivateKey.generate())
    forged.start()
    nobody = FakeKiosk("nobody", Ed25519PrivateKey.generate())
    nobody.start()
    after = turned.successor()
    ended = FakeKiosk(again.name, again.key)
    ended.start()
    anew = enrolled(unit, again.name)
    late = lost.successor()
    late.responses(2)
    gap = FakeKiosk(first.name, first.key)
    gap.start()
    gap.responses(3)
    return [
        first.batch(),
        known.batch(6),
        copied.batch(5),
        heard.batch(),
        late.batch(),
        forged.batch(),
        both.batch(),
        card.batch(),
        nobody.batch(),
        after.batch(),
        anew.batch(),
        ended.batch(),
        turned.batch(),
        lost_before(named).batch(),
        named.batch(),
        gap.batch(2),
        lost.batch(4),
        last.batch(),
    ]


def test_a_mixed_group_leaves_what_its_messages_leave_one_by_one(
    unit: Unit, arrive: Arrive, mixed: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="collector.evidence")

    def played(send: Callable[[], list[object]]) -> tuple[list[object], dict[str, object], list[str]]:
        caplog.clear()
        with transaction.atomic():
            found = told(send()), state(unit), [one.getMessage() for one in caplog.records]
            transaction.set_rollback(True)
        return found

    one_by_one = played(lambda: [outcome for payload in mixed for outcome in arrive(payload)])
    together = played(lambda: arrive(*mixed))
    assert together == one_by_one
    outcomes, held, logged = together
    assert outcomes == [
        ("first", 4), ("known", 1), "conflict", ("heard", 4), ("lost", 2), "signature", ("both", 4), ("both", 3),
        "kiosk_unknown", ("turned", 1), ("again", 4), "kiosk_revoked", ("turned", 4), ("named", 1), ("named", 4),
        "stream_unknown", ("lost", 1), ("last", 4),
    ]  # fmt: skip
    assert held["standings"] == [
        ("known", "counted"), ("known", "foreign"), ("lost", "counted"), ("again", "counted"),  # before the group
        ("first", "counted"), ("heard", "counted"), ("lost", "counted"), ("both", "counted"), ("both", "foreign"),
        ("turned", "counted"), ("again", "counted"), ("turned", "counted"), ("named", "counted"), ("named", "counted"),
        ("last", "counted"),
    ]  # fmt: skip
    assert len(logged) == 12


@pytest.mark.django_db(transaction=True)
def test_of_streams_that_begin_under_one_key_in_several_listeners_at_once_one_counts(
    unit: Unit, arrive: Arrive
) -> None:
    kiosks = [enrolled(unit, f"k-{number}") for number in range(12)]
    cards = [[FakeKiosk(one.name, one.key) for one in kiosks] for _ in range(4)]
    for card in (one for several in cards for one in several):
        card.start()
    ready = threading.Barrier(len(cards))

    def listen(number: int) -> None:
        try:
            connection.ensure_connection()
            ready.wait()
            several = cards[number]
            arrive(*(one.batch() for one in (several if number % 2 else reversed(several))))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(cards)) as pool:
        list(pool.map(listen, range(len(cards))))
    for kiosk in kiosks:
        standings = Stream.objects.filter(kiosk__name=kiosk.name).values_list("standing", flat=True)
        assert sorted(standings) == ["counted", "foreign", "foreign", "foreign"]
