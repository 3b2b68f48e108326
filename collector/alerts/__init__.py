"""Telling people when a kiosk needs them: what is wrong is worked out from evidence, each change is a row, and each message is sent at least once."""
