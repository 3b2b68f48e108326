"""Filters of the follow-up's pages."""
