"""Releases for everybody: pages, JSON and CSV."""
