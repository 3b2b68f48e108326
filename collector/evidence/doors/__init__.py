"""The ways in: MQTT, HTTP and USB only parse; `heartbeat` takes what kiosks say of themselves."""
