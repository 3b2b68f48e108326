"""The durable journal and the ways out of the kiosk: MQTT, HTTPS and USB."""
