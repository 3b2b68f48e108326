"""Visitors, replays, pictures and the demo: what no village needs and everybody who builds the kiosk does."""
