"""Answers as pages, JSON, CSV and text."""
