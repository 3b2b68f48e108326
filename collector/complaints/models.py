"""Tickets (see below)."""
