"""The listener collects what messages leave behind, since nothing else does: its memory does not grow with what came."""

import gc
import weakref
from collections.abc import Iterator, Sequence

import pytest
from paho.mqtt.client import MQTTMessage

from collector.evidence.doors.mqtt import COLLECT_ALL_EVERY, COLLECT_BYTES, BrokerAddress, Listener
from collector.evidence.intake.arrivals import Arrival, Outcome
from survey.wire import topics


class Knot:
    """Something that hangs together with itself."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Have nobody else collect, as `ikm-collector listen` does."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def arrived(listener: Listener) -> None:
    """Have a message come in that is as large as after which garbage is collected."""
    message = MQTTMessage(topic=topics.up("k").encode())
    message.payload = bytes(COLLECT_BYTES)
    listener._inbox.append(message)
    listener._commit()


@pytest.mark.usefixtures("uncollected")
def test_what_a_message_leaves_behind_is_gone_behind_it_and_what_lived_longer_some_messages_later() -> None:
    left: list[weakref.ref[Knot]] = []
    remembered: list[Knot] = []

    def accept(arrivals: Sequence[Arrival]) -> list[Outcome]:
        left.append(weakref.ref(Knot()))
        return []

    listener = Listener(
        BrokerAddress.parse_all("mqtt://nowhere", version="5"),
        accept=accept,
        hear_states=lambda *_: None,
        housekeep=list,
    )
    remembered.append(Knot())
    longer = weakref.ref(remembered[0])
    arrived(listener)
    assert [one() for one in left] == [None]
    remembered.clear()
    for _ in range(COLLECT_ALL_EVERY):
        arrived(listener)
    assert (longer(), {one() for one in left}) == (None, {None})
