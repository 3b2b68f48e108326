"""Heads of records that came long ago are held against their links for all kiosks at once: what a fleet tells after an outage."""

from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from collector.evidence.doors import heartbeat
from collector.evidence.intake import ledger
from collector.evidence.models import HeardHead, RawBatch, Stream
from collector.fleet.models import Unit
from survey.record.chain import first_link
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk

pytestmark = pytest.mark.django_db


def sent(unit: Unit, arrive: Arrive, name: str, ends: Sequence[int]) -> FakeKiosk:
    """Give a kiosk whose records came in batches up to each of these numbers, a group each."""
    kiosk = FakeKiosk.enrolled(unit, name=name)
    kiosk.responses(*[3] * ends[-1])
    for first, last in zip((0, *ends[:-1]), ends, strict=True):
        arrive(kiosk.batch(first + 1, last))
    return kiosk


def links_of(kiosks: Sequence[FakeKiosk]) -> dict[tuple[int, int], bytes | None]:
    """Ask for the links after every record that was sent, at once."""
    numbers = dict(Stream.objects.values_list("uid", "pk"))
    with transaction.atomic():
        return ledger.links_after(
            {
                (numbers[one.stream], seq): first_link(stream=one.stream, public_key=one.public_key)
                for one in kiosks
                for seq in range(one.last + 1)
            }
        )


def test_the_links_of_many_streams_are_those_of_their_kiosks(unit: Unit, arrive: Arrive) -> None:
    kiosks = [
        sent(unit, arrive, "short", [1, 3]),
        sent(unit, arrive, "long", [10, 70, 71, 130, 131, 132, 200]),
        sent(unit, arrive, "whole", [150]),
    ]
    assert RawBatch.objects.exclude(before=b"").exists(), "some links are kept on the way"
    found = links_of(kiosks)
    numbers = dict(Stream.objects.values_list("uid", "pk"))
    assert found == {(numbers[one.stream], seq): link for one in kiosks for seq, link in enumerate(one.links)}
    for (stream, seq), link in found.items():
        start = found[stream, 0]
        assert start is not None
        assert ledger.link_after(stream, seq, start=start) == link


def test_a_damaged_or_missing_batch_hides_the_links_behind_it_of_its_own_stream_alone(
    unit: Unit, arrive: Arrive
) -> None:
    damaged, holed, whole = (sent(unit, arrive, name, [2, 4, 6]) for name in ("damaged", "holed", "whole"))
    numbers = dict(Stream.objects.values_list("uid", "pk"))
    RawBatch.objects.filter(stream=numbers[damaged.stream], first=3).update(payload=b"x")
    RawBatch.objects.filter(stream=numbers[holed.stream], first=3).delete()
    found = links_of([damaged, holed, whole])
    for kiosk, last in ((damaged, 2), (holed, 2), (whole, 6)):
        assert [found[numbers[kiosk.stream], seq] for seq in range(7)] == [
            link if seq <= last else None for seq, link in enumerate(kiosk.links)
        ]


def test_fifty_heads_of_what_came_before_cost_as_many_statements_as_one(unit: Unit, arrive: Arrive) -> None:
    kiosks = [sent(unit, arrive, f"k-{number}", [2, 4]) for number in range(51)]

    def statements(told: Sequence[FakeKiosk], seq: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            heartbeat.hear_all({one.name: one.state(seq) for one in told}, MORNING_MS)
        return len(captured)

    assert statements(kiosks[:1], 3) == statements(kiosks[1:], 3)
    assert set(Stream.objects.values_list("heard_seq", flat=True)) == {3}
    assert statements(kiosks[:1], 1) == statements(kiosks[1:], 1), "also where it proves nothing new"
    assert set(Stream.objects.values_list("heard_seq", flat=True)) == {3}
    twins = [one.copy() for one in kiosks[:2]]
    for twin in twins:
        twin.lines, twin.links = twin.lines[:1], twin.links[:2]
        twin.responses(1)
    heartbeat.hear_all({one.name: one.state(2) for one in (*twins, kiosks[2])}, MORNING_MS)
    assert list(HeardHead.objects.order_by("key").values_list("uid", "seq")) == [
        (twin.stream, 2) for twin in twins
    ], "a copied card is found among the others"
