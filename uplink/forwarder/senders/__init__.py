"""The ways out to the collector: MQTT and HTTPS, behind one protocol."""
