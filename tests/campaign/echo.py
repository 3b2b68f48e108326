"""Somebody at the broker who repeats what kiosks have sent: late, twice, and in another order."""

import random
import threading

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion


class Echo:
    """Remembers batches and publishes them again on demand."""

    def __init__(self, port: int, *, seed: int) -> None:
        self._chance = random.Random(seed)
        self._heard: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="echo", protocol=MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe("ikm/v1/+/up", qos=1)
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def _hear(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        with self._lock:
            if len(self._heard) < 2_000:
                self._heard.append((message.topic, bytes(message.payload)))
            else:
                self._heard[self._chance.randrange(2_000)] = (message.topic, bytes(message.payload))

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish something of our own; nobody waits for what becomes of it."""
        self._client.publish(topic, payload, qos=1)

    def repeat(self, count: int) -> int:
        """Publish so many of the batches that were heard again; gives how many that were."""
        with self._lock:
            chosen = self._chance.choices(self._heard, k=count) if self._heard else []
        for topic, payload in chosen:
            self._client.publish(topic, payload, qos=1)
        return len(chosen)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
