"""Tickets and their life, and what of them must be destroyed one day."""
